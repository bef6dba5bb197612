/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.gridbatch.api.Limits;
import org.gridbatch.api.client.GridClient;
import org.gridbatch.shell.byhand.ByHand;
import org.gridbatch.worker.gogo.ScriptRunner;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Registers the commands and how their results are printed, and ends what they began. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.gridbatch.shell")
@Designate(ocd = ShellComponent.Config.class)
public final class ShellComponent {
    static final String SCOPE = "batch";
    private static final String NODE_PROPERTY = "gridbatch.name";
    private static final String ZOOKEEPER_PROPERTY = "gridbatch.zookeeper";

    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final QueueCalls calls;
    private final PulledJobs pulled;

    @ObjectClassDefinition(name = "Gridbatch shell")
    @interface Config {
        @AttributeDefinition(description = "Seconds that a command looks for a queue-server; 1 to 3600")
        int timeout_seconds() default 30;

        @AttributeDefinition(
                description = "The node's name: pulled jobs belong to the worker NODE-shell. "
                        + "Empty for the framework property gridbatch.name, or else the host's name")
        String node() default "";
    }

    @Activate
    public ShellComponent(
            BundleContext context,
            @Reference CommandProcessor processor,
            @Reference ScriptRunner scripts,
            Config config) {
        int seconds = config.timeout_seconds();
        if (seconds < 1 || seconds > 3_600) {
            throw new IllegalArgumentException(
                    "org.gridbatch.shell: timeout.seconds is " + seconds + ", want 1 to 3600");
        }
        calls = QueueCalls.through(new GridClient(context));
        Grid grid = new Grid(calls, Duration.ofSeconds(seconds), context.getProperty(ZOOKEEPER_PROPERTY));
        pulled = new PulledJobs(grid, scripts, processor, worker(context, config.node()));
        Surroundings here = new Surroundings(grid, new SessionRunner(processor), pulled, scripts);
        commands()
                .forEach((name, command) -> registrations.add(context.registerService(
                        Function.class, new CommandFunction(name, command, here), commandProperties(name))));
        registrations.add(
                context.registerService(Function.class, new Completions(grid), commandProperties(Completions.NAME)));
        registrations.add(context.registerService(ByHand.class, new ByHandService(here), null));
        // Last: who waits for it finds all commands, and as they are configured.
        registrations.add(context.registerService(
                Converter.class, new Formats(Clock.systemUTC()), converterProperties(config.node())));
    }

    /** All commands, by name. */
    static Map<String, Supplier<? extends Command>> commands() {
        Map<String, Supplier<? extends Command>> commands = new TreeMap<>();
        commands.put("help", HelpCommand::new);
        commands.put("push", PushCommand::new);
        commands.put("push-each", PushEachCommand::new);
        commands.put("on-each", OnEachCommand::new);
        commands.put("pull", PullCommand::new);
        commands.put("exec", ExecCommand::new);
        commands.put("jobs", JobsCommand::new);
        commands.put("job", JobCommand::new);
        commands.put("log", LogCommand::new);
        commands.put("wait", WaitCommand::new);
        commands.put("cancel", CancelCommand::new);
        commands.put("retry", RetryCommand::new);
        commands.put("snooze", SnoozeCommand::new);
        commands.put("why", WhyCommand::new);
        commands.put("queues", QueuesCommand::new);
        commands.put("pause", PauseCommand::new);
        commands.put("resume", ResumeCommand::new);
        commands.put("limit", LimitCommand::new);
        commands.put("throttle", ThrottleCommand::new);
        commands.put("configure", ConfigureCommand::new);
        commands.put("weigh", WeighCommand::new);
        commands.put("settings", SettingsCommand::new);
        commands.put("workers", WorkersCommand::new);
        commands.put("drain", DrainCommand::new);
        commands.put("undrain", UndrainCommand::new);
        commands.put("status", StatusCommand::new);
        commands.put("history", HistoryCommand::new);
        commands.put("cron", CronCommand::new);
        commands.put("stats", StatsCommand::new);
        commands.put("top", TopCommand::new);
        commands.put("export", ExportCommand::new);
        commands.put("import", ImportCommand::new);
        return commands;
    }

    @Deactivate
    void deactivate() {
        registrations.forEach(ServiceRegistration::unregister);
        pulled.close();
        calls.close();
    }

    private static Dictionary<String, Object> commandProperties(String name) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, SCOPE);
        properties.put(CommandProcessor.COMMAND_FUNCTION, name);
        return properties;
    }

    private static Dictionary<String, Object> converterProperties(String node) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(Converter.CONVERTER_CLASSES, Formats.classes());
        properties.put("gridbatch.shell", node);
        return properties;
    }

    private static String worker(BundleContext context, String configured) {
        String property = context.getProperty(NODE_PROPERTY);
        String node = !configured.isBlank() ? configured : property != null && !property.isBlank() ? property : host();
        String name = node.replaceAll("[^A-Za-z0-9._:~@-]", "-").replaceAll("^[^A-Za-z0-9]+", "");
        return (name.isEmpty() ? "node" : Text.head(name, Limits.NAME - 10)) + "-shell";
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "node";
        }
    }
}
