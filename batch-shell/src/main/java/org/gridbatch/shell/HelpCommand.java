/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Tells which commands there are and how they are used. */
@CommandLine.Command(
        name = "help",
        description = "List the commands of the grid, or tell about one command.",
        footer = {"", "'gogo:help' lists the commands of the whole node."})
final class HelpCommand extends Command {
    private static final String OURS = "batch:";

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Tell about this command.")
    private String command;

    @Override
    boolean returnsData() {
        return false;
    }

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (command == null) return list();
        String name = command.startsWith(OURS) ? command.substring(OURS.length()) : command;
        var ours = ShellComponent.commands().get(name);
        if (ours != null) return CommandFunction.usage(name, ours.get(), session);
        throw new CommandFailed("help: '" + command + "' is no command of the grid: try '" + command + " --help' or "
                + "'gogo:help " + command + "'");
    }

    private static String list() {
        Map<String, String> lines = new TreeMap<>();
        ShellComponent.commands().forEach((name, command) -> lines.put(name, describe(command.get())));
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder();
        lines.forEach((name, line) -> text.append(name)
                .append(" ".repeat(width - name.length() + 2))
                .append(line)
                .append('\n'));
        return text + "\n'help COMMAND' says more; 'gogo:help' lists the commands of the whole node.";
    }

    private static String describe(Command command) {
        return String.join(
                " ", new CommandLine(command).getCommandSpec().usageMessage().description());
    }
}
