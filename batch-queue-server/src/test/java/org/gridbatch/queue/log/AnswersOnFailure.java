/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A log with a planted bug: when a force fails, it has what waited for the force applied, and so answered. */
final class AnswersOnFailure implements CommandLog {
    static final String NAME = "answers-on-failure";

    private final CommandLog log;
    private final List<byte[]> inFlight = new ArrayList<>();

    AnswersOnFailure(CommandLog log) {
        this.log = log;
    }

    @Override
    public void open(Replica replica) throws IOException {
        log.open(new Replica() {
            @Override
            public void restore(InputStream snapshot) throws IOException {
                replica.restore(snapshot);
            }

            @Override
            public void apply(byte[] entry, Runnable applied) {
                synchronized (inFlight) {
                    if (!inFlight.isEmpty()) inFlight.remove(0);
                }
                replica.apply(entry, applied);
            }

            @Override
            public Snapshot snapshot() {
                return replica.snapshot();
            }

            @Override
            public void broken(Throwable cause) {
                synchronized (inFlight) {
                    for (byte[] entry : inFlight) replica.apply(entry, () -> {});
                    inFlight.clear();
                }
                replica.broken(cause);
            }
        });
    }

    @Override
    public String grid() {
        return log.grid();
    }

    @Override
    public long term() {
        return log.term();
    }

    @Override
    public CompletionStage<Void> append(byte[] entry) {
        synchronized (inFlight) {
            inFlight.add(entry);
        }
        // What became of it is told by apply and broken.
        log.append(entry);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        log.close();
    }
}
