/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Reads a file, and digests it, on a thread of its own, some pieces ahead of the one who wants its bytes. */
final class ReadAhead extends InputStream {
    private static final int PIECE = 1 << 18;
    private static final int PIECES_AHEAD = 16;
    private static final Piece END = new Piece(new byte[0], 0);

    private record Piece(byte[] bytes, int size) {}

    private final Path file;
    private final MessageDigest digest;
    private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(PIECES_AHEAD);
    private final BlockingQueue<byte[]> used = new ArrayBlockingQueue<>(PIECES_AHEAD);
    private final Thread thread = new Thread(this::run, "queue-server read-ahead");
    private volatile IOException failure;
    private Piece piece = new Piece(new byte[0], 0);
    private int position;

    /** @param digest of the whole file when all of it was read */
    ReadAhead(Path file, MessageDigest digest) {
        this.file = file;
        this.digest = digest;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                while (true) {
                    byte[] old = used.poll();
                    byte[] bytes = old == null ? new byte[PIECE] : old;
                    int read = channel.read(ByteBuffer.wrap(bytes));
                    if (read < 0) break;
                    digest.update(bytes, 0, read);
                    pieces.put(new Piece(bytes, read));
                }
            } catch (IOException e) {
                failure = e;
            }
            pieces.put(END);
        } catch (InterruptedException e) {
            // Nobody wants the rest.
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        if (length == 0) return 0;
        while (position == piece.size) {
            if (piece == END) return -1;
            next();
        }
        int read = Math.min(length, piece.size - position);
        System.arraycopy(piece.bytes, position, into, from, read);
        position += read;
        return read;
    }

    private void next() throws IOException {
        if (piece.bytes.length > 0) used.offer(piece.bytes);
        try {
            piece = pieces.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + file + " was read", e);
        }
        position = 0;
        if (piece == END && failure != null) throw failure;
    }

    /** Ends the thread, if it was not at the end of the file. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
