/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.JobState;

/** Counters of jobs, kept and never counted anew. */
final class Census {
    private final long[] states = new long[JobState.values().length];
    private final Map<String, long[]> queues = new TreeMap<>();
    private final Map<String, Integer> liveOfTenant = new HashMap<>();
    private final Map<Shape, Integer> liveOfShape = new HashMap<>();

    void add(Job job) {
        count(job, 1);
        if (job.state().isFinal()) return;
        liveOfTenant.merge(job.spec().tenant(), 1, Integer::sum);
        liveOfShape.merge(Shape.of(job.spec()), 1, Integer::sum);
    }

    void remove(Job job) {
        count(job, -1);
        if (!job.state().isFinal()) died(job);
    }

    /** Takes note of a job's next version. */
    void replace(Job from, Job to) {
        if (from.state() == to.state()) return;
        count(from, -1);
        count(to, 1);
        if (to.state().isFinal()) died(from);
    }

    private void died(Job job) {
        liveOfTenant.computeIfPresent(job.spec().tenant(), (tenant, live) -> live == 1 ? null : live - 1);
        liveOfShape.computeIfPresent(Shape.of(job.spec()), (shape, live) -> live == 1 ? null : live - 1);
    }

    private void count(Job job, int by) {
        states[job.state().ordinal()] += by;
        String queue = job.spec().queue();
        long[] counts = queues.computeIfAbsent(queue, name -> new long[states.length]);
        counts[job.state().ordinal()] += by;
        if (by < 0 && isEmpty(counts)) queues.remove(queue);
    }

    private static boolean isEmpty(long[] counts) {
        for (long count : counts) if (count != 0) return false;
        return true;
    }

    long of(JobState state) {
        return states[state.ordinal()];
    }

    /** The counters of one queue; a state that is missing has none. */
    Map<JobState, Long> of(String queue) {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        long[] kept = queues.get(queue);
        if (kept == null) return counts;
        for (JobState state : JobState.values()) {
            if (kept[state.ordinal()] > 0) counts.put(state, kept[state.ordinal()]);
        }
        return counts;
    }

    /** The counters of each queue by the ordinal of the state; a view. */
    Map<String, long[]> queues() {
        return queues;
    }

    long live(String queue) {
        long[] counts = queues.get(queue);
        long live = 0;
        if (counts == null) return 0;
        for (JobState state : JobState.values()) if (!state.isFinal()) live += counts[state.ordinal()];
        return live;
    }

    int tenants() {
        return liveOfTenant.size();
    }

    boolean knowsTenant(String tenant) {
        return liveOfTenant.containsKey(tenant);
    }

    int shapes() {
        return liveOfShape.size();
    }

    boolean knowsShape(Shape shape) {
        return liveOfShape.containsKey(shape);
    }
}
