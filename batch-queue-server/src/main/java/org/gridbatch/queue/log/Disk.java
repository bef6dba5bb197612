/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What must be forced beyond the bytes of a file, and how to say what is wrong with a disk. */
public final class Disk {
    private static final int CHUNK = 1 << 20;

    private Disk() {}

    /** Makes the names in a directory durable: a file that was forced can still be missing from it. */
    public static void forceDirectory(Path directory) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (AccessDeniedException e) {
            // Some systems do not let a directory be opened; there the names are as durable as they get. All else, such
            // as too many open files, must not pass for forced.
            return;
        }
        try (channel) {
            channel.force(true);
        }
    }

    /** Makes a directory, and the names of all that were made for it durable. */
    static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) return;
        Path parent = directory.getParent();
        if (parent != null) createDirectories(parent);
        Files.createDirectories(directory);
        if (parent != null) forceDirectory(parent);
    }

    /**
     * Cuts a file to a size, and writes all before it again in place. After a force that failed, the system may hold
     * bytes in memory that are not on the disk, and take them for written: a force alone would not write them.
     */
    static void rewrite(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() > size) channel.truncate(size);
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(1, size)));
            for (long at = 0; at < size; ) {
                chunk.clear();
                int read = channel.read(chunk, at);
                if (read < 0) break;
                chunk.flip();
                for (long to = at; chunk.hasRemaining(); ) to += channel.write(chunk, to);
                at += read;
            }
            channel.force(true);
        }
    }

    /** Changes one byte of a file, without forcing it. */
    static void write(Path file, long offset, byte value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {value}), offset);
        }
    }

    /** Writes and forces so many bytes for a moment, to learn whether the disk can before much depends on it. */
    static void probe(Path directory, int bytes) throws IOException {
        Path file = directory.resolve("probe");
        try {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                for (ByteBuffer left = ByteBuffer.allocate(bytes); left.hasRemaining(); ) channel.write(left);
                channel.force(true);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new IOException(problem(directory, e), e);
        }
    }

    /** The failure of a disk in words: where, why, how much room there is, and what to do. */
    static String problem(Path directory, Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && root.getCause() != root) root = root.getCause();
        String why = root.getMessage() == null ? root.toString() : root.getMessage();
        String room;
        try {
            long bytes = Files.getFileStore(directory).getUsableSpace();
            room = (bytes >> 20) + " MiB are free there";
        } catch (IOException e) {
            room = "how much room is left cannot be found out: " + e.getMessage();
        }
        return "the log in " + directory + " cannot be written: " + why + "; " + room
                + ". Make room, or see to the disk; the log is opened again by itself";
    }
}
