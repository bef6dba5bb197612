/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Operations;
import org.gridbatch.api.WorkerView;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Tells an interactive shell what can follow our commands. Called with no arguments it declares all options with the
 * shell's command {@code complete}; called with the words of a line and the index of one, it gives the values that this
 * word can have. It knows them by the label of the option or parameter.
 */
final class Completions implements Function {
    /** Shells hide commands that begin like this. */
    static final String NAME = "_completions";

    private static final String DECLARE = "gogo:complete";
    private static final String FILES = "__files";
    private static final String VALUES =
            ShellComponent.SCOPE + ":" + NAME + " ($.commandLine words) ($.commandLine wordIndex)";

    /** Of the newest jobs: more than fit a screen help nobody. */
    private static final int JOBS = 50;

    private final Grid grid;

    Completions(Grid grid) {
        this.grid = grid;
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
            List<Object> target = List.of("-c", ShellComponent.SCOPE + ":" + command.getKey());
            declare.execute(session, joined(target, List.of("-e")));
            declare.execute(
                    session,
                    joined(target, List.of("-d", text(spec.usageMessage().description()))));
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
    }

    private static List<Object> joined(List<Object> some, List<Object> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private static String text(String[] description) {
        return String.join(" ", description);
    }

    private Collection<?> values(CommandSession session, List<?> words, int index) throws Exception {
        if (index < 1 || index > words.size()) return List.of();
        String name = words.get(0).toString();
        String prefix = ShellComponent.SCOPE + ":";
        Supplier<? extends Command> command =
                ShellComponent.commands().get(name.startsWith(prefix) ? name.substring(prefix.length()) : name);
        if (command == null) return List.of();
        CommandSpec spec = CommandFunction.spec(name, command.get());
        return switch (label(spec, words.get(index - 1).toString())) {
            case "ID", "ID... TIME" -> newest().stream().map(JobView::jobId).toList();
            case "ARRAY" ->
                newest().stream().filter(JobView::isArray).map(JobView::jobId).toList();
            case "QUEUE" -> queues();
            case "WORKER" ->
                grid.glance(JobQueue.class, JobQueue::workers).orElse(List.of()).stream()
                        .map(WorkerView::worker)
                        .sorted()
                        .toList();
            case "STATE" -> Stream.of(JobState.values()).map(Formats::word).toList();
            case "COMMAND" -> ShellComponent.commands().keySet();
            case "FILE" -> session.execute(FILES) instanceof Collection<?> files ? files : List.of();
            default -> List.of();
        };
    }

    /** What is wanted behind this word; empty if nothing is that could be told. */
    private static String label(CommandSpec spec, String before) {
        OptionSpec option = spec.findOption(before);
        if (option != null && option.arity().max() > 0) return option.paramLabel();
        List<PositionalParamSpec> parameters = spec.positionalParameters();
        return parameters.isEmpty() ? "" : parameters.get(0).paramLabel();
    }

    private List<String> queues() {
        return grid.glance(Operations.class, Operations::queues).orElse(List.of()).stream()
                .map(queue -> queue.settings().queue())
                .sorted()
                .toList();
    }

    private List<JobView> newest() {
        JobQuery query = new JobQuery(List.of(), "", Set.of(), "", "", "", false, true, JOBS, "");
        return grid.glance(JobQueue.class, jobs -> jobs.find(query))
                .map(JobPage::jobs)
                .orElse(List.of());
    }
}
