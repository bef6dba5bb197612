/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limits;
import org.osgi.framework.ServiceException;

/** W5: what a great number of waiting jobs costs. */
final class Backlog {
    private static final int CALLERS = 16;
    private static final int BULK = 1_000;
    /** With fewer, what the log keeps in memory would be larger than the jobs. */
    private static final int LEAST_FOR_HEAP = 100_000;

    /** A server that stood still for some seconds may have lost its ZooKeeper session; by then it is found again. */
    private static final Duration FOUND_AGAIN = Duration.ofSeconds(15);

    private static final Duration RESTART_LIMIT = Duration.ofMinutes(10);

    private final Figures figures;
    private final Duration time;
    private final int runs;
    private final int jobs;
    private final boolean items;

    /** @param items whether they are the items of arrays, and not jobs of their own */
    Backlog(Figures figures, Duration time, int runs, int jobs, boolean items) {
        this.figures = figures;
        this.time = time;
        this.runs = runs;
        this.jobs = jobs;
        this.items = items;
    }

    /**
     * Measures the queue empty, fills it, and measures it again.
     *
     * @param sessions gives the server that is in sight now
     * @param serverPid the JVM that holds the jobs
     * @return how many jobs are available, all acknowledged
     */
    long fill(Supplier<Session> sessions, long serverPid) throws Exception {
        Session session = sessions.get();
        Jobs waiting = new Jobs("w5");
        submit(session, waiting, "empty");
        long atFirst = waiting.made();
        boolean measured = jobs >= LEAST_FOR_HEAP && Heap.canAsk(serverPid);
        long heapBefore = measured ? Heap.usedBytes(serverPid) : 0;
        if (items)
            figures.add(
                    "filling with array items", "items/s", fillArrays(session).perSecond());
        else
            figures.add(
                    "filling in bulks of 1,000",
                    "jobs/s",
                    fill(session, waiting).perSecond());
        long filled = items ? jobs : waiting.made() - atFirst;
        if (measured) {
            double grown = Heap.usedBytes(serverPid) - heapBefore;
            figures.add("full", "heap bytes per " + (items ? "item" : "job"), grown / filled);
            // It was stopped for a collection of the whole heap.
            if (serverPid != ProcessHandle.current().pid()) TimeUnit.NANOSECONDS.sleep(FOUND_AGAIN.toNanos());
            session = sessions.get();
        }
        submit(session, waiting, "full");
        long available = session.available();
        long acknowledged = waiting.made() + (items ? jobs : 0);
        if (available != acknowledged) {
            throw new IllegalStateException(acknowledged + " jobs were acknowledged, the server has " + available);
        }
        return available;
    }

    private void submit(Session session, Jobs waiting, String how) throws Exception {
        String variant = how + ", " + Workloads.callersText(CALLERS);
        Workloads.submit(session, waiting, CALLERS, time);
        for (int run = 0; run < runs; run++) {
            figures.add(variant, CALLERS, Workloads.submit(session, waiting, CALLERS, time));
        }
    }

    private Timing fillArrays(Session session) throws Exception {
        long start = System.nanoTime();
        for (int left = jobs; left > 0; left -= Limits.ITEMS) {
            new ArrayItems(session, "w5").fill(Math.min(left, Limits.ITEMS));
        }
        return new Timing(jobs, (System.nanoTime() - start) / 1e9, new long[0]);
    }

    private Timing fill(Session session, Jobs waiting) throws Exception {
        long start = System.nanoTime();
        int count = 0;
        while (count < jobs) count += session.submit(waiting.jobs(Math.min(BULK, jobs - count)));
        return new Timing(count, (System.nanoTime() - start) / 1e9, new long[0]);
    }

    /**
     * Submits until a call is answered after the server was killed, and looks whether all jobs are there.
     *
     * @param sessions gives the server that is in sight now
     * @param startedAtMillis when the new server's process was started
     * @param acknowledged jobs that the killed server had acknowledged
     * @return seconds from the start to the answer
     */
    static double restart(Supplier<Session> sessions, long startedAtMillis, long acknowledged) throws Exception {
        List<JobSpec> one = List.of(new Jobs("w5").job());
        long deadline = System.nanoTime() + RESTART_LIMIT.toNanos();
        Session session;
        while (true) {
            session = sessions.get();
            try {
                Session.answer(session.jobs().submit(one));
                break;
            } catch (BatchException | ServiceException e) {
                // The killed server's export is still in sight, or the new server is not ready.
                if (System.nanoTime() > deadline) throw e;
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
        double seconds = (System.currentTimeMillis() - startedAtMillis) / 1e3;
        long available = session.available();
        if (available != acknowledged + 1) {
            throw new IllegalStateException(acknowledged + " jobs were acknowledged before the kill and 1 after it, "
                    + "the server has " + available);
        }
        return seconds;
    }
}
