/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the segment files of a log before Ratis opens them, because it tells a torn record from a damaged one
 * where Ratis does not. Ratis fills a segment with zeros ahead of its records, so a record that was being written when
 * the power failed is followed by zeros, and does not end with the file: to Ratis that is a bad checksum.
 *
 * <p>A record is torn if nothing but zeros follows it in the open segment, and if part of it was never written: its
 * checksum, or a whole block of it, is zero, or the file ends in it. It was never acknowledged, and is cut off. All
 * else that does not fit is damage.
 */
final class SegmentCheck {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentCheck.class);
    /** "RaftLog1", with which each segment starts. */
    private static final int HEADER_BYTES = 8;

    private static final int BLOCK = 512;
    private static final String OPEN_PREFIX = "log_inprogress_";

    private SegmentCheck() {}

    /** @throws IOException if a record is damaged; the message names the file and the offset and says what to do */
    static void check(Path current, int maxRecordBytes) throws IOException {
        if (Files.notExists(current)) return;
        List<Path> files;
        try (Stream<Path> list = Files.list(current)) {
            files = list.filter(SegmentCheck::isSegment).sorted().toList();
        }
        for (Path file : files) check(file, isOpen(file), maxRecordBytes);
    }

    private static boolean isSegment(Path file) {
        return file.getFileName().toString().matches("log_(\\d+-\\d+|inprogress_\\d+)");
    }

    private static boolean isOpen(Path file) {
        return file.getFileName().toString().startsWith(OPEN_PREFIX);
    }

    private static void check(Path file, boolean open, int maxRecordBytes) throws IOException {
        long size = Files.size(file);
        long offset = HEADER_BYTES;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            if (size <= HEADER_BYTES) return;
            in.skipNBytes(HEADER_BYTES);
            while (offset < size) {
                int length = 0;
                int head = 0;
                for (int shift = 0; shift < 35; shift += 7) {
                    int next = in.readUnsignedByte();
                    head++;
                    length |= (next & 0x7F) << shift;
                    if (next < 0x80) break;
                }
                if (length == 0 && head == 1) {
                    if (isZero(in)) return;
                    throw damaged(file, offset, "there is something after the end of the records");
                }
                if (length < 0 || length > maxRecordBytes) {
                    throw damaged(file, offset, "a record has a length of " + length + " bytes");
                }
                byte[] record = new byte[head + length];
                writeVarint(record, length);
                in.readFully(record, head, length);
                int wanted = in.readInt();
                CRC32C crc = new CRC32C();
                crc.update(record);
                if ((int) crc.getValue() != wanted) {
                    if (!open || !isZero(in) || !isUnwritten(record, wanted, offset)) {
                        throw damaged(file, offset, "a record has a wrong checksum");
                    }
                    cut(file, offset);
                    return;
                }
                offset += head + length + 4L;
            }
        } catch (EOFException e) {
            if (!open) throw damaged(file, offset, "the file ends in a record");
            cut(file, offset);
        }
    }

    private static boolean isZero(InputStream in) throws IOException {
        byte[] block = new byte[1 << 16];
        for (int read = in.read(block); read > 0; read = in.read(block)) {
            for (int i = 0; i < read; i++) if (block[i] != 0) return false;
        }
        return true;
    }

    private static boolean isUnwritten(byte[] record, int checksum, long offset) {
        if (checksum == 0) return true;
        int first = (int) ((BLOCK - offset % BLOCK) % BLOCK);
        for (int from = first; from + BLOCK <= record.length; from += BLOCK) {
            boolean zero = true;
            for (int i = from; i < from + BLOCK && zero; i++) zero = record[i] == 0;
            if (zero) return true;
        }
        return false;
    }

    private static void cut(Path file, long offset) throws IOException {
        LOG.warn(
                "the last record of {} at offset {} was not written whole, so it was never acknowledged; it is cut off",
                file,
                offset);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(offset);
            channel.force(true);
        }
    }

    private static IOException damaged(Path file, long offset, String what) {
        return new IOException("the log is damaged: " + what + " at offset " + offset + " of " + file
                + "; nothing was changed. Put the data directory back from a backup, or start with an empty one");
    }

    private static void writeVarint(byte[] target, int value) {
        int rest = value;
        int at = 0;
        while ((rest & ~0x7F) != 0) {
            target[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[at] = (byte) rest;
    }
}
