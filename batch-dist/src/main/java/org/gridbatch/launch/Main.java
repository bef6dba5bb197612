/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code batch}: starts nodes and grids, and runs commands of the grid's shell. */
@Command(
        name = "batch",
        description = "A batch-job queue for OSGi grids.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Every other word is a command of the grid's shell, run on a node of the grid:",
            "  push, jobs, job, log, wait, why, cancel, retry, history, cron, queues, workers, status and more.",
            "  'batch push --help' tells about one of them, 'help' at a node's prompt about all.",
            "",
            "Settings also come from the environment: GRIDBATCH_ZOOKEEPER, GRIDBATCH_DATA,",
            "GRIDBATCH_WORKER_SLOTS and so on. Exit status: 0 success, 1 failure, 2 wrong usage."
        })
final class Main implements Runnable {
    @Option(
            names = "--zookeeper",
            paramLabel = "HOST:PORT[,...]",
            scope = ScopeType.INHERIT,
            description = "The grid: its ZooKeeper. Default: 127.0.0.1:2181")
    String zookeeper;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where nodes keep what lasts. Default: ~/.gridbatch/data")
    String data;

    @Option(names = "--name", paramLabel = "NODE", scope = ScopeType.INHERIT, description = "The node's name.")
    String name;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            scope = ScopeType.INHERIT,
            description = "A setting, such as worker.slots=8; may be repeated.")
    Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Configurations as OSGi Configurator JSON.")
    Path config;

    private static final Map<String, Class<?>> COMMANDS = commands();

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    public static void main(String[] args) {
        int status = run(args);
        System.out.flush();
        System.exit(status);
    }

    /** Runs a command line, and returns the exit status. */
    static int run(String... args) {
        Arguments given = Arguments.of(args);
        String command = given.command();
        boolean launches = command == null || COMMANDS.containsKey(command);
        Main main = new Main();
        // Half of the time of a command on a running grid would go into reading annotations for options it does not
        // have.
        if (!launches && main.takes(given.launcher())) return main.shellCommand(given);
        CommandLine line = new CommandLine(main);
        // To read the annotations of all commands would cost each start a tenth of a second.
        boolean one = command != null && !command.equals("help") && !given.asksForHelp();
        COMMANDS.forEach((name, type) -> {
            if (!one || name.equals(command)) line.addSubcommand(name, type);
        });
        line.setParameterExceptionHandler((e, words) -> {
                    String failed = e.getCommandLine().getCommandSpec().qualifiedName();
                    System.err.println("batch: " + e.getMessage() + "; see '" + failed + " --help'");
                    return 2;
                })
                .setExecutionExceptionHandler((e, failed, result) -> {
                    System.err.println("batch: " + describe(e));
                    return 1;
                });
        return launches ? line.execute(args) : main.shellCommand(line, given);
    }

    /** A word that is no command of the launcher is one of the grid's shell. */
    private int shellCommand(CommandLine line, Arguments given) {
        try {
            line.parseArgs(given.launcher().toArray(new String[0]));
        } catch (CommandLine.ParameterException e) {
            System.err.println("batch: " + e.getMessage() + "; see 'batch --help'");
            return 2;
        }
        return shellCommand(given);
    }

    /** Takes the options of most commands, none or the grid, and leaves all others to who can say what is wrong with them. */
    private boolean takes(List<String> options) {
        if (options.isEmpty()) return true;
        if (options.size() != 2 || !options.get(0).equals("--zookeeper")) return false;
        if (options.get(1).startsWith("-")) return false;
        zookeeper = options.get(1);
        return true;
    }

    private int shellCommand(Arguments given) {
        try {
            return OneShot.command(this, given.shell());
        } catch (Exception e) {
            System.err.println("batch: " + describe(e));
            return 1;
        }
    }

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("demo", DemoCommand.class);
        commands.put("up", UpCommand.class);
        commands.put("server", NodeCommand.Server.class);
        commands.put("worker", NodeCommand.Worker.class);
        commands.put("zookeeper", NodeCommand.ZooKeeper.class);
        commands.put("shell", ShellCommand.class);
        commands.put("attach", AttachCommand.class);
        commands.put("reload", ReloadCommand.class);
        commands.put("nodes", NodesCommand.class);
        commands.put("bench", BenchCommand.class);
        commands.put("replay", ReplayCommand.class);
        commands.put("help", CommandLine.HelpCommand.class);
        return commands;
    }

    /** The settings that the command line and the environment give. */
    Settings settings() {
        Settings settings = new Settings(Home.current()).withEnvironment(System.getenv());
        settings.withIfGiven("zookeeper", zookeeper).withIfGiven("data", data).withIfGiven("name", name);
        set.forEach(settings::with);
        return settings;
    }

    /** The configuration file, if there is one. */
    Path config() {
        String variable = System.getenv("GRIDBATCH_CONFIG");
        return config != null || variable == null || variable.isEmpty() ? config : Path.of(variable);
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    private static String describe(Throwable failure) {
        if (failure instanceof LaunchException) return failure.getMessage();
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    /** Says which version this is. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "gridbatch " + Home.current().version(),
                "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name")
            };
        }
    }
}
