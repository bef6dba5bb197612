/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
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
    /** What is in order by a moment, then by age. */
    private interface Ordered extends Comparable<Ordered> {
        long millis();

        long sequence();

        @Override
        default int compareTo(Ordered other) {
            int byMillis = Long.compare(millis(), other.millis());
            return byMillis != 0 ? byMillis : Long.compare(sequence(), other.sequence());
        }
    }

    /** A job by a moment. */
    private record Moment(long millis, Job job) implements Ordered {
        @Override
        public long sequence() {
            return job.sequence();
        }
    }

    /** Where a job may be or may have been. */
    private record Mark(long millis, long sequence) implements Ordered {}

    private final Map<String, Job> byId = new HashMap<>();
    private final JobsByAge byAge = new JobsByAge();
    private final TreeMap<Long, Job> byLease = new TreeMap<>();
    private final TreeSet<Moment> due = new TreeSet<>();
    private final TreeSet<Ordered> finals = new TreeSet<>();
    private final TreeSet<Moment> deadlines = new TreeSet<>();
    private final Census census = new Census();
    private final ArrayBook arrays = new ArrayBook();
    private final Dependents dependents = new Dependents();
    private final Gates gates;
    /** Of final jobs that are forgotten, in the order in which they were. */
    private final Map<String, Known> known = new LinkedHashMap<>();

    private final Outbox outbox = new Outbox();
    private long weight;
    private long arrayWeight;
    private long finalWeight;
    private List<Change> changes = new ArrayList<>();

    Jobs(Gates gates) {
        this.gates = gates;
    }

    Census census() {
        return census;
    }

    Dependents dependents() {
        return dependents;
    }

    ArrayBook arrays() {
        return arrays;
    }

    /** Also an item of an array that was never touched. */
    Job get(String jobId) {
        Job job = byId.get(jobId);
        return job != null ? job : arrays.untouched(jobId);
    }

    /** The first job behind a sequence, of all that are in memory and all items that may run; null if there is none. */
    Job after(long sequence) {
        Job next = byAge.after(sequence);
        Job untouched = arrays.untouchedAfter(sequence);
        if (next == null || untouched == null) return next == null ? untouched : next;
        return next.sequence() < untouched.sequence() ? next : untouched;
    }

    Job byLease(long leaseId) {
        return byLease.get(leaseId);
    }

    Collection<Job> executing() {
        return byLease.values();
    }

    JobsByAge all() {
        return byAge;
    }

    long count(JobState state) {
        return census.of(state);
    }

    /** Jobs and items that are not final. */
    long live() {
        return census.live();
    }

    int finals() {
        return finals.size();
    }

    long weight() {
        return weight + arrayWeight + outbox.auditWeight() + known.size() * Known.WEIGHT;
    }

    Outbox outbox() {
        return outbox;
    }

    /** The state of a job, also of a final one that is forgotten; null if it is not known. */
    JobState stateOf(String jobId) {
        Job job = byId.get(jobId);
        if (job != null) return job.state();
        JobArray array = arrays.ofItem(jobId);
        if (array != null) return array.state(ArrayBook.index(jobId));
        Known forgotten = known.get(jobId);
        return forgotten == null ? null : forgotten.state();
    }

    /** What is known of a final job that was forgotten; null if it is not known. */
    Known known(String jobId) {
        return known.get(jobId);
    }

    Collection<Known> allKnown() {
        return known.values();
    }

    /** Keeps an id known; its job is not in memory. */
    void know(Known one) {
        known.remove(one.jobId());
        known.put(one.jobId(), one);
    }

    /** The id that has been known for longest; null if there is none. */
    Known oldestKnown() {
        return known.isEmpty() ? null : known.values().iterator().next();
    }

    void forget(Known one) {
        known.remove(one.jobId());
    }

    long finalWeight() {
        return finalWeight;
    }

    /** The scheduled or retryable job whose time comes next; null if there is none. */
    Job nextDue() {
        return due.isEmpty() ? null : due.first().job();
    }

    /** The job whose deadline comes next, of those for which it makes a difference; null if there is none. */
    Job nextDeadline() {
        return deadlines.isEmpty() ? null : deadlines.first().job();
    }

    /** The job that has been final for longest; null if there is none. */
    Job oldestFinal() {
        return finals.isEmpty() ? null : ((Moment) finals.first()).job();
    }

    /** The final jobs behind a place, in the order in which they became final; a view. */
    Iterator<Job> finalsBehind(Place place) {
        Iterator<Ordered> moments = finals.tailSet(new Mark(place.millis(), place.sequence()), false)
                .iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return moments.hasNext();
            }

            @Override
            public Job next() {
                return ((Moment) moments.next()).job();
            }
        };
    }

    void add(Job added) {
        // A job can be final from the start; one of an image of the first format has no number yet.
        boolean fresh = added.state().isFinal() && added.outbox() == 0;
        Job job = fresh ? added.withOutbox(outbox.take()) : added;
        if (byId.putIfAbsent(job.id(), job) != null) {
            throw new IllegalStateException("there is a job " + added.id() + " already");
        }
        byAge.put(job);
        JobArray array = arrays.get(job.id());
        if (array == null) census.add(job);
        else array.by = job.by();
        index(job);
        changes.add(new Change(null, job));
    }

    /** Takes an array; its own job is added behind it. */
    void add(JobArray array) {
        arrays.add(array);
        arrayWeight += array.weight();
        for (JobState state : JobState.values()) {
            if (!state.isFinal()) census.addItems(array, state);
        }
    }

    void append(JobArray array, Items items) {
        arrayWeight -= array.weight();
        census.removeItems(array, JobState.BLOCKED);
        array.append(items);
        census.addItems(array, JobState.BLOCKED);
        arrayWeight += array.weight();
    }

    void seal(JobArray array, long sequence, long now) {
        census.removeItems(array, JobState.BLOCKED);
        array.seal(sequence, now);
        census.addItems(array, JobState.AVAILABLE);
        arrays.sealed(array);
    }

    /** Forgets the items of an array that is not to be sealed. */
    void drop(JobArray array) {
        arrayWeight -= array.weight();
        census.removeItems(array, JobState.BLOCKED);
        array.drop();
        arrays.sealed(array);
    }

    /** Tells others that something has changed for all items of an array. */
    void changed(JobArray array) {
        Job own = byId.get(array.id());
        changes.add(new Change(own, own));
    }

    /** Makes a job of an item that was none, before it changes. */
    private void touch(Job job) {
        JobArray array = arrays.get(job.arrayId());
        if (array == null || !array.isUntouched(job.index()) || byId.containsKey(job.id())) return;
        array.touch(job.index());
        byId.put(job.id(), job);
        byAge.put(job);
        index(job);
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
        byId.remove(job.id());
        byAge.remove(job);
        unindex(job);
        JobArray array = arrays.get(job.id());
        if (array == null) {
            census.remove(job);
        } else {
            arrays.remove(array);
            arrayWeight -= array.weight();
        }
        changes.add(new Change(job, null));
    }

    List<Change> drainChanges() {
        List<Change> drained = changes;
        changes = new ArrayList<>();
        return drained;
    }

    private void replace(Job from, Job next) {
        touch(from);
        if (byId.get(from.id()) != from || from.sequence() != next.sequence()) {
            throw new IllegalStateException("job " + from.id() + " is not what it was");
        }
        Job to = next.state().isFinal() ? next.withOutbox(outbox.take()) : next;
        unindex(from);
        index(to);
        byId.put(to.id(), to);
        byAge.put(to);
        if (arrays.get(to.id()) == null) census.replace(from, to);
        JobArray array = arrays.get(to.arrayId());
        if (array != null && from.state() != to.state()) array.moved(to.index(), to.state());
        if (to.state().isFinal() && !from.state().isFinal()) {
            dependents.ended(to, to.state() == JobState.COMPLETED);
        }
        changes.add(new Change(from, to));
    }

    private void index(Job job) {
        weight += job.weight();
        if (job.tenure() != null) {
            byLease.put(job.tenure().leaseId(), job);
            gates.enter(job);
        }
        if (isTimed(job)) due.add(new Moment(job.scheduledAtMillis(), job));
        if (hasDeadline(job)) deadlines.add(new Moment(job.deadlineMillis(), job));
        if (!job.waitsFor().isEmpty()) dependents.add(job);
        if (job.state().isFinal()) {
            finals.add(new Moment(job.finalAtMillis(), job));
            outbox.add(job);
            finalWeight += job.weight();
        }
    }

    private void unindex(Job job) {
        weight -= job.weight();
        if (job.tenure() != null) {
            byLease.remove(job.tenure().leaseId());
            gates.leave(job);
        }
        if (isTimed(job)) due.remove(new Moment(job.scheduledAtMillis(), job));
        if (hasDeadline(job)) deadlines.remove(new Moment(job.deadlineMillis(), job));
        if (!job.waitsFor().isEmpty()) dependents.remove(job);
        if (job.state().isFinal()) {
            finals.remove(new Moment(job.finalAtMillis(), job));
            outbox.remove(job);
            finalWeight -= job.weight();
        }
    }

    private static boolean isTimed(Job job) {
        return job.state() == JobState.SCHEDULED || job.state() == JobState.RETRYABLE;
    }

    /** One that executes and was asked to stop has heard of it. */
    private static boolean hasDeadline(Job job) {
        return !job.state().isFinal() && !job.cancelRequested() && job.deadlineMillis() != Long.MAX_VALUE;
    }
}
