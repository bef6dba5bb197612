/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** An executor that runs its tasks when it is told to. */
final class Tasks implements Executor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    boolean runOne() {
        Runnable task = tasks.poll();
        if (task == null) return false;
        task.run();
        return true;
    }

    /** The process has died. */
    void dropAll() {
        tasks.clear();
    }

    void runAll() {
        while (runOne()) {
            // Until nothing is left, also of what the tasks added.
        }
    }
}
