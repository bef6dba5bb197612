/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import org.gridbatch.worker.gogo.Durations;

/** Waits for many jobs at once and shows how far they are. */
final class BarWait {
    /** How often it is looked. */
    private static final Duration STEP = Duration.ofSeconds(1);

    /** Jobs that end one after the other are not looked at one by one. */
    private static final Duration SHORTEST = Duration.ofMillis(200);

    /** Of the time, a look at many jobs takes at most this part. */
    private static final int SHARE = 10;

    private final Grid grid;
    private final Bar bar;
    private final Map<String, JobView> jobs = new LinkedHashMap<>();
    private final Set<String> open = new LinkedHashSet<>();

    BarWait(Grid grid, Bar bar) {
        this.grid = grid;
        this.bar = bar;
    }

    /**
     * @param command who waits, for messages
     * @param atMost the longest wait; null for no limit
     * @return the jobs, all of them final, as they were given
     * @throws CommandFailed if the time is up
     */
    List<JobView> untilFinal(String command, List<String> ids, Duration atMost) {
        long start = System.nanoTime();
        open.addAll(ids);
        ids.forEach(id -> jobs.put(id, null));
        try {
            while (true) {
                long began = System.nanoTime();
                look();
                if (open.isEmpty()) break;
                bar.show(Bar.Tally.of(jobs.values()));
                Duration left = atMost == null ? null : atMost.minusNanos(System.nanoTime() - start);
                // The wire carries milliseconds: a rest below one is none.
                if (left != null && left.toMillis() <= 0) throw timeIsUp(command, atMost);
                pause(System.nanoTime() - began, left);
            }
            bar.end(Bar.Tally.of(jobs.values()));
        } finally {
            bar.leave();
        }
        return List.copyOf(jobs.values());
    }

    private void look() {
        List<String> all = new ArrayList<>(open);
        for (int from = 0; from < all.size(); from += Limits.BULK) {
            List<String> some = all.subList(from, Math.min(all.size(), from + Limits.BULK));
            JobQuery query = JobQuery.ALL.withJobIds(some).withItems(true).withLimit(Limits.BULK);
            Set<String> missing = new LinkedHashSet<>(some);
            grid.eachPage(query, page -> {
                for (JobView job : page) {
                    missing.remove(job.jobId());
                    saw(job);
                }
                return true;
            });
            // What has left the server's memory, and items that no worker has had yet, are found one by one.
            for (String id : missing) saw(grid.await(id, Duration.ZERO));
        }
    }

    private void saw(JobView job) {
        jobs.put(job.jobId(), job);
        if (job.state().isFinal()) open.remove(job.jobId());
    }

    /** Until it is time for the next look, or until the only job that is left is final. */
    private void pause(long lookNanos, Duration left) {
        boolean last = open.size() == 1;
        Duration least = last ? Duration.ZERO : longer(SHORTEST, Duration.ofNanos(lookNanos * SHARE));
        Duration step = longer(STEP, least);
        if (step.compareTo(Limits.WAIT) > 0) step = Limits.WAIT;
        if (left != null && left.compareTo(step) < 0) step = left;
        long began = System.nanoTime();
        grid.await(open.iterator().next(), step);
        long rest = (least.compareTo(step) < 0 ? least : step).toNanos() - (System.nanoTime() - began);
        if (rest <= 0) return;
        try {
            Thread.sleep(Duration.ofNanos(rest).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("stopped waiting; the jobs go on", e);
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private CommandFailed timeIsUp(String command, Duration atMost) {
        JobView first = jobs.get(open.iterator().next());
        String what = open.size() == 1
                ? WaitCommand.what(first) + " is still " + Formats.word(first.state())
                : open.size() + " of " + jobs.size() + " jobs are still not final";
        return new CommandFailed(command + ": " + what + " after " + Durations.format(atMost));
    }
}
