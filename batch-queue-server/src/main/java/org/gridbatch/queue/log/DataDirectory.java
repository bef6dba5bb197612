/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;

/**
 * The directory of one queue-server: a lock, so that no second process writes there, the id of the grid, and the log.
 * The id is made with the directory and marked as used when the log has first run: from then on a missing log is lost
 * data, and never quietly replaced by an empty one.
 */
final class DataDirectory implements AutoCloseable {
    private static final String USED = "used";

    private final Path directory;
    private final FileChannel lockChannel;
    private final Path idFile;
    private final UUID id;
    private final boolean used;

    /** @throws IOException if it cannot be used; the message names the directory and says why */
    DataDirectory(Path directory) throws IOException {
        this.directory = directory.toAbsolutePath();
        this.idFile = this.directory.resolve("grid.id");
        try {
            Disk.createDirectories(this.directory);
            Disk.createDirectories(logDirectory());
        } catch (IOException e) {
            throw new IOException("the data directory " + this.directory + " cannot be made: " + e, e);
        }
        lockChannel = lock();
        try {
            if (Files.notExists(idFile)) write(UUID.randomUUID(), "");
            List<String> lines = Files.readAllLines(idFile, StandardCharsets.UTF_8);
            id = UUID.fromString(lines.get(0).trim());
            used = lines.size() > 1 && lines.get(1).trim().equals(USED);
            if (used && Files.notExists(groupDirectory())) {
                throw new IOException("the data directory " + this.directory + " had a log, but " + groupDirectory()
                        + " is missing; put it back, or give the server an empty data directory to start anew");
            }
        } catch (IOException | RuntimeException e) {
            lockChannel.close();
            if (e instanceof IOException io && io.getMessage().contains(this.directory.toString())) throw io;
            throw new IOException("the data directory " + this.directory + " cannot be used: " + e, e);
        }
    }

    private FileChannel lock() throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("the data directory " + directory + " cannot be written: " + e, e);
        }
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another queue-server in this very process has it; the same answer as for another process.
        } catch (IOException e) {
            channel.close();
            throw new IOException("the data directory " + directory + " cannot be locked: " + e, e);
        }
        if (lock == null) {
            channel.close();
            throw new IOException("the data directory " + directory + " is in use by another queue-server");
        }
        return channel;
    }

    UUID id() {
        return id;
    }

    boolean isUsed() {
        return used;
    }

    /** To be called when the log has run, before anybody relies on it: its directories last from then on. */
    void markUsed() throws IOException {
        if (used) return;
        Disk.forceDirectory(groupDirectory());
        Disk.forceDirectory(logDirectory());
        write(id, USED);
    }

    Path logDirectory() {
        return directory.resolve("log");
    }

    Path segments() {
        return groupDirectory().resolve("current");
    }

    Path snapshots() {
        return groupDirectory().resolve("sm");
    }

    Path path() {
        return directory;
    }

    Path groupDirectory() {
        return logDirectory().resolve(id.toString());
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        lockChannel.close();
    }

    private void write(UUID uuid, String state) throws IOException {
        Path fresh = directory.resolve("grid.id.new");
        byte[] bytes = (uuid + "\n" + state + "\n").getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(ByteBuffer.wrap(bytes));
            channel.force(true);
        }
        try {
            Files.move(fresh, idFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(fresh, idFile, StandardCopyOption.REPLACE_EXISTING);
        }
        Disk.forceDirectory(directory);
    }
}
