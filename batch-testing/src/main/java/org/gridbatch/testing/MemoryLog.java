/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.gridbatch.queue.log.CommandLog;
import org.gridbatch.queue.log.Replica;

/** A log that keeps nothing: each entry is applied at once, and the queue ends with its test. */
final class MemoryLog implements CommandLog {
    private final Executor core;
    private Replica replica;

    MemoryLog(Executor core) {
        this.core = core;
    }

    @Override
    public void open(Replica opened) {
        replica = opened;
    }

    @Override
    public String grid() {
        return "test";
    }

    @Override
    public long term() {
        return 1;
    }

    @Override
    public CompletionStage<Void> append(byte[] entry) {
        core.execute(() -> replica.apply(entry, () -> {}));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
}
