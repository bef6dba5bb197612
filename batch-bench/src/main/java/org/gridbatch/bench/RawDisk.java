/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;

/** Measures what no durable queue can beat: 1 KiB appended to a file, and forced, before it counts. */
final class RawDisk {
    private static final int RECORD = 1_024;

    private RawDisk() {}

    /** @param time for each of the three measurements */
    static Raw measure(Path directory, Duration time) throws Exception {
        Path file = Files.createTempFile(directory, "raw-", ".dat");
        try {
            return new Raw(alone(file, time), grouped(file, 16, time), grouped(file, 64, time));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static double alone(Path file, Duration time) throws Exception {
        try (FileChannel channel = open(file)) {
            ByteBuffer record = ByteBuffer.allocateDirect(RECORD);
            return ClosedLoop.run(1, time, caller -> () -> {
                        append(channel, record.clear());
                        return 1;
                    })
                    .perSecond();
        }
    }

    /** Callers hand their records to one thread, which appends all that wait and forces them together. */
    private static double grouped(Path file, int callers, Duration time) throws Exception {
        BlockingQueue<Semaphore> waiting = new ArrayBlockingQueue<>(callers);
        try (FileChannel channel = open(file)) {
            Thread writer = new Thread(() -> write(channel, waiting, callers), "bench-raw-writer");
            writer.setDaemon(true);
            writer.start();
            try {
                return ClosedLoop.run(callers, time, caller -> {
                            Semaphore forced = new Semaphore(0);
                            return () -> {
                                waiting.add(forced);
                                forced.acquire();
                                return 1;
                            };
                        })
                        .perSecond();
            } finally {
                writer.interrupt();
                writer.join();
            }
        }
    }

    private static void write(FileChannel channel, BlockingQueue<Semaphore> waiting, int callers) {
        ByteBuffer records = ByteBuffer.allocateDirect(RECORD * callers);
        List<Semaphore> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(waiting.take());
                waiting.drainTo(batch);
                append(channel, records.clear().limit(RECORD * batch.size()));
                batch.forEach(Semaphore::release);
                batch.clear();
            }
        } catch (InterruptedException e) {
            // The measurement is over, and nobody waits any more.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void append(FileChannel channel, ByteBuffer records) throws IOException {
        while (records.hasRemaining()) channel.write(records);
        channel.force(false);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
