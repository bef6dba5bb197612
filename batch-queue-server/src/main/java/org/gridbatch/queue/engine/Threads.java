/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.QueueUnavailableException;

/**
 * The threads of one engine: the core, one for answers, one that computes the times of schedules for those who ask, and
 * one that looks at the clock.
 */
public final class Threads implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(50);
    /** A page of a thousand schedules takes a good part of a second: behind more of them nobody wants to wait. */
    private static final int MOST_WAITING = 16;

    private final ExecutorService core = Executors.newSingleThreadExecutor(named("queue-server core"));
    private final ExecutorService answers = Executors.newSingleThreadExecutor(named("queue-server answers"));
    private final ExecutorService times = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            named("queue-server times"),
            (task, pool) -> {
                throw new QueueUnavailableException(
                        pool.isShutdown()
                                ? "the queue-server stops"
                                : "too many wait for the times of schedules already; repeat later");
            });
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(named("queue-server timer"));

    public ExecutorService core() {
        return core;
    }

    public ExecutorService answers() {
        return answers;
    }

    /**
     * Where the times of schedules are computed that somebody wants to see.
     *
     * @throws QueueUnavailableException from {@code execute}, if so many wait already
     */
    public Executor times() {
        return times;
    }

    /** Ticks until these threads are closed. */
    public void tick(QueueEngine engine) {
        timer.scheduleWithFixedDelay(engine::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the threads when they have done what they were given, or after some seconds. */
    @Override
    public void close() {
        timer.shutdownNow();
        close(core);
        close(answers);
        close(times);
    }

    private static void close(ExecutorService executor) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) executor.shutdownNow();
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
