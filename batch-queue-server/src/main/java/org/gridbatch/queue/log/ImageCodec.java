/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
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
    /** No job comes near it; a length beyond it is damage. */
    private static final int MAX_JOB_BYTES = 256 << 20;

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
        chunk.writeBlock(block);
        for (Image.Array array : image.arrays()) {
            checked.write(chunk.array(), 0, chunk.size());
            chunk.clear();
            block.clear();
            ArrayCodec.write(block, array);
            chunk.writeBlock(block);
        }
        checked.write(chunk.array(), 0, chunk.size());
        DataOutputStream tail = new DataOutputStream(stream);
        tail.writeLong(checked.getChecksum().getValue());
        tail.flush();
    }

    /** @throws IOException if it was not read whole and as it was written */
    public static Image read(InputStream stream) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(stream, CHUNK);
        CheckedInputStream checked = new CheckedInputStream(buffered, new CRC32C());
        DataInputStream in = new DataInputStream(checked);
        try {
            if (in.readInt() != MAGIC) throw new IOException("this is not a snapshot of a queue");
            int version = in.readInt();
            if (version != VERSION) {
                throw new IOException(
                        "the snapshot has format " + version + ", want " + VERSION + ": use the version that wrote it");
            }
            long nextSequence = in.readLong();
            long nextLeaseId = in.readLong();
            long lastMillis = in.readLong();
            long count = in.readLong();
            List<Job> jobs = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                jobs.add(JobCodec.readJob(block(in)));
            }
            ByteReader rest = block(in);
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
            long found = checked.getChecksum().getValue();
            long wanted = new DataInputStream(buffered).readLong();
            if (buffered.read() >= 0) throw new IOException("the snapshot goes on behind its end");
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

    private static List<Image.Array> readArrays(long count, DataInputStream in) throws IOException {
        List<Image.Array> arrays = new ArrayList<>();
        for (long i = 0; i < count; i++) arrays.add(ArrayCodec.read(block(in)));
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

    private static ByteReader block(DataInputStream in) throws IOException {
        // Not all at once: a damaged length must not take memory for what is not there.
        int size = blockSize(in);
        byte[] block = in.readNBytes(size);
        if (block.length < size) throw new EOFException("want " + size + " bytes, found " + block.length);
        return new ByteReader(block);
    }

    private static int blockSize(DataInputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) break;
        }
        if (value < 0 || value > MAX_JOB_BYTES) throw new IOException("the snapshot has a job of " + value + " bytes");
        return (int) value;
    }
}
