/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.felix.gogo.runtime.ThreadUtils;

/**
 * The threads that execute the statements of one script. Gogo takes one for each stage, and another one that waits for
 * them; here a statement of one stage, as nearly all are, is executed by the one that would wait.
 */
final class StatementThreads extends ThreadPoolExecutor {
    private static final long IDLE_SECONDS = 60;

    StatementThreads() {
        super(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                ThreadUtils.namedThreadFactory("session"));
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> stages) throws InterruptedException {
        if (stages.size() != 1) return super.invokeAll(stages);
        if (isShutdown()) throw new RejectedExecutionException("the script has ended");
        FutureTask<T> stage = new FutureTask<>(stages.iterator().next());
        stage.run();
        return List.of(stage);
    }
}
