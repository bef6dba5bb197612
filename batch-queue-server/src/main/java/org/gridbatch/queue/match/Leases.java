/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;

/**
 * The clocks of the current leases. They are in memory only and count monotonic time: a heartbeat costs no disk, and a
 * server that starts, or finds that it slept, gives every lease a full term before it ends one.
 *
 * <p>A lease ends for its own worker's incarnation only. When a worker starts again, the leases of its former
 * incarnation are left alone: that process may be dead, and then they run out, or it may still be running their
 * scripts. Only the time can tell.
 */
public final class Leases {
    /** One current lease. */
    public record Held(long leaseId, String jobId) {}

    /** What a heartbeat changed. */
    public record Beat(List<Long> lost, List<Long> cancelled, List<Long> omitted) {}

    /** Leases to end now. */
    public record Due(List<Long> expired, List<Long> omitted) {}

    private static final int MOST_DUE = 1_000;

    private static final class Clock {
        final long leaseId;
        final Job job;
        long deadlineNanos;
        long listedNanos;
        boolean omitted;
        boolean ending;

        Clock(Job job) {
            this.leaseId = job.tenure().leaseId();
            this.job = job;
        }

        boolean isOf(String worker, String incarnation) {
            return job.tenure().worker().equals(worker)
                    && job.tenure().incarnation().equals(incarnation);
        }
    }

    private record Deadline(long nanos, long leaseId) {}

    private final QueueMachine machine;
    private final Duration term;
    private final long graceNanos;
    private final Map<Long, Clock> clocks = new HashMap<>();
    private final Map<String, TreeMap<Long, Clock>> byWorker = new HashMap<>();
    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>(Comparator.comparingLong(Deadline::nanos));

    /** Starts a clock for each executing job of the machine. */
    public Leases(QueueMachine machine, Duration term, Duration grace, long now) {
        this.machine = machine;
        this.term = term;
        this.graceNanos = grace.toNanos();
        for (Job job : machine.executing()) start(job, now);
    }

    public Duration term() {
        return term;
    }

    /** Takes note of a change of the applied state. */
    public void changed(Change change, long now) {
        Job before = change.before();
        Job after = change.after();
        boolean held = before != null && before.tenure() != null;
        boolean holds = after != null && after.tenure() != null;
        if (held && holds && before.tenure().leaseId() == after.tenure().leaseId()) return;
        if (held) stop(before);
        if (holds) start(after, now);
    }

    private void start(Job job, long now) {
        Clock clock = new Clock(job);
        clock.deadlineNanos = now + term.toNanos();
        clock.listedNanos = now;
        clocks.put(clock.leaseId, clock);
        byWorker.computeIfAbsent(job.tenure().worker(), name -> new TreeMap<>()).put(clock.leaseId, clock);
        deadlines.add(new Deadline(clock.deadlineNanos, clock.leaseId));
    }

    private void stop(Job job) {
        long leaseId = job.tenure().leaseId();
        clocks.remove(leaseId);
        byWorker.computeIfPresent(job.tenure().worker(), (name, held) -> {
            held.remove(leaseId);
            return held.isEmpty() ? null : held;
        });
    }

    /** The leases that answer a claim. */
    public List<Held> ofClaim(String worker, String incarnation, long claimId) {
        List<Held> held = new ArrayList<>();
        for (Clock clock : ofWorker(worker)) {
            if (clock.isOf(worker, incarnation) && clock.job.tenure().claimId() == claimId) {
                held.add(new Held(clock.leaseId, clock.job.id()));
            }
        }
        return held;
    }

    /** The ids of the jobs that a worker of this name has. */
    public List<String> jobsOf(String worker) {
        return ofWorker(worker).stream().map(clock -> clock.job.id()).toList();
    }

    private Collection<Clock> ofWorker(String worker) {
        TreeMap<Long, Clock> held = byWorker.get(worker);
        return held == null ? List.of() : held.values();
    }

    /** Gives a lease a full term; false if it is over. */
    boolean renew(long leaseId, long now) {
        Clock clock = clocks.get(leaseId);
        if (clock == null || clock.ending) return false;
        clock.deadlineNanos = now + term.toNanos();
        clock.listedNanos = now;
        clock.omitted = false;
        return true;
    }

    /** Renews what the worker lists, and finds what it should know and what it does not have any more. */
    public Beat heard(Heartbeat beat, long now) {
        List<Long> lost = new ArrayList<>();
        List<Long> cancelled = new ArrayList<>();
        Set<Long> listed = new HashSet<>(beat.leaseIds());
        for (long leaseId : beat.leaseIds()) {
            Clock clock = clocks.get(leaseId);
            boolean own = clock != null && clock.isOf(beat.worker(), beat.incarnation());
            if (!own || !renew(leaseId, now)) {
                lost.add(leaseId);
            } else if (machine.byLease(leaseId).cancelRequested()) {
                cancelled.add(leaseId);
            }
        }
        List<Long> omitted = new ArrayList<>();
        for (Clock clock : ofWorker(beat.worker())) {
            if (clock.ending || listed.contains(clock.leaseId) || !clock.isOf(beat.worker(), beat.incarnation())) {
                continue;
            }
            clock.omitted = true;
            if (now - clock.listedNanos > graceNanos) {
                clock.ending = true;
                omitted.add(clock.leaseId);
            }
        }
        return new Beat(lost, cancelled, omitted);
    }

    /**
     * The leases that have run out, at most a thousand. One that its living worker has left out of its heartbeats is
     * not a lost worker's: its answer never arrived.
     */
    public Due due(long now) {
        List<Long> expired = new ArrayList<>();
        List<Long> omitted = new ArrayList<>();
        while (!deadlines.isEmpty() && deadlines.peek().nanos() <= now && expired.size() + omitted.size() < MOST_DUE) {
            Clock clock = clocks.get(deadlines.poll().leaseId());
            if (clock == null || clock.ending) continue;
            if (clock.deadlineNanos > now) {
                deadlines.add(new Deadline(clock.deadlineNanos, clock.leaseId));
                continue;
            }
            clock.ending = true;
            (clock.omitted ? omitted : expired).add(clock.leaseId);
        }
        return new Due(expired, omitted);
    }

    /** Takes note that these leases are about to be ended: until that is logged, nobody can renew or get them. */
    public void ending(List<Long> leaseIds) {
        for (long leaseId : leaseIds) {
            Clock clock = clocks.get(leaseId);
            if (clock != null) clock.ending = true;
        }
    }

    /** Takes note that the end of these leases was not logged. */
    public void notEnded(List<Long> leaseIds, long now) {
        for (long leaseId : leaseIds) {
            Clock clock = clocks.get(leaseId);
            if (clock == null) continue;
            clock.ending = false;
            deadlines.add(new Deadline(now, leaseId));
        }
    }

    /** The server slept, so it may have missed heartbeats: every lease gets a full term from now. */
    public void renewAll(long now) {
        for (Clock clock : clocks.values()) clock.deadlineNanos = Math.max(clock.deadlineNanos, now + term.toNanos());
    }
}
