/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gridbatch.api.JobState;

/**
 * The jobs with their indexes and counters, which all change in one place. Every iteration order is that of a sequence,
 * a lease or a time, never that of a hash: a replay must do the same.
 */
final class Jobs {
    /** A job by a moment, then by age. */
    private record Moment(long millis, Job job) implements Comparable<Moment> {
        @Override
        public int compareTo(Moment other) {
            int byMillis = Long.compare(millis, other.millis);
            return byMillis != 0 ? byMillis : Long.compare(job.sequence(), other.job.sequence());
        }
    }

    private final Map<String, Job> byId = new HashMap<>();
    private final TreeMap<Long, Job> byAge = new TreeMap<>();
    private final TreeMap<Long, Job> byLease = new TreeMap<>();
    private final TreeSet<Moment> due = new TreeSet<>();
    private final TreeSet<Moment> finals = new TreeSet<>();
    private final long[] counts = new long[JobState.values().length];
    private final Map<String, Integer> liveOfQueue = new HashMap<>();
    private long weight;
    private long finalWeight;
    private List<Change> changes = new ArrayList<>();

    Job get(String jobId) {
        return byId.get(jobId);
    }

    Job byLease(long leaseId) {
        return byLease.get(leaseId);
    }

    Collection<Job> executing() {
        return byLease.values();
    }

    Collection<Job> all() {
        return byAge.values();
    }

    /** The jobs after a sequence in the given direction; a view. */
    Collection<Job> beyond(long sequence, boolean newestFirst) {
        return newestFirst
                ? byAge.headMap(sequence, false).descendingMap().values()
                : byAge.tailMap(sequence, false).values();
    }

    long count(JobState state) {
        return counts[state.ordinal()];
    }

    long live() {
        return byId.size() - finals.size();
    }

    int liveOf(String queue) {
        return liveOfQueue.getOrDefault(queue, 0);
    }

    int finals() {
        return finals.size();
    }

    long weight() {
        return weight;
    }

    long finalWeight() {
        return finalWeight;
    }

    /** The scheduled or retryable job whose time comes next; null if there is none. */
    Job nextDue() {
        return due.isEmpty() ? null : due.first().job();
    }

    /** The job that has been final for longest; null if there is none. */
    Job oldestFinal() {
        return finals.isEmpty() ? null : finals.first().job();
    }

    void add(Job job) {
        if (byId.containsKey(job.id())) throw new IllegalStateException("there is a job " + job.id() + " already");
        index(job);
        changes.add(new Change(null, job));
    }

    /** The one way for a job to another state. */
    void move(Job from, Job to) {
        if (!from.state().next().contains(to.state())) {
            throw new IllegalStateException(
                    "job " + from.id() + " is " + from.state() + " and cannot become " + to.state());
        }
        replace(from, to);
    }

    /** Changes what is not the state. */
    void amend(Job from, Job to) {
        if (from.state() != to.state()) throw new IllegalStateException("job " + from.id() + " may not change state");
        replace(from, to);
    }

    void remove(Job job) {
        unindex(job);
        changes.add(new Change(job, null));
    }

    List<Change> drainChanges() {
        List<Change> drained = changes;
        changes = new ArrayList<>();
        return drained;
    }

    private void replace(Job from, Job to) {
        if (byId.get(from.id()) != from || from.sequence() != to.sequence()) {
            throw new IllegalStateException("job " + from.id() + " is not what it was");
        }
        unindex(from);
        index(to);
        changes.add(new Change(from, to));
    }

    private void index(Job job) {
        byId.put(job.id(), job);
        byAge.put(job.sequence(), job);
        counts[job.state().ordinal()]++;
        weight += job.weight();
        if (job.tenure() != null) byLease.put(job.tenure().leaseId(), job);
        if (isTimed(job)) due.add(new Moment(job.scheduledAtMillis(), job));
        if (job.state().isFinal()) {
            finals.add(new Moment(job.finalAtMillis(), job));
            finalWeight += job.weight();
        } else {
            liveOfQueue.merge(job.spec().queue(), 1, Integer::sum);
        }
    }

    private void unindex(Job job) {
        byId.remove(job.id());
        byAge.remove(job.sequence());
        counts[job.state().ordinal()]--;
        weight -= job.weight();
        if (job.tenure() != null) byLease.remove(job.tenure().leaseId());
        if (isTimed(job)) due.remove(new Moment(job.scheduledAtMillis(), job));
        if (job.state().isFinal()) {
            finals.remove(new Moment(job.finalAtMillis(), job));
            finalWeight -= job.weight();
        } else {
            liveOfQueue.compute(job.spec().queue(), (queue, live) -> live == null || live == 1 ? null : live - 1);
        }
    }

    private static boolean isTimed(Job job) {
        return job.state() == JobState.SCHEDULED || job.state() == JobState.RETRYABLE;
    }
}
