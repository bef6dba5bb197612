/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.gridbatch.api.Lease;

/** The workloads that need nothing but a queue: W1 to W4. Each leaves the queue empty. */
final class Workloads {
    private static final int[] CALLERS = {1, 16, 64};
    private static final int BULK = 1_000;
    private static final Duration PACE = Duration.ofMillis(20);
    private static final int CLEANERS = 4;
    private static final int CLEANER_SLOTS = 256;

    private final Session session;
    private final Duration time;
    private final int runs;
    private final int jobsToDrain;

    /**
     * @param time of one run
     * @param jobsToDrain for W3
     */
    Workloads(Session session, Duration time, int runs, int jobsToDrain) {
        this.session = session;
        this.time = time;
        this.runs = runs;
        this.jobsToDrain = jobsToDrain;
    }

    /** Cold code is several times slower: both sides of the wire run everything once before it counts. */
    void warmUp() throws Exception {
        submit("warm-up", 16, time.multipliedBy(2));
        Jobs jobs = new Jobs("warm-up");
        fill(jobs, Math.min(jobsToDrain, 5_000));
        Drain.run(session, jobs, 16, 1, false);
    }

    void w1(Figures figures) throws Exception {
        for (int callers : CALLERS) {
            submit("w1", callers, time.dividedBy(2));
            for (int run = 0; run < runs; run++) {
                figures.add(callersText(callers), callers, submit("w1", callers, time));
            }
        }
    }

    static String callersText(int callers) {
        return callers + (callers == 1 ? " caller" : " callers");
    }

    /** Submits for a time, and takes all out again: what was acknowledged is there, once. */
    private Timing submit(String queue, int callers, Duration howLong) throws Exception {
        Jobs jobs = new Jobs(queue);
        long before = session.available();
        Timing timing = submit(session, jobs, callers, howLong);
        long there = session.available() - before;
        if (there != timing.count()) {
            throw new IllegalStateException(timing.count() + " jobs were acknowledged, the server has " + there);
        }
        takeOut(jobs);
        return timing;
    }

    static Timing submit(Session session, Jobs jobs, int callers, Duration howLong) throws Exception {
        return ClosedLoop.run(callers, howLong, caller -> () -> session.submit(List.of(jobs.job())));
    }

    void w2(Figures figures) throws Exception {
        for (int run = -1; run < runs; run++) {
            Jobs jobs = new Jobs("w2");
            Timing timing = ClosedLoop.run(1, time, caller -> () -> session.submit(jobs.jobs(BULK)));
            if (run >= 0) figures.add("1 caller, bulks of 1,000", "jobs/s", timing.perSecond());
            takeOut(jobs);
        }
    }

    private void takeOut(Jobs jobs) throws Exception {
        Drain.run(session, jobs, CLEANERS, CLEANER_SLOTS, true);
        session.awaitHistory();
    }

    /** Items of one array, in pieces of 20,000; each acknowledged piece is on disk. */
    void w2Items(Figures figures) throws Exception {
        for (int run = -1; run < runs; run++) {
            ArrayItems items = new ArrayItems(session, "w2");
            Timing timing = ClosedLoop.run(1, time, caller -> items::addPiece);
            if (run >= 0) figures.add("1 caller, array items", "items/s", timing.perSecond());
            items.cancel();
        }
    }

    void w3(Figures figures) throws Exception {
        w3(figures, "16 workers of 1 slot, calls in turn", 1, true);
        w3(figures, "16 workers of 1 slot", 1, false);
        w3(figures, "16 workers of 16 slots", 16, false);
    }

    private void w3(Figures figures, String variant, int slots, boolean inTurn) throws Exception {
        for (int run = -1; run < runs; run++) {
            Jobs jobs = new Jobs("w3");
            fill(jobs, jobsToDrain);
            session.awaitHistory();
            double rate = Drain.run(session, jobs, 16, slots, inTurn);
            if (run >= 0) figures.add(variant, "jobs/s", 16, rate);
        }
    }

    private void fill(Jobs jobs, int count) throws Exception {
        for (int left = count; left > 0; left -= BULK) session.submit(jobs.jobs(Math.min(left, BULK)));
    }

    /** A job every 20 ms, while a worker has a claim open. */
    void w4(Figures figures) throws Exception {
        int count = (int) Math.max(10, time.toNanos() / PACE.toNanos());
        for (int run = -1; run < runs; run++) {
            Parked parked = new Parked(count);
            parked.run();
            if (run < 0) continue;
            figures.add("submit to parked claim", "p50 ms", parked.claimed().millis(50));
            figures.add("submit to parked claim", "p99 ms", parked.claimed().millis(99));
            figures.add(
                    "submit to its acknowledgement",
                    "p50 ms",
                    parked.acknowledged().millis(50));
            figures.add(
                    "submit to its acknowledgement",
                    "p99 ms",
                    parked.acknowledged().millis(99));
        }
    }

    /** One worker that waits, and one caller that submits now and then. */
    private final class Parked {
        private final Jobs jobs = new Jobs("w4");
        private final long[] submittedAt;
        private final long[] acknowledgedNanos;
        private final long[] claimedNanos;
        private final CountDownLatch handled;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicReference<Exception> failure = new AtomicReference<>();

        Parked(int count) {
            submittedAt = new long[count];
            acknowledgedNanos = new long[count];
            claimedNanos = new long[count];
            handled = new CountDownLatch(count);
        }

        Timing claimed() {
            return new Timing(claimedNanos.length, 1, claimedNanos);
        }

        Timing acknowledged() {
            return new Timing(acknowledgedNanos.length, 1, acknowledgedNanos);
        }

        void run() throws Exception {
            Thread worker = new Thread(this::work, "bench-worker");
            worker.setDaemon(true);
            worker.start();
            try {
                Thread.sleep(100);
                long next = System.nanoTime();
                for (int i = 0; i < submittedAt.length; i++) {
                    var job = List.of(jobs.job());
                    for (long now = System.nanoTime(); now < next; now = System.nanoTime()) {
                        TimeUnit.NANOSECONDS.sleep(next - now);
                    }
                    submittedAt[i] = System.nanoTime();
                    session.submit(job);
                    acknowledgedNanos[i] = System.nanoTime() - submittedAt[i];
                    next = Math.max(next, submittedAt[i]) + PACE.toNanos();
                }
                if (!handled.await(30, TimeUnit.SECONDS) && failure.get() == null) {
                    throw new IllegalStateException(handled.getCount() + " jobs never reached the worker");
                }
            } finally {
                over.set(true);
                worker.join(TimeUnit.SECONDS.toMillis(30));
            }
            if (failure.get() != null) throw failure.get();
        }

        private void work() {
            String incarnation = UUID.randomUUID().toString();
            String name = "bench-parked-" + incarnation;
            try {
                Session.answer(session.work().advertise(name, incarnation, Jobs.ad()));
                for (long claimId = 1; handled.getCount() > 0 && !over.get(); claimId++) {
                    List<Lease> leases = Session.answer(
                            session.work().claim(jobs.claim(name, incarnation, claimId, 1, Duration.ofSeconds(2))));
                    long now = System.nanoTime();
                    for (Lease lease : leases) {
                        int number = Jobs.number(lease.spec());
                        claimedNanos[number] = now - submittedAt[number];
                        Session.answer(session.work().report(List.of(Jobs.completed(name, lease))));
                        handled.countDown();
                    }
                }
            } catch (Exception e) {
                failure.set(e);
            }
        }
    }
}
