/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis' file of the term. On a full disk Ratis replaces it by an empty one, and never starts again. What stood in it
 * is in the log as well: each term that anybody heard of begins with a record.
 */
final class TermFile {
    private static final Logger LOG = LoggerFactory.getLogger(TermFile.class);
    private static final String NAME = "raft-meta";

    private TermFile() {}

    /** @param lastTerm of the log and the snapshot; -1 if there is neither */
    static void restore(Path current, long lastTerm) throws IOException {
        Path file = current.resolve(NAME);
        if (lastTerm < 0 || term(file) >= lastTerm) return;
        LOG.warn("{} is empty or damaged; it is written anew with term {}, the last of the log", file, lastTerm);
        Path fresh = current.resolve(NAME + ".new");
        byte[] bytes = ("term=" + lastTerm + "\nvotedFor=\n").getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) channel.write(left);
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Disk.forceDirectory(current);
    }

    /** Whether Ratis could not write it just now. */
    static boolean isEmpty(Path current) {
        Path file = current.resolve(NAME);
        return file.toFile().exists() && file.toFile().length() == 0;
    }

    private static long term(Path file) throws IOException {
        if (Files.notExists(file)) return -1;
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file, StandardCharsets.ISO_8859_1)));
            if (properties.getProperty("votedFor") == null) return -1;
            return Long.parseLong(properties.getProperty("term", "-1"));
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }
}
