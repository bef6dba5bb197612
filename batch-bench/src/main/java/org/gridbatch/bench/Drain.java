/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;

/** Workers that claim and complete all jobs of a queue, and check that each comes out once. */
final class Drain {
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final AtomicLong NAMES = new AtomicLong();

    private final Session session;
    private final Jobs jobs;
    private final BitSet seen = new BitSet();
    private final long wanted;
    private final boolean inTurn;
    private final AtomicLong claimed = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private long firstNanos = Long.MAX_VALUE;
    private long lastNanos = Long.MIN_VALUE;
    private long completed;

    private Drain(Session session, Jobs jobs, boolean inTurn) {
        this.session = session;
        this.jobs = jobs;
        this.inTurn = inTurn;
        this.wanted = jobs.made();
    }

    /**
     * Completes every job that was made.
     *
     * @param slots how many jobs a worker claims, and reports, at once
     * @param inTurn whether a worker waits for the verdict on its report before it claims again. A worker node does not:
     *     its slot is free when the script has ended. Here it has one report on its way at most
     * @return jobs a second, from the first claim's answer to the last report's verdict
     */
    static double run(Session session, Jobs jobs, int workers, int slots, boolean inTurn) throws Exception {
        Drain drain = new Drain(session, jobs, inTurn);
        if (drain.wanted == 0) throw new IllegalStateException("there is nothing to drain");
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            Thread thread = new Thread(() -> drain.work(slots), "bench-worker-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) thread.join();
        return drain.rate();
    }

    private double rate() throws Exception {
        if (failure.get() != null) throw failure.get();
        if (completed != wanted || seen.cardinality() != wanted) {
            throw new IllegalStateException(
                    completed + " reports were accepted, of " + seen.cardinality() + " different jobs, want " + wanted);
        }
        return wanted * 1e9 / (lastNanos - firstNanos);
    }

    private void work(int slots) {
        String worker = "bench-" + NAMES.incrementAndGet();
        String incarnation = UUID.randomUUID().toString();
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Sent sent = null;
        try {
            Session.answer(session.work().advertise(worker, incarnation, Jobs.ad()));
            for (long claimId = 1; claimed.get() < wanted && failure.get() == null; claimId++) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("only " + claimed.get() + " of " + wanted + " jobs came out within "
                            + LIMIT.toMinutes() + " minutes");
                }
                List<Lease> leases =
                        Session.answer(session.work().claim(jobs.claim(worker, incarnation, claimId, slots, WAIT)));
                if (leases.isEmpty()) continue;
                claimed.addAndGet(leases.size());
                long granted = System.nanoTime();
                List<Report> reports = leases.stream()
                        .map(lease -> Jobs.completed(worker, lease))
                        .toList();
                if (sent != null) record(sent);
                sent = new Sent(leases, granted, session.work().report(reports));
                if (inTurn) {
                    record(sent);
                    sent = null;
                }
            }
            if (sent != null) record(sent);
        } catch (Exception e) {
            failure.compareAndSet(null, e);
        }
    }

    /** A report on its way. */
    private record Sent(List<Lease> leases, long grantedNanos, CompletionStage<List<Verdict>> verdicts) {}

    private void record(Sent sent) throws Exception {
        List<Verdict> verdicts = Session.answer(sent.verdicts());
        record(sent.leases(), verdicts, sent.grantedNanos(), System.nanoTime());
    }

    private synchronized void record(List<Lease> leases, List<Verdict> verdicts, long granted, long recorded) {
        for (Lease lease : leases) seen.set(Jobs.number(lease.spec()));
        for (Verdict verdict : verdicts) if (verdict.kind() == VerdictKind.ACCEPTED) completed++;
        firstNanos = Math.min(firstNanos, granted);
        lastNanos = Math.max(lastNanos, recorded);
    }
}
