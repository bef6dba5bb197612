/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads beside those that move bytes.
 *
 * <p>{@code server} runs service methods; its queue is bounded and a full one refuses. {@code answer} encodes results
 * that a service completed on a thread of its own, which must not be kept; {@code client} completes the futures of
 * callers, whose continuations may block and therefore must not run on a thread that moves bytes. The queues of these
 * two hold at most one entry per open call, and the number of those is bounded already. {@code timer} only starts
 * things.
 */
final class Workers implements AutoCloseable {
    private static final int ANSWER_THREADS = 2;
    private static final long IDLE_SECONDS = 30;
    private static final long STOP_SECONDS = 2;

    private final ThreadPoolExecutor server;
    private final ThreadPoolExecutor answer;
    private final ThreadPoolExecutor client;
    private final ScheduledThreadPoolExecutor timer;

    Workers(Settings settings) {
        server = pool("server", settings.serverThreads(), settings.serverQueue());
        answer = pool("answer", ANSWER_THREADS, Integer.MAX_VALUE);
        client = pool("client", settings.clientThreads(), Integer.MAX_VALUE);
        timer = new ScheduledThreadPoolExecutor(1, new NamedThreads("timer"));
        timer.setRemoveOnCancelPolicy(true);
    }

    private static ThreadPoolExecutor pool(String name, int threads, int queue) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(queue),
                new NamedThreads(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Refuses with a RejectedExecutionException when it is full or stopped. */
    Executor server() {
        return server;
    }

    Executor answer() {
        return orHere(answer);
    }

    Executor client() {
        return orHere(client);
    }

    /** A call that ends while all stops still must end: its last step then runs on the thread that noticed. */
    private static Executor orHere(ThreadPoolExecutor pool) {
        return task -> {
            try {
                pool.execute(task);
            } catch (RejectedExecutionException e) {
                task.run();
            }
        };
    }

    void later(Runnable task, long millis) {
        try {
            timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // All stops, and what the task was to look after stops with it.
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        server.shutdownNow();
        answer.shutdown();
        client.shutdown();
        try {
            server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            answer.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            client.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
