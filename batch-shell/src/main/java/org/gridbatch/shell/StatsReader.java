/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gridbatch.api.GridStatus;
import org.gridbatch.api.History;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Operations;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.WorkerView;

/**
 * Gathers the numbers of a grid with calls that every server answers. Rates come from the history: what became final in the
 * last minute, or, where that is very much, the last some thousands and how long they took.
 */
final class StatsReader {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Jobs that are not final and looked at, and jobs of the history. */
    private static final int MOST = 5_000;

    private final Grid grid;
    private final Clock clock;

    StatsReader(Grid grid, Clock clock) {
        this.grid = grid;
        this.clock = clock;
    }

    Stats read() {
        Waiting waiting = waiting();
        return read(waiting, ended(), grid.jobs(JobQueue::workers));
    }

    /**
     * @param ended what became final lately, see {@link #ended()}: it changes slowly, and costs most
     * @param workers those of the grid
     */
    Stats read(Ended ended, List<WorkerView> workers) {
        return read(new Waiting(), ended, workers);
    }

    private Stats read(Waiting waiting, Ended ended, List<WorkerView> workers) {
        GridStatus status = grid.jobs(JobQueue::status);
        List<Stats.QueueStats> queues = new ArrayList<>();
        for (QueueView view : grid.operations(Operations::queues)) {
            String queue = view.settings().queue();
            queues.add(new Stats.QueueStats(
                    queue,
                    view.settings().paused(),
                    view.counts(),
                    ended.perMinute(ended.queues.get(queue)),
                    ended.perMinute(ended.failedQueues.get(queue)),
                    waiting.oldest.get(queue)));
        }
        Set<String> names = new TreeSet<>(waiting.executing.keySet());
        names.addAll(waiting.waiting.keySet());
        names.addAll(ended.tenants.keySet());
        List<Stats.TenantStats> tenants = names.stream()
                .map(name -> new Stats.TenantStats(
                        name,
                        waiting.waiting.getOrDefault(name, 0L),
                        waiting.executing.getOrDefault(name, 0L),
                        ended.perMinute(ended.tenants.get(name)),
                        ended.perMinute(ended.failedTenants.get(name))))
                .toList();
        return new Stats(
                status.grid(),
                status.term(),
                status.problem(),
                status.counts(),
                workers.size(),
                workers.stream().mapToInt(WorkerView::slots).sum(),
                workers.stream().mapToInt(worker -> worker.jobIds().size()).sum(),
                ended.known,
                ended.span,
                ended.perMinute(ended.all),
                ended.perMinute(ended.failed),
                queues,
                tenants,
                waiting.looked,
                waiting.partial);
    }

    /** What became final lately. */
    static final class Ended {
        private final Map<String, Long> queues = new HashMap<>();
        private final Map<String, Long> failedQueues = new HashMap<>();
        private final Map<String, Long> tenants = new TreeMap<>();
        private final Map<String, Long> failedTenants = new HashMap<>();
        private boolean known = true;
        private Duration span = MINUTE;
        private long all;
        private long failed;

        private void add(JobView job) {
            all++;
            queues.merge(job.queue(), 1L, Long::sum);
            tenants.merge(job.tenant(), 1L, Long::sum);
            if (job.state() == JobState.COMPLETED) return;
            failed++;
            failedQueues.merge(job.queue(), 1L, Long::sum);
            failedTenants.merge(job.tenant(), 1L, Long::sum);
        }

        private double perMinute(Long count) {
            if (count == null) return 0;
            double minutes = span.toMillis() / (double) MINUTE.toMillis();
            return Math.round(10 * count / minutes) / 10.0;
        }
    }

    Ended ended() {
        Ended ended = new Ended();
        Instant now = clock.instant();
        Instant since = now.minus(MINUTE);
        String next = "";
        do {
            String after = next;
            HistoryQuery query = HistoryQuery.ALL
                    .withItems(true)
                    .withSince(since)
                    .withLimit(Limits.BULK)
                    .withAfter(after);
            Optional<HistoryPage> page = grid.glance(History.class, history -> history.find(query));
            if (page.isEmpty()) {
                ended.known = false;
                return ended;
            }
            for (JobView job : page.get().jobs()) {
                if (!job.isArray()) ended.add(job);
            }
            next = page.get().next();
            if (!next.isEmpty() && ended.all >= MOST) {
                List<JobView> jobs = page.get().jobs();
                Duration passed = Duration.between(jobs.get(jobs.size() - 1).finalAt(), now);
                ended.span = passed.compareTo(Duration.ofSeconds(1)) > 0 ? passed : Duration.ofSeconds(1);
                return ended;
            }
        } while (!next.isEmpty());
        return ended;
    }

    /** What is not final. */
    private static final class Waiting {
        private final Map<String, Long> waiting = new HashMap<>();
        private final Map<String, Long> executing = new HashMap<>();
        private final Map<String, Duration> oldest = new HashMap<>();
        private int looked;
        private boolean partial;
    }

    private Waiting waiting() {
        Waiting found = new Waiting();
        Instant now = clock.instant();
        JobQuery query = JobQuery.ALL.withStates(JobFilter.OPEN).withLimit(Limits.BULK);
        found.partial = grid.eachPage(query, page -> {
            page.forEach(job -> add(found, job, now));
            return found.looked < MOST;
        });
        return found;
    }

    private static void add(Waiting found, JobView job, Instant now) {
        found.looked++;
        long executing =
                job.isArray() ? job.array().count(JobState.EXECUTING) : job.state() == JobState.EXECUTING ? 1 : 0;
        long open = job.isArray() ? job.array().items() - job.array().done() : 1;
        found.executing.merge(job.tenant(), executing, Long::sum);
        found.waiting.merge(job.tenant(), open - executing, Long::sum);
        if (job.state() != JobState.AVAILABLE) return;
        Instant since = job.scheduledAt().isAfter(job.submittedAt()) ? job.scheduledAt() : job.submittedAt();
        Duration age = Duration.between(since, now);
        if (age.isNegative()) age = Duration.ZERO;
        found.oldest.merge(job.queue(), age, (one, other) -> one.compareTo(other) >= 0 ? one : other);
    }
}
