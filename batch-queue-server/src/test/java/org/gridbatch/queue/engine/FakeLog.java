/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.gridbatch.queue.log.CommandLog;
import org.gridbatch.queue.log.NotAppendedException;
import org.gridbatch.queue.log.Replica;

/** A log in memory whose disk is as slow, and loses as much in a crash, as a test wants. It outlives its engines. */
final class FakeLog implements CommandLog {
    private final Tasks core;
    private final List<byte[]> durable = new ArrayList<>();
    private final List<byte[]> written = new ArrayList<>();
    private Replica replica;
    private byte[] snapshot;
    private int snapshotAt;
    private long term;
    private boolean full;
    private boolean snapshotNext;

    FakeLog(Tasks core) {
        this.core = core;
    }

    @Override
    public void open(Replica opened) throws IOException {
        term++;
        replica = opened;
        if (snapshot != null) opened.restore(new ByteArrayInputStream(snapshot));
        for (byte[] entry : durable.subList(snapshotAt, durable.size())) {
            opened.apply(entry, () -> {});
            core.runAll();
        }
    }

    @Override
    public String grid() {
        return "grid";
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public CompletionStage<Void> append(byte[] entry) {
        if (full) return CompletableFuture.failedFuture(new NotAppendedException("full", null));
        written.add(entry);
        return CompletableFuture.completedFuture(null);
    }

    /** Forces the oldest entry that is not forced; false if there is none. */
    boolean force() {
        if (written.isEmpty()) return false;
        byte[] entry = written.remove(0);
        durable.add(entry);
        int at = durable.size();
        replica.apply(entry, () -> {
            if (!snapshotNext) return;
            snapshotNext = false;
            snapshot = bytes(replica);
            snapshotAt = at;
        });
        return true;
    }

    /** Loses what is not forced, except for the first of it. */
    void crash(int kept) {
        durable.addAll(written.subList(0, Math.min(kept, written.size())));
        written.clear();
        full = false;
    }

    void setFull(boolean value) {
        full = value;
    }

    /** Takes a snapshot after the next entry. */
    void snapshotSoon() {
        snapshotNext = true;
    }

    /** All entries since the beginning. */
    List<byte[]> entries() {
        return durable;
    }

    static byte[] bytes(Replica of) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            of.snapshot().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {}
}
