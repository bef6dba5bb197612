/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.whiteboard;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that call listeners, as many as there are listeners with something to hear, and one that times pauses; all
 * end when nobody listens, and none does while nothing happens.
 */
final class Threads implements AutoCloseable {
    /** So many listeners can be slow at a time before others wait for them. */
    private static final int MOST = 64;

    private static final int IDLE_SECONDS = 10;

    private final ExecutorService callers;
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, named("gridbatch-listeners timer"));

    Threads() {
        AtomicInteger number = new AtomicInteger();
        // The queue is bounded by the number of listeners: each has one page at a time.
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MOST,
                MOST,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> named("gridbatch-listeners " + number.incrementAndGet()).newThread(task));
        pool.allowCoreThreadTimeOut(true);
        callers = pool;
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    /** Does nothing once it is closed: then nobody listens. */
    void run(Runnable task) {
        try {
            callers.execute(task);
        } catch (RejectedExecutionException e) {
            // The last listener has just gone.
        }
    }

    /** As {@link #run}, after a pause. */
    void runIn(long millis, Runnable task) {
        try {
            timer.schedule(() -> run(task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The last listener has just gone.
        }
    }

    /** Ends the threads; a listener that is being called is left to end its call. */
    @Override
    public void close() {
        timer.shutdownNow();
        callers.shutdown();
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
