/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.ZoneId;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Operations;
import org.gridbatch.api.OperatorRules;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.Schedules;
import org.gridbatch.api.WorkerView;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What an option or a parameter can be given, as the grid is now. It knows what is meant by the label, and leaves out what
 * the command would refuse. A grid that does not answer at once has nothing to suggest.
 */
final class Suggestions {
    /** Of the newest jobs: more than fit a screen help nobody. */
    private static final int JOBS = 50;

    private static final int SCHEDULES = 200;
    private static final List<String> OF_CRON = List.of("add", "list", "next", "pause", "remove", "resume", "run");
    private static final Set<JobState> FINAL = EnumSet.complementOf(EnumSet.copyOf(JobFilter.OPEN));

    private final Grid grid;

    Suggestions(Grid grid) {
        this.grid = grid;
    }

    /**
     * @param command whose option or parameter it is
     * @param before the words between the command and this one
     */
    Collection<String> of(String command, ArgSpec wanted, List<String> before) {
        return switch (wanted.paramLabel()) {
            case "ID", "ID... TIME" -> ids(newest(usefulStates(command), JOBS), job -> true);
            case "ARRAY" -> ids(newest(usefulStates(command), Limits.BULK), JobView::isArray);
            case "QUEUE" -> queues(command);
            case "WORKER" -> workers(command);
            case "STATE" -> states(command);
            case "COMMAND" -> ShellComponent.commands().keySet();
            case "TENANT" -> tenants();
            case "KEY" -> isLimitKey(command, wanted) ? sorted(rules().limits().keySet()) : List.of();
            case "NAME" -> of(JobView::name);
            case "KEY=VALUE" -> tags();
            case "LABEL" -> ranks();
            case "ZONE" -> sorted(ZoneId.getAvailableZoneIds());
            case "WORD" -> before.isEmpty() ? OF_CRON : schedules(before);
            default -> declared(wanted);
        };
    }

    /** Those of jobs with which the command can do something; none for all. */
    private static Set<JobState> usefulStates(String command) {
        return switch (command) {
            case "cancel", "why", "pause", "resume", "throttle" -> JobFilter.OPEN;
            case "snooze" -> without(JobFilter.OPEN, JobState.EXECUTING);
            case "retry" -> without(EnumSet.allOf(JobState.class), JobState.EXECUTING, JobState.COMPLETED);
            case "pull" -> Set.of(JobState.AVAILABLE);
            default -> Set.of();
        };
    }

    private static Set<JobState> without(Set<JobState> states, JobState... some) {
        Set<JobState> others = EnumSet.copyOf(states);
        others.removeAll(List.of(some));
        return others;
    }

    private static List<String> ids(List<JobView> jobs, Predicate<JobView> filter) {
        return jobs.stream().filter(filter).map(JobView::jobId).toList();
    }

    private List<String> queues(String command) {
        Predicate<QueueView> filter = switch (command) {
            case "pause" -> queue -> !queue.settings().paused();
            case "resume" -> queue -> queue.settings().paused();
            default -> queue -> true;
        };
        return grid.glance(Operations.class, Operations::queues).orElse(List.of()).stream()
                .filter(filter)
                .map(queue -> queue.settings().queue())
                .sorted()
                .toList();
    }

    private Collection<String> workers(String command) {
        // One that was drained and has gone is drained all the same.
        if (command.equals("undrain")) return sorted(rules().drained());
        return allWorkers().stream()
                .filter(worker -> !worker.drained())
                .map(WorkerView::worker)
                .sorted()
                .toList();
    }

    private static List<String> states(String command) {
        Set<JobState> possible = command.equals("history") ? FINAL : EnumSet.allOf(JobState.class);
        return possible.stream().map(Formats::word).toList();
    }

    private Collection<String> tenants() {
        Set<String> all = of(JobView::tenant);
        all.addAll(rules().weights().keySet());
        all.remove("");
        return all;
    }

    private static boolean isLimitKey(String command, ArgSpec wanted) {
        return command.equals("limit")
                || wanted instanceof OptionSpec option && option.longestName().equals("--limit-key");
    }

    private Collection<String> tags() {
        Set<String> all = new TreeSet<>();
        newest(Set.of(), JOBS).forEach(job -> job.tags().forEach((key, value) -> all.add(key + "=" + value)));
        return all;
    }

    private Collection<String> ranks() {
        Set<String> all = new TreeSet<>();
        for (WorkerView worker : allWorkers()) {
            worker.labels().keySet().stream()
                    .flatMap(label -> Stream.of(label, "-" + label))
                    .forEach(all::add);
        }
        return all;
    }

    private List<String> schedules(List<String> before) {
        boolean named = switch (before.get(0)) {
            case "list" -> false;
            // Behind the name of a new one comes its expression.
            case "add" -> before.size() == 1;
            default -> true;
        };
        if (!named) return List.of();
        return grid
                .glance(
                        JobQueue.class,
                        queue -> queue instanceof Schedules schedules
                                ? schedules.list("", SCHEDULES, 0)
                                : CompletableFuture.completedFuture(List.of()))
                .orElse(List.of())
                .stream()
                .map(schedule -> schedule.spec().name())
                .toList();
    }

    /** What the command itself says that there is. */
    private static List<String> declared(ArgSpec wanted) {
        Iterable<String> candidates = wanted.completionCandidates();
        if (candidates == null) return List.of();
        return StreamSupport.stream(candidates.spliterator(), false)
                .map(one -> one.toLowerCase(Locale.ROOT))
                .toList();
    }

    private Set<String> of(Function<JobView, String> field) {
        Set<String> all = new TreeSet<>();
        newest(Set.of(), JOBS).forEach(job -> all.add(field.apply(job)));
        all.remove("");
        return all;
    }

    private List<JobView> newest(Set<JobState> states, int most) {
        JobQuery query = JobQuery.ALL.withStates(states).withNewestFirst(true).withLimit(most);
        return grid.glance(JobQueue.class, jobs -> jobs.find(query))
                .map(JobPage::jobs)
                .orElse(List.of());
    }

    private List<WorkerView> allWorkers() {
        return grid.glance(JobQueue.class, JobQueue::workers).orElse(List.of());
    }

    private OperatorRules rules() {
        return grid.glance(Operations.class, Operations::rules).orElse(new OperatorRules(null, null, null));
    }

    private static List<String> sorted(Collection<String> names) {
        return names.stream().sorted().toList();
    }
}
