/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/** Callers that each do one thing after the other: the next begins when the one before is answered. */
final class ClosedLoop {
    private ClosedLoop() {}

    /** One turn of one caller; returns how many jobs it was. */
    interface Turn {
        int run() throws Exception;
    }

    /**
     * Lets callers loop for a time; a turn that was begun is finished and counted, with its time.
     *
     * @param turn makes the turn of each caller, by its index
     * @throws Exception what a turn threw; then all have stopped
     */
    static Timing run(int callers, Duration time, IntFunction<Turn> turn) throws Exception {
        List<Caller> all = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(callers);
        CountDownLatch go = new CountDownLatch(1);
        AtomicReference<Exception> failure = new AtomicReference<>();
        for (int i = 0; i < callers; i++) all.add(new Caller(i, turn.apply(i), time, ready, go, failure));
        all.forEach(Thread::start);
        ready.await();
        long start = System.nanoTime();
        go.countDown();
        long end = start;
        long count = 0;
        int turns = 0;
        for (Caller caller : all) {
            caller.join();
            end = Math.max(end, caller.ended);
            count += caller.count;
            turns += caller.turns;
        }
        if (failure.get() != null) throw failure.get();
        long[] nanos = new long[turns];
        int at = 0;
        for (Caller caller : all) {
            System.arraycopy(caller.nanos, 0, nanos, at, caller.turns);
            at += caller.turns;
        }
        return new Timing(count, (end - start) / 1e9, nanos);
    }

    private static final class Caller extends Thread {
        private final Turn turn;
        private final Duration time;
        private final CountDownLatch ready;
        private final CountDownLatch go;
        private final AtomicReference<Exception> failure;
        private long[] nanos = new long[4_096];
        private int turns;
        private long count;
        private long ended;

        Caller(
                int index,
                Turn turn,
                Duration time,
                CountDownLatch ready,
                CountDownLatch go,
                AtomicReference<Exception> failure) {
            super("bench-caller-" + index);
            setDaemon(true);
            this.turn = turn;
            this.time = time;
            this.ready = ready;
            this.go = go;
            this.failure = failure;
        }

        @Override
        public void run() {
            try {
                ready.countDown();
                go.await();
                long before = System.nanoTime();
                long end = before + time.toNanos();
                ended = before;
                while (before < end && failure.get() == null) {
                    count += turn.run();
                    long after = System.nanoTime();
                    if (turns == nanos.length) nanos = Arrays.copyOf(nanos, turns * 2);
                    nanos[turns++] = after - before;
                    before = after;
                    ended = after;
                }
            } catch (Exception e) {
                failure.compareAndSet(null, e);
            }
        }
    }
}
