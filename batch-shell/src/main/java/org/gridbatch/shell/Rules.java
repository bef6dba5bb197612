/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.Operations;
import org.gridbatch.api.OperatorRules;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.UnknownJobException;
import org.gridbatch.api.WorkerView;
import org.gridbatch.worker.gogo.Durations;

/** Sets what operators set, and says what is set. */
final class Rules {
    private static final String QUEUE = "queue";
    private static final String WORKER = "worker";
    private static final String ARRAY = "array";

    private Rules() {}

    /** All that is set and not as it is without. */
    static List<Setting> all(Grid grid) {
        List<Setting> all = new ArrayList<>();
        for (QueueView queue : grid.operations(Operations::queues)) {
            String text = describe(queue.settings());
            if (!text.isEmpty()) all.add(new Setting(QUEUE, queue.settings().queue(), text));
        }
        OperatorRules rules = grid.operations(Operations::rules);
        new TreeMap<>(rules.weights()).forEach((tenant, weight) -> all.add(weight(tenant, weight)));
        new TreeMap<>(rules.limits()).forEach((key, limit) -> all.add(key(key, limit)));
        for (String worker : new TreeSet<>(rules.drained())) all.add(new Setting(WORKER, worker, "drained"));
        return all;
    }

    /**
     * Pauses or resumes queues and arrays, and notes on stderr which queues are not there, since a name is easily
     * mistyped.
     */
    static Listing<Setting> pause(String command, Grid grid, List<String> queues, List<String> arrays, boolean paused) {
        if (queues.isEmpty() && arrays.isEmpty()) {
            throw new CommandFailed(command + ": there is no queue and no array, want QUEUE or --array ARRAY");
        }
        List<Setting> done = new ArrayList<>();
        for (String array : arrays) done.add(pauseArray(grid, array, paused));
        if (queues.isEmpty()) return new Listing<>(done, "", "");
        Set<String> known = grid.operations(Operations::queues).stream()
                .map(queue -> queue.settings().queue())
                .collect(Collectors.toSet());
        for (String queue : queues) {
            grid.operations(operations -> operations.pause(queue, paused, grid.caller()));
            done.add(new Setting(QUEUE, queue, paused ? "paused" : "not paused"));
            if (!known.contains(queue)) System.err.println("note: queue " + queue + " has no jobs now");
        }
        return new Listing<>(done, "", "");
    }

    private static Setting pauseArray(Grid grid, String array, boolean paused) {
        ofArray(grid, array, operations -> operations.pauseArray(array, paused, grid.caller()));
        return new Setting(ARRAY, array, paused ? "paused" : "not paused");
    }

    static Setting throttle(Grid grid, String array, int most) {
        ofArray(grid, array, operations -> operations.throttleArray(array, most, grid.caller()));
        return new Setting(ARRAY, array, most == 0 ? "no throttle" : most + " at a time");
    }

    private static void ofArray(Grid grid, String array, Function<Operations, CompletionStage<Void>> call) {
        try {
            grid.operations(call);
        } catch (CommandFailed e) {
            if (e.getCause() instanceof UnknownJobException) throw new CommandFailed("no array '" + array + "'", e);
            throw e;
        }
    }

    /** Drains workers or lets them have jobs again, and notes on stderr which of them are not in sight. */
    static Listing<Setting> drain(Grid grid, List<String> workers, boolean drained) {
        Set<String> known =
                grid.jobs(JobQueue::workers).stream().map(WorkerView::worker).collect(Collectors.toSet());
        List<Setting> done = new ArrayList<>();
        for (String worker : workers) {
            grid.operations(operations -> operations.drain(worker, drained, grid.caller()));
            done.add(new Setting(WORKER, worker, drained ? "drained" : "not drained"));
            if (!known.contains(worker)) System.err.println("note: no worker " + worker + " is in sight now");
        }
        return new Listing<>(done, "", "");
    }

    /** @param sets whether to change it, or only to tell */
    static Setting adjust(Grid grid, QueueChange change, boolean sets) {
        String queue = change.queue();
        QueueSettings settings =
                sets ? grid.operations(operations -> operations.adjust(change, grid.caller())) : settings(grid, queue);
        return new Setting(QUEUE, queue, orNothing(describe(settings)));
    }

    /** @param sets whether to change it, or only to tell */
    static Setting adjustLimit(Grid grid, String key, LimitChange change, boolean sets) {
        Limit limit = sets
                ? grid.operations(operations -> operations.adjustLimit(key, change, grid.caller()))
                : grid.operations(Operations::rules).limits().getOrDefault(key, Limit.NONE);
        return key(key, limit);
    }

    static Setting weight(String tenant, int weight) {
        return new Setting("tenant", tenant, "weight " + weight);
    }

    /** What is set and not as always; empty if all is. */
    static String describe(QueueSettings settings) {
        List<String> parts = new ArrayList<>();
        if (settings.paused()) parts.add("paused");
        if (settings.order() != 0) parts.add("order " + settings.order());
        String limit = describe(settings.limit());
        if (!limit.isEmpty()) parts.add(limit);
        String defaults = defaults(settings);
        if (!defaults.isEmpty()) parts.add(defaults);
        return String.join(", ", parts);
    }

    /** What is set for jobs that do not say. */
    static String defaults(QueueSettings settings) {
        List<String> parts = new ArrayList<>();
        if (settings.maxAttempts() != JobSpec.DEFAULT_MAX_ATTEMPTS) {
            parts.add(settings.maxAttempts() + (settings.maxAttempts() == 1 ? " attempt" : " attempts"));
        }
        if (!settings.backoff().equals(Backoff.DEFAULT)) parts.add("back-off " + Formats.backoff(settings.backoff()));
        if (!settings.timeout().isZero()) parts.add("timeout " + Durations.format(settings.timeout()));
        return String.join(", ", parts);
    }

    /** {@code 5 at a time, 10 in 1m}; empty if there is no limit. */
    static String describe(Limit limit) {
        List<String> parts = new ArrayList<>();
        if (limit.concurrency() > 0) parts.add(limit.concurrency() + " at a time");
        if (limit.rate().limits()) {
            parts.add(limit.rate().starts() + " in "
                    + Durations.format(limit.rate().period()));
        }
        return String.join(", ", parts);
    }

    private static Setting key(String key, Limit limit) {
        String text = describe(limit);
        return new Setting("limit key", key, text.isEmpty() ? "no limit" : text);
    }

    private static String orNothing(String text) {
        return text.isEmpty() ? "nothing is set" : text;
    }

    private static QueueSettings settings(Grid grid, String queue) {
        return grid.operations(Operations::queues).stream()
                .map(QueueView::settings)
                .filter(settings -> settings.queue().equals(queue))
                .findFirst()
                .orElseGet(() -> QueueSettings.of(queue));
    }
}
