/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.gridbatch.queue.core.Job;

/**
 * Reads a snapshot in large pieces: keeps the checksum of what was read, and decodes jobs on several threads, since a
 * start has to wait for a million of them.
 */
final class JobBlocks {
    /** Not so large that the collector would take it for a humongous object. */
    private static final int PIECE = 1 << 18;

    private static final int MOST_THREADS = 4;
    private static final int AHEAD_OF_A_THREAD = 4;
    /** What is not in the jobs is one block, and so may have that much; a length beyond it is damage. */
    static final int MAX_BLOCK_BYTES = 1 << 30;

    private final InputStream stream;
    private final CRC32C crc = new CRC32C();
    private byte[] piece = new byte[0];
    private int position;
    /** Up to where the piece is in the checksum. */
    private int counted;

    JobBlocks(InputStream stream) {
        this.stream = stream;
    }

    long fixedLong() throws IOException {
        need(8);
        long value = new ByteReader(piece, position, position + 8).readFixedLong();
        position += 8;
        return value;
    }

    /** The checksum of all that was read so far. */
    long checksum() {
        crc.update(piece, counted, position - counted);
        counted = position;
        return crc.getValue();
    }

    boolean hasMore() throws IOException {
        return position < piece.length || stream.read() >= 0;
    }

    /** The next block. */
    ByteReader block() throws IOException {
        int size = blockSize();
        need(size);
        position += size;
        return new ByteReader(piece, position - size, position);
    }

    /** The jobs of the next blocks, in their order. */
    List<Job> jobs(long count) throws IOException {
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        ExecutorService decoders = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "queue-server restore");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Job> jobs = new ArrayList<>();
            Deque<Future<List<Job>>> ahead = new ArrayDeque<>();
            for (long left = count; left > 0; ) {
                List<ByteReader> blocks = blocksOfPiece(left);
                left -= blocks.size();
                ahead.add(decoders.submit(() -> decoded(blocks)));
                if (ahead.size() > threads * AHEAD_OF_A_THREAD)
                    jobs.addAll(ahead.remove().get());
            }
            for (Future<List<Job>> last : ahead) jobs.addAll(last.get());
            return jobs;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while it was read", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException damage) throw damage;
            throw new IOException(e.getCause());
        } finally {
            decoders.shutdownNow();
        }
    }

    private static List<Job> decoded(List<ByteReader> blocks) {
        List<Job> jobs = new ArrayList<>(blocks.size());
        for (ByteReader block : blocks) jobs.add(JobCodec.readJob(block));
        return jobs;
    }

    /** The next block, and those after it that are in memory by then. */
    private List<ByteReader> blocksOfPiece(long most) throws IOException {
        List<ByteReader> blocks = new ArrayList<>();
        blocks.add(block());
        while (blocks.size() < most && isBlockInPiece()) blocks.add(block());
        return blocks;
    }

    private boolean isBlockInPiece() {
        long size = 0;
        for (int at = position, shift = 0; at < piece.length && shift < 64; at++, shift += 7) {
            size |= (long) (piece[at] & 0x7F) << shift;
            if (piece[at] >= 0) return size >= 0 && size <= piece.length - at - 1;
        }
        return false;
    }

    private int blockSize() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte next = piece[position++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) break;
        }
        if (value < 0 || value > MAX_BLOCK_BYTES)
            throw new IOException("the snapshot has a block of " + value + " bytes");
        return (int) value;
    }

    /** Takes care that the next bytes are in the piece. A piece is never changed, since it may be decoded still. */
    private void need(int bytes) throws IOException {
        int kept = piece.length - position;
        if (bytes <= kept) return;
        checksum();
        byte[] next = Arrays.copyOfRange(piece, position, position + Math.max(PIECE, kept));
        int size = kept + stream.readNBytes(next, kept, next.length - kept);
        if (size < next.length) next = Arrays.copyOf(next, size);
        if (size < bytes) {
            // Not all at once: a damaged length must not take memory for what is not there.
            byte[] more = stream.readNBytes(bytes - size);
            next = Arrays.copyOf(next, size + more.length);
            System.arraycopy(more, 0, next, size, more.length);
        }
        if (next.length < bytes) throw new EOFException("want " + bytes + " bytes, found " + next.length);
        piece = next;
        position = 0;
        counted = 0;
    }
}
