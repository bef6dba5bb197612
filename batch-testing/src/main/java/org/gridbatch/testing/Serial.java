/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.testing;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after the other on the threads that bring them, and returns when all is done that they led to: what
 * takes threads and time in a server has happened when a call returns.
 */
final class Serial implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean draining;

    @Override
    public synchronized void execute(Runnable task) {
        tasks.add(task);
        if (draining) return;
        draining = true;
        try {
            for (Runnable next; (next = tasks.poll()) != null; ) next.run();
        } finally {
            draining = false;
        }
    }
}
