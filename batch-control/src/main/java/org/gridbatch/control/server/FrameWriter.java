/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.gridbatch.control.Frame;

/**
 * Writes frames to a client on a thread of its own, and waits until they are written.
 *
 * <p>A thread that is interrupted while it writes to a channel closes the channel, and Ctrl-C interrupts what runs: it
 * would hang up on its user.
 */
final class FrameWriter {
    private final DataOutputStream out;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "gridbatch-control-writer");
        thread.setDaemon(true);
        return thread;
    });

    FrameWriter(DataOutputStream out) {
        this.out = out;
    }

    /** @throws IOException if the client has gone */
    void write(Frame frame) throws IOException {
        Callable<Void> task = () -> {
            frame.writeTo(out);
            return null;
        };
        boolean interrupted = false;
        try {
            Future<Void> written = thread.submit(task);
            while (true) {
                try {
                    written.get();
                    return;
                } catch (InterruptedException e) {
                    // What was to be written still is: half a frame would be none.
                    interrupted = true;
                }
            }
        } catch (RejectedExecutionException | ExecutionException e) {
            throw new IOException("the client has gone", e);
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread; the channel is closed first, so that no write waits for a client that does not read. */
    void close() {
        thread.shutdown();
    }
}
