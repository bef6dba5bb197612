/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridbatch.api.JobState;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.WorkerView;
import org.gridbatch.worker.gogo.Durations;

/** Prints numbers of a grid. */
final class StatsFormat {
    private StatsFormat() {}

    static String stats(Stats stats, Paper paper) {
        Fields fields = new Fields()
                .add("grid", stats.grid())
                .add("term", stats.term())
                .add("problem", stats.problem())
                .add("jobs", counts(stats.counts()))
                .add("workers", stats.workers() + ", " + slots(stats))
                .add("ended", ended(stats))
                .add("history", stats.history() ? "" : "cannot be read now, so there are no rates");
        StringBuilder text = new StringBuilder(fields.format());
        if (!stats.queues().isEmpty()) text.append("\n\n").append(queues(stats, paper));
        // Without tenants all jobs have the one without a name, which says nothing.
        boolean named = stats.tenants().stream().anyMatch(one -> !one.tenant().isEmpty());
        if (named) text.append("\n\n").append(tenants(stats, paper));
        if (stats.partial()) {
            text.append("\n\ntenants and oldest jobs are of ")
                    .append(stats.looked())
                    .append(" jobs, there are more");
        }
        return text.toString();
    }

    /** One screen: the grid in a line, its queues, its workers and what they run. */
    static String top(TopCommand.Frame frame, Instant now, Paper paper) {
        Stats stats = frame.stats();
        String problem = stats.problem().isEmpty() ? "" : "\nproblem: " + Text.oneLine(stats.problem(), 500);
        // What matters most first: at a narrow terminal the line is cut.
        String first = "workers " + stats.workers() + ", " + slots(stats) + ", " + ended(stats) + ", grid "
                + stats.grid() + problem;
        return first + "\n\n" + queues(stats, paper) + "\n\n" + workers(frame.workers(), frame.executing(), now, paper);
    }

    private static String slots(Stats stats) {
        return stats.busySlots() + " of " + stats.slots() + " slots busy";
    }

    private static String ended(Stats stats) {
        if (!stats.history()) return "rates not known";
        return perMinute(stats.endedPerMinute()) + " end"
                + (stats.failedPerMinute() == 0 ? "" : ", " + perMinute(stats.failedPerMinute()) + " of them failed");
    }

    private static String perMinute(double rate) {
        return (rate >= 10 ? String.valueOf(Math.round(rate)) : String.format(Locale.ROOT, "%.1f", rate)) + "/min";
    }

    private static String counts(Map<JobState, Long> counts) {
        String text = Stream.of(JobState.values())
                .filter(state -> counts.getOrDefault(state, 0L) > 0)
                .map(state -> counts.get(state) + " " + Formats.word(state))
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "none" : text;
    }

    private static String queues(Stats stats, Paper paper) {
        List<JobState> states = Formats.statesIn(
                stats.queues().stream().map(Stats.QueueStats::counts).toList());
        List<String> headings = new ArrayList<>(List.of("QUEUE", "STATE"));
        states.forEach(state -> headings.add(state.name()));
        headings.addAll(List.of("ENDED", "FAILED", "OLDEST"));
        Table table = new Table(headings, Set.of("QUEUE"));
        for (Stats.QueueStats queue : stats.queues()) {
            List<Object> cells = new ArrayList<>(List.of(queue.queue(), queue.paused() ? "paused" : ""));
            states.forEach(state -> cells.add(queue.counts().getOrDefault(state, 0L)));
            cells.add(rate(queue.endedPerMinute()));
            cells.add(rate(queue.failedPerMinute()));
            cells.add(queue.oldestWaiting() == null ? "" : Durations.format(queue.oldestWaiting()));
            table.add(cells.toArray());
        }
        return table.format(paper);
    }

    private static String tenants(Stats stats, Paper paper) {
        Table table = new Table(List.of("TENANT", "WAITING", "EXECUTING", "ENDED", "FAILED"), Set.of("TENANT"));
        for (Stats.TenantStats tenant : stats.tenants()) {
            table.add(
                    tenant.tenant().isEmpty() ? "''" : tenant.tenant(),
                    tenant.waiting(),
                    tenant.executing(),
                    rate(tenant.endedPerMinute()),
                    rate(tenant.failedPerMinute()));
        }
        return table.format(paper);
    }

    private static String rate(double perMinute) {
        return perMinute == 0 ? "" : perMinute(perMinute);
    }

    private static String workers(List<WorkerView> workers, List<LiveView> executing, Instant now, Paper paper) {
        Map<String, LiveView> lives =
                executing.stream().collect(Collectors.toMap(LiveView::jobId, live -> live, (one, other) -> one));
        Table table =
                new Table(List.of("WORKER", "STATE", "BUSY", "JOB", "FOR", "PROGRESS"), Set.of("WORKER", "PROGRESS"));
        for (WorkerView worker : workers) {
            String busy = worker.jobIds().size() + "/" + worker.slots();
            String state = worker.drained() ? "drained" : "";
            if (worker.jobIds().isEmpty()) table.add(worker.worker(), state, busy, "", "", "");
            boolean first = true;
            for (String id : worker.jobIds()) {
                LiveView live = lives.get(id);
                table.add(
                        first ? worker.worker() : "",
                        first ? state : "",
                        first ? busy : "",
                        id,
                        live == null ? "" : Durations.format(Duration.between(live.since(), now)),
                        live == null ? "" : Formats.progress(live.progress()));
                first = false;
            }
        }
        return workers.isEmpty() ? "no workers" : table.format(paper);
    }
}
