/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.Job;

/**
 * The bytes of a whole state: a magic number and a format version, a head, each job as a block, a block of all that is
 * not in the jobs, each array as a block, and a CRC32C.
 */
public final class ImageCodec {
    private static final int MAGIC = 0x47425153;
    private static final int VERSION = 1;
    private static final int CHUNK = 1 << 16;

    private ImageCodec() {}

    /** Writes it all, and flushes but does not close the stream. */
    public static void write(Image image, OutputStream stream) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(stream, new CRC32C());
        Bytes head = new Bytes(64);
        head.writeFixedLong((long) MAGIC << 32 | VERSION);
        head.writeFixedLong(image.nextSequence());
        head.writeFixedLong(image.nextLeaseId());
        head.writeFixedLong(image.lastMillis());
        head.writeFixedLong(image.jobs().size());
        checked.write(head.array(), 0, head.size());
        Bytes chunk = new Bytes(2 * CHUNK);
        Bytes block = new Bytes(CHUNK);
        for (Job job : image.jobs()) {
            block.clear();
            JobCodec.writeJob(block, job);
            chunk.writeBlock(block);
            if (chunk.size() >= CHUNK) {
                checked.write(chunk.array(), 0, chunk.size());
                chunk.clear();
            }
        }
        block.clear();
        RulesCodec.writeRules(block, image.rules());
        RulesCodec.writeGates(block, image.gates());
        block.writeList(image.uniques(), RulesCodec::writeHolder);
        block.writeList(image.untold(), RulesCodec::writeEnded);
        writeHistory(block, image.history());
        ScheduleCodec.writeAll(block, image.schedules());
        if (!image.arrays().isEmpty()) block.writeUnsigned(image.arrays().size());
        write(block, chunk);
        for (Image.Array array : image.arrays()) {
            checked.write(chunk.array(), 0, chunk.size());
            chunk.clear();
            block.clear();
            ArrayCodec.write(block, array);
            write(block, chunk);
        }
        checked.write(chunk.array(), 0, chunk.size());
        DataOutputStream tail = new DataOutputStream(stream);
        tail.writeLong(checked.getChecksum().getValue());
        tail.flush();
    }

    private static void write(Bytes block, Bytes chunk) throws IOException {
        // Nobody could read it, and the log that could still be read would be deleted for it.
        if (block.size() > JobBlocks.MAX_BLOCK_BYTES) throw new IOException("a block has " + block.size() + " bytes");
        chunk.writeBlock(block);
    }

    /** @throws IOException if it was not read whole and as it was written */
    public static Image read(InputStream stream) throws IOException {
        JobBlocks in = new JobBlocks(stream);
        try {
            long start = in.fixedLong();
            if (start >>> 32 != MAGIC) throw new IOException("this is not a snapshot of a queue");
            int version = (int) start;
            if (version != VERSION) {
                throw new IOException(
                        "the snapshot has format " + version + ", want " + VERSION + ": use the version that wrote it");
            }
            long nextSequence = in.fixedLong();
            long nextLeaseId = in.fixedLong();
            long lastMillis = in.fixedLong();
            List<Job> jobs = in.jobs(in.fixedLong());
            ByteReader rest = in.block();
            Image image = new Image(
                    nextSequence,
                    nextLeaseId,
                    lastMillis,
                    RulesCodec.readRules(rest),
                    RulesCodec.readGates(rest),
                    rest.readList(RulesCodec::readHolder),
                    rest.readList(RulesCodec::readEnded),
                    jobs,
                    rest.hasMore() ? readHistory(rest) : Image.History.NONE,
                    rest.hasMore() ? ScheduleCodec.readAll(rest) : Image.Schedules.NONE,
                    readArrays(rest.hasMore() ? rest.readUnsigned() : 0, in));
            long found = in.checksum();
            long wanted = in.fixedLong();
            if (in.hasMore()) throw new IOException("the snapshot goes on behind its end");
            if (found != wanted) {
                throw new IOException(
                        "the snapshot has checksum " + Long.toHexString(found) + ", want " + Long.toHexString(wanted));
            }
            return image;
        } catch (EOFException e) {
            throw new IOException("the snapshot ends too early", e);
        } catch (RuntimeException e) {
            throw new IOException("the snapshot is damaged: " + e.getMessage(), e);
        }
    }

    private static List<Image.Array> readArrays(long count, JobBlocks in) throws IOException {
        List<Image.Array> arrays = new ArrayList<>();
        for (long i = 0; i < count; i++) arrays.add(ArrayCodec.read(in.block()));
        return arrays;
    }

    private static void writeHistory(Bytes out, Image.History history) {
        out.writeLong(history.nextNumber());
        out.writeLong(history.archivedThrough());
        out.writeList(history.audits(), JobCodec::writeAudit);
        out.writeList(history.known(), JobCodec::writeKnown);
    }

    private static Image.History readHistory(ByteReader in) {
        return new Image.History(
                in.readLong(), in.readLong(), in.readList(JobCodec::readAudit), in.readList(JobCodec::readKnown));
    }
}
