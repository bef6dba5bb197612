/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Tells an interactive shell what can follow our commands. Called with no arguments it declares all options with the
 * shell's command {@code complete}; called with the words of a line and the index of one, it gives the values that this
 * word can have.
 */
final class Completions implements Function {
    /** Shells hide commands that begin like this. */
    static final String NAME = "_completions";

    private static final String DECLARE = "gogo:complete";
    private static final String FILES = "__files";
    private static final String VALUES =
            ShellComponent.SCOPE + ":" + NAME + " ($.commandLine words) ($.commandLine wordIndex)";

    /** Where a session has the names of all commands. */
    private static final String COMMANDS = ".commands";

    private final Suggestions suggestions;

    Completions(Grid grid) {
        suggestions = new Suggestions(grid);
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) throws Exception {
        if (arguments.size() == 2
                && arguments.get(0) instanceof List<?> words
                && arguments.get(1) instanceof Number index) {
            return values(session, words, index.intValue());
        }
        if (session.get(DECLARE) instanceof Function declare) declare(session, declare);
        return null;
    }

    private static void declare(CommandSession session, Function declare) throws Exception {
        for (var command : ShellComponent.commands().entrySet()) {
            CommandSpec spec =
                    CommandFunction.spec(command.getKey(), command.getValue().get());
            for (String name : names(session, command.getKey())) declare(session, declare, name, spec);
        }
    }

    private static void declare(CommandSession session, Function declare, String command, CommandSpec spec)
            throws Exception {
        List<Object> target = List.of("-c", command);
        declare.execute(session, joined(target, List.of("-e")));
        declare.execute(
                session, joined(target, List.of("-d", text(spec.usageMessage().description()))));
        for (OptionSpec option : spec.options()) {
            List<Object> words = new ArrayList<>();
            for (String name : option.names()) {
                boolean isLong = name.startsWith("--");
                words.add(isLong ? "-l" : "-s");
                words.add(name.substring(isLong ? 2 : 1));
            }
            words.add("-d");
            words.add(text(option.description()));
            declare.execute(session, joined(target, words));
        }
        declare.execute(session, joined(target, List.of("-a", VALUES)));
    }

    /**
     * All commands with this name. Where several scopes have it the shell runs ours, but completes what it finds in the last
     * one.
     */
    private static Set<String> names(CommandSession session, String name) {
        Set<String> names = new LinkedHashSet<>(List.of(ShellComponent.SCOPE + ":" + name));
        if (session.get(COMMANDS) instanceof Collection<?> all) {
            all.stream()
                    .map(String::valueOf)
                    .filter(one -> one.endsWith(":" + name))
                    .forEach(names::add);
        }
        return names;
    }

    private static List<Object> joined(List<Object> some, List<Object> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private static String text(String[] description) {
        return String.join(" ", description);
    }

    private Collection<?> values(CommandSession session, List<?> words, int index) throws Exception {
        if (index < 1 || index > words.size()) return List.of();
        String prefix = ShellComponent.SCOPE + ":";
        String first = words.get(0).toString();
        String name = first.startsWith(prefix) ? first.substring(prefix.length()) : first;
        Supplier<? extends Command> command = ShellComponent.commands().get(name);
        if (command == null) return List.of();
        List<String> before =
                words.subList(1, index).stream().map(String::valueOf).toList();
        ArgSpec wanted = wanted(CommandFunction.spec(name, command.get()), before);
        if (wanted == null) return List.of();
        if (wanted.paramLabel().equals("FILE")) {
            return session.execute(FILES) instanceof Collection<?> files ? files : List.of();
        }
        Collection<String> values = wanted.paramLabel().equals("COMMAND") && wanted.isOption()
                ? commandsOf(session)
                : suggestions.of(name, wanted, before);
        String word = index < words.size() ? words.get(index).toString() : "";
        int comma = ",".equals(wanted.splitRegex()) ? word.lastIndexOf(',') : -1;
        if (comma < 0) return values;
        String others = word.substring(0, comma + 1);
        return values.stream().map(value -> others + value).toList();
    }

    /** The option or parameter that the next word is for; null if there is none. */
    private static ArgSpec wanted(CommandSpec spec, List<String> before) {
        OptionSpec open = null;
        int taken = 0;
        int position = 0;
        for (String word : before) {
            OptionSpec option = spec.findOption(word);
            if (option == null && open != null && taken < open.arity().max()) {
                taken++;
                continue;
            }
            open = option;
            taken = 0;
            boolean isWord = !word.startsWith("-") || word.equals(Scripts.STDIN);
            if (option == null && isWord) position++;
        }
        if (open != null && taken < open.arity().max()) return open;
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            if (parameter.index().contains(position)) return parameter;
        }
        return null;
    }

    /** Those of this node: a grid's nodes mostly offer the same. */
    private static List<String> commandsOf(CommandSession session) {
        if (!(session.get(COMMANDS) instanceof Collection<?> names)) return List.of();
        return names.stream()
                .map(String::valueOf)
                .filter(name -> !name.contains(":_"))
                .sorted()
                .toList();
    }
}
