/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueView;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Schedule;

/** What a state holds, in words. */
final class StateWords {
    private StateWords() {}

    /** A job as its story tells it; null is none. */
    static String of(Job job) {
        if (job == null) return "none";
        List<String> words = new ArrayList<>(List.of(word(job.state())));
        if (job.attempt() > 0) words.add("attempt " + job.attempt());
        if (job.tenure() != null) words.add("lease " + job.tenure().leaseId());
        if (job.state() == JobState.SCHEDULED || job.state() == JobState.RETRYABLE) {
            words.add("until " + Instant.ofEpochMilli(job.scheduledAtMillis()));
        }
        if (!job.waitsFor().isEmpty()) {
            words.add("waits for "
                    + String.join(
                            " ", job.waitsFor().stream().map(Dependency::jobId).toList()));
        }
        if (job.cancelRequested() && !job.state().isFinal()) words.add("to be ended");
        if (!job.error().isEmpty()) words.add(job.error());
        if (!job.retriedAs().isEmpty()) words.add("tried again as " + job.retriedAs());
        return String.join(", ", words);
    }

    /** One job in the end; of one that is forgotten what is still known of it. */
    static String of(QueueMachine machine, String jobId) {
        JobArray array = machine.array(jobId);
        if (array != null) return of(machine.job(jobId)) + ": " + of(array);
        Job job = machine.job(jobId);
        JobState state = machine.stateOf(jobId);
        return job != null || state == null ? of(job) : word(state) + ", and forgotten";
    }

    /** All of it but the single jobs, a line for each thing. */
    static void print(QueueMachine machine, PrintStream out) {
        List<QueueView> queues = machine.queueViews();
        if (queues.isEmpty()) out.println("no jobs");
        for (QueueView queue : queues) {
            String counts = counts(queue.counts());
            out.println("queue " + queue.settings().queue() + ": " + (counts.isEmpty() ? "no jobs" : counts)
                    + tail(settings(queue.settings())));
        }
        machine.rules().weights().forEach((tenant, weight) -> out.println("tenant " + tenant + ": weight " + weight));
        machine.rules().limits().forEach((key, limit) -> out.println("limit " + key + ": " + words(limit)));
        machine.rules().drained().forEach(worker -> out.println("worker " + worker + ": drained"));
        for (JobArray array : machine.arrays()) {
            out.println("array " + array.id() + ": " + of(machine.job(array.id())) + ": " + of(array));
        }
        for (Schedule schedule : machine.schedulesBehind("")) out.println("schedule " + of(schedule));
        int jobs = machine.unarchivedJobs();
        int audits = machine.unarchivedAudits();
        if (jobs > 0 || audits > 0) {
            out.println("not in the history yet: " + count(jobs, "job") + ", " + count(audits, "audit record"));
        }
        if (machine.known() > 0) out.println("forgotten: " + count(machine.known(), "job") + " whose id is known");
    }

    private static String of(JobArray array) {
        ArrayView view = array.view();
        List<String> more = new ArrayList<>();
        if (!view.sealed()) more.add("not sealed");
        if (view.paused()) more.add("paused");
        if (view.throttle() > 0) more.add("at most " + view.throttle() + " at a time");
        if (view.canary() > 0) more.add("the first " + view.canary() + " alone");
        String counts = counts(view.states());
        return count(view.items(), "item") + (counts.isEmpty() ? "" : ", " + counts) + tail(more);
    }

    private static String of(Schedule schedule) {
        List<String> more = new ArrayList<>();
        if (schedule.paused()) more.add("paused");
        more.add(
                schedule.nextMillis() == Long.MAX_VALUE
                        ? "has no next time"
                        : "next at " + Instant.ofEpochMilli(schedule.nextMillis()));
        if (schedule.firedMillis() > 0) more.add("last fired for " + Instant.ofEpochMilli(schedule.firedMillis()));
        if (schedule.skipped() > 0) more.add(schedule.skipped() + " passed without a job");
        return schedule.name() + ": " + schedule.spec().cron() + " in "
                + schedule.spec().zone() + tail(more);
    }

    private static List<String> settings(QueueSettings settings) {
        List<String> set = new ArrayList<>();
        if (settings.paused()) set.add("paused");
        if (settings.order() != 0) set.add("order " + settings.order());
        if (!settings.limit().equals(Limit.NONE)) set.add(words(settings.limit()));
        if (settings.maxAttempts() != JobSpec.DEFAULT_MAX_ATTEMPTS) set.add(settings.maxAttempts() + " attempts");
        Backoff backoff = settings.backoff();
        if (!backoff.equals(Backoff.DEFAULT)) {
            set.add("backoff from " + backoff.first() + " by " + backoff.factor() + " to " + backoff.most());
        }
        if (!settings.timeout().isZero()) set.add("timeout " + settings.timeout());
        return set;
    }

    private static String words(Limit limit) {
        List<String> words = new ArrayList<>();
        if (limit.concurrency() > 0) words.add("at most " + limit.concurrency() + " at a time");
        if (limit.rate().limits())
            words.add(limit.rate().starts() + " starts in " + limit.rate().period());
        return String.join(", ", words);
    }

    private static String counts(Map<JobState, ? extends Number> counts) {
        StringBuilder line = new StringBuilder();
        new TreeMap<>(counts).forEach((state, count) -> {
            if (count.longValue() == 0) return;
            line.append(line.isEmpty() ? "" : " ")
                    .append(word(state))
                    .append(' ')
                    .append(count);
        });
        return line.toString();
    }

    private static String tail(List<String> words) {
        return words.isEmpty() ? "" : "; " + String.join(", ", words);
    }

    private static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    private static String word(JobState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
