/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.JobSpec;
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
        merge(liveOfTenant, job.spec().tenant(), 1);
        merge(liveOfShape, Shape.of(job.spec()), 1);
    }

    /** Counts the items of an array in a state that are no jobs yet. */
    void addItems(JobArray array, JobState state) {
        countItems(array, state, 1);
    }

    /** Counts them no more. */
    void removeItems(JobArray array, JobState state) {
        countItems(array, state, -1);
    }

    private void countItems(JobArray array, JobState state, int sign) {
        int items = array.untouched(state);
        if (items == 0) return;
        JobSpec template = array.spec().template();
        count(template.queue(), state, sign * items);
        merge(liveOfTenant, template.tenant(), sign * items);
        if (array.spec().onEach().isEmpty()) {
            merge(liveOfShape, Shape.of(template), sign * items);
        } else {
            for (int i = 0; i < array.size(); i++) {
                if (array.isUntouched(i)) merge(liveOfShape, Shape.of(array.itemSpec(i)), sign);
            }
        }
    }

    private static <K> void merge(Map<K, Integer> live, K key, int by) {
        live.merge(key, by, (one, other) -> one + other == 0 ? null : one + other);
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
        merge(liveOfTenant, job.spec().tenant(), -1);
        merge(liveOfShape, Shape.of(job.spec()), -1);
    }

    private void count(Job job, int by) {
        count(job.spec().queue(), job.state(), by);
    }

    private void count(String queue, JobState state, int by) {
        states[state.ordinal()] += by;
        long[] counts = queues.computeIfAbsent(queue, name -> new long[states.length]);
        counts[state.ordinal()] += by;
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

    long live() {
        return live(states);
    }

    long live(String queue) {
        long[] counts = queues.get(queue);
        return counts == null ? 0 : live(counts);
    }

    private static long live(long[] counts) {
        long live = 0;
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
