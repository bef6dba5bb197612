/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * What a caller holds of a call under way. Who waits for it is woken by the thread that read the answer, and decodes
 * the answer itself; only where nobody waits does a thread of the pool, which is one more change of threads. What
 * depends on the future runs on one of those two, as with any future, and never on a thread that moves bytes.
 */
final class Reply extends CompletableFuture<Object> {
    private static final Object ENDED = new Object();

    private final Executor completions;
    /** Null, then perhaps the thread that waits, then {@link #ENDED}; a second thread waits as for any future. */
    private final AtomicReference<Object> waiting = new AtomicReference<>();

    private volatile Runnable settle = () -> {};

    Reply(Executor completions) {
        this.completions = completions;
    }

    /** Stages that depend on it are completed by whoever completes them. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /** @param completion completes this future if that has not happened yet; run once */
    void ended(Runnable completion) {
        settle = completion;
        if (waiting.getAndSet(ENDED) instanceof Thread waiter) {
            LockSupport.unpark(waiter);
        } else {
            completions.execute(completion);
        }
    }

    /** Whoever ends the future before its answer arrives wakes the one that waits as well. */
    void wake() {
        if (waiting.get() instanceof Thread waiter) LockSupport.unpark(waiter);
    }

    @Override
    public Object get() throws InterruptedException, ExecutionException {
        await(Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public Object get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        long start = System.nanoTime();
        long nanos = unit.toNanos(timeout);
        await(nanos);
        return super.get(Math.max(0, nanos - (System.nanoTime() - start)), TimeUnit.NANOSECONDS);
    }

    @Override
    public Object join() {
        await(Long.MAX_VALUE);
        return super.join();
    }

    /** Returns when there is an answer, but also for any other reason to stop waiting here. */
    private void await(long nanos) {
        Thread self = Thread.currentThread();
        if (isDone() || nanos <= 0 || !waiting.compareAndSet(null, self)) return;
        long start = System.nanoTime();
        while (waiting.get() == self && !isDone() && !self.isInterrupted()) {
            long left = nanos - (System.nanoTime() - start);
            if (left <= 0) break;
            LockSupport.parkNanos(this, left);
        }
        if (waiting.compareAndSet(self, null)) return;
        // The answer is there, and nobody else was told.
        settle.run();
    }
}
