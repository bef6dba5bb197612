/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.util.MD5FileUtil;

/** Gives the replica its snapshot, on a thread of its own, while the log behind it is looked through. */
final class Restore implements AutoCloseable {
    private final Path snapshot;
    private final Replica replica;
    private final CompletableFuture<MD5Hash> digest = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, "queue-server restore");

    Restore(Path snapshot, Replica replica) {
        this.snapshot = snapshot;
        this.replica = replica;
        thread.setDaemon(true);
        thread.start();
    }

    Path snapshot() {
        return snapshot;
    }

    private void run() {
        MessageDigest md5 = MD5FileUtil.newMD5();
        try (InputStream in = new ReadAhead(snapshot, md5)) {
            replica.restore(in);
            digest.complete(MD5Hash.newInstance(md5.digest()));
        } catch (IOException | RuntimeException | Error e) {
            digest.completeExceptionally(e);
        }
    }

    /** Whether the replica has it, or it cannot be read. */
    boolean isDone() {
        return digest.isDone();
    }

    /**
     * Waits until the replica has it.
     *
     * @return the MD5 of the snapshot's bytes
     * @throws IOException if it cannot be read
     */
    MD5Hash await() throws IOException {
        try {
            return digest.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) throw io;
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while snapshot " + snapshot + " was read", e);
        }
    }

    /** Ends it, finished or not; the replica is not touched any more. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
