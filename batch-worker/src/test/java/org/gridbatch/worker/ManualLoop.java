/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/** An event loop whose time passes only when the test says so. */
final class ManualLoop implements EventLoop {
    private final Deque<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Due> later = new PriorityQueue<>((one, other) ->
            one.at != other.at ? Long.compare(one.at, other.at) : Long.compare(one.number, other.number));
    /** Near the overflow, since monotonic time may be anywhere. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(40).toNanos();
    /** Never overflows. */
    private long passed;

    private long numbers;

    private static final class Due {
        private final long at;
        private final long number;
        private final Runnable task;
        private boolean cancelled;

        private Due(long at, long number, Runnable task) {
            this.at = at;
            this.number = number;
            this.task = task;
        }
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Due due = new Due(passed + Math.max(0, delay.toNanos()), numbers++, task);
        later.add(due);
        return () -> due.cancelled = true;
    }

    /** Does what is due now. */
    void run() {
        while (true) {
            Runnable task = ready.poll();
            if (task == null) {
                Due due = later.peek();
                if (due == null || due.at > passed) return;
                later.poll();
                if (due.cancelled) continue;
                task = due.task;
            }
            task.run();
        }
    }

    /** Lets time pass, and does what becomes due on the way. */
    void pass(Duration time) {
        run();
        long until = passed + time.toNanos();
        while (!later.isEmpty() && later.peek().at <= until) {
            now += later.peek().at - passed;
            passed = later.peek().at;
            run();
        }
        now += until - passed;
        passed = until;
        run();
    }
}
