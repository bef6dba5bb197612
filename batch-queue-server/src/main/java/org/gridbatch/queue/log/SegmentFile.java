/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * One segment file of the log, read without Ratis, because Ratis does not tell a torn record from a damaged one. It
 * starts with eight bytes; then each record is its length as a varint, so many bytes of protobuf, and a CRC32C of both.
 * Ratis fills an open segment with zeros ahead of its records.
 *
 * <p>What a power failure leaves of the last write is torn: sectors of it were never written and are zero still, or the
 * file ends in it. All else that does not fit is damage. The length of a record stands in it twice, since the protobuf
 * inside has one too, so a damaged length is not taken for a record that was never written whole. And an entry is
 * appended only when the one {@link #MOST_IN_FLIGHT} before it is forced, so that many whole records behind a bad one
 * prove that it was forced, and is damaged.
 *
 * <p>A sector may have so few bytes of a record that zeros in it could be damage as well: its first byte, or up to three
 * of its checksum. Then the rest of the record says what they were, and it is mended, which is right in either case.
 *
 * @param last the index of the last record; {@link #OPEN} while it is written
 */
record SegmentFile(Path file, long first, long last) {
    /** No segment comes near it: a segment is full at 32 MiB, and the largest entry may follow. */
    private static final long MAX_BYTES = 128L << 20;

    static final long OPEN = -1;
    /** The engine's entries in flight, and Ratis' own two at the start of a term. */
    static final int MOST_IN_FLIGHT = CommandLog.MOST_IN_FLIGHT + 2;

    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final int PIECE = 1 << 20;
    private static final int SECTOR = 512;
    /** Fewer zeros may stand in a record that was written; and no single damaged byte makes so many. */
    private static final int LEAST_UNWRITTEN = 4;

    /** No record begins with two zeros, and no single damaged byte makes them. */
    private static final int LEAST_UNWRITTEN_AT_START = 2;
    /** Length, term, index and inner length with their tags. */
    private static final int LONGEST_HEAD = 40;

    private static final Pattern NAME = Pattern.compile("log_(?:(\\d+)-(\\d+)|inprogress_(\\d+))");

    /** The segments in a directory, oldest first; none if there is no such directory. */
    static List<SegmentFile> list(Path directory) throws IOException {
        if (Files.notExists(directory)) return List.of();
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(SegmentFile::of)
                    .filter(segment -> segment != null)
                    .sorted(Comparator.comparingLong(SegmentFile::first).thenComparing(SegmentFile::last))
                    .toList();
        }
    }

    private static SegmentFile of(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) return null;
        return name.group(3) != null
                ? new SegmentFile(file, Long.parseLong(name.group(3)), OPEN)
                : new SegmentFile(file, Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
    }

    boolean isOpen() {
        return last == OPEN;
    }

    /**
     * How far a segment is good.
     *
     * @param end the offset after the last whole record
     * @param index of the last whole record; one less than the first if there is none
     * @param torn whether a record that was not written whole follows
     * @param mended bytes that are zero in the file, and that the rest of their records prove to be something else
     */
    record Extent(long end, long index, boolean torn, List<Mended> mended) {
        Extent(long end, long index, boolean torn) {
            this(end, index, torn, List.of());
        }

        Extent {
            mended = List.copyOf(mended);
        }
    }

    /** A byte as it should be. */
    record Mended(long offset, byte value) {}

    /** Room for the bytes of one segment after the other, so that a long log takes the memory of one segment. */
    static final class Room {
        private byte[] bytes = new byte[0];

        private byte[] of(int size) {
            if (bytes.length < size) bytes = new byte[(size + PIECE - 1) / PIECE * PIECE];
            return bytes;
        }
    }

    /**
     * Reads all whole records in order.
     *
     * @param room for its bytes, which the records refer to
     * @throws IOException if something is damaged; the message names the file and the offset and says what to do
     */
    Extent read(Room room, int maxRecordBytes, Consumer<LogRecord> each) throws IOException {
        long length = Files.size(file);
        if (length > MAX_BYTES) throw damaged(length, "the file is larger than any segment");
        int size = (int) length;
        byte[] bytes = room.of(size);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // In pieces: for each read, Java keeps as much memory once more outside of its heap.
            for (int at = 0, read; at < size; at += read) {
                read = channel.read(ByteBuffer.wrap(bytes, at, Math.min(PIECE, size - at)));
                if (read < 0) throw new EOFException(file + " became shorter while it was read");
            }
        }
        return new Reader(bytes, size, maxRecordBytes).read(each);
    }

    /** The same of bytes that were read already. */
    Extent read(byte[] bytes, int maxRecordBytes, Consumer<LogRecord> each) throws IOException {
        return new Reader(bytes, bytes.length, maxRecordBytes).read(each);
    }

    IOException damaged(long offset, String what) {
        return new IOException("the log is damaged: " + what + " at offset " + offset + " of " + file
                + "; nothing was changed. Put the data directory back from a backup, or start with an empty one");
    }

    /** A position in the bytes of the segment, and what can be known of the record there. */
    private final class Reader {
        private final byte[] bytes;
        private final int size;
        private final int maxRecordBytes;
        private final CRC32C crc = new CRC32C();
        private final List<Mended> mended = new ArrayList<>();

        Reader(byte[] bytes, int size, int maxRecordBytes) {
            this.bytes = bytes;
            this.size = size;
            this.maxRecordBytes = maxRecordBytes;
        }

        Extent read(Consumer<LogRecord> each) throws IOException {
            if (!hasHeader()) return new Extent(0, first - 1, false);
            int offset = HEADER.length;
            long next = first;
            while (offset < size && !isZero(offset, size)) {
                LogRecord record = recordAt(offset);
                if (record == null && isOpen() && (mendFirst(offset, next) || mendChecksum(offset))) {
                    record = recordAt(offset);
                }
                if (record == null) {
                    String damage = damageAt(offset, next);
                    if (damage == null && isOpen()) return new Extent(offset, next - 1, true, mended);
                    throw damaged(offset, damage == null ? "a record was not written whole" : damage);
                }
                if (record.index() != next) {
                    throw damaged(offset, "record " + record.index() + " stands where " + next + " is wanted");
                }
                each.accept(record);
                offset = (int) record.end();
                next++;
            }
            if (!isOpen() && next != last + 1) {
                throw damaged(offset, "the records end with " + (next - 1) + ", want " + last);
            }
            return new Extent(offset, next - 1, false, mended);
        }

        private boolean hasHeader() throws IOException {
            int same = 0;
            while (same < HEADER.length && same < size && bytes[same] == HEADER[same]) same++;
            if (same == HEADER.length) return true;
            // Made just before a power failure. Ratis would take records behind half a header for none.
            if (isOpen() && isZero(same, size)) return false;
            throw damaged(same, "the first bytes are not those of a segment");
        }

        /** The whole record at an offset; null if there is none. */
        private LogRecord recordAt(int offset) {
            Head head = headAt(offset);
            if (head == null || head.end() > size || head.shape() != Shape.RIGHT) return null;
            int checksumAt = (int) head.end() - 4;
            crc.reset();
            crc.update(bytes, offset, checksumAt - offset);
            return (int) crc.getValue() == intAt(checksumAt) ? record(offset, head) : null;
        }

        private LogRecord record(int offset, Head head) {
            int dataAt = 0;
            int dataLength = 0;
            if (head.field() == Head.OF_THE_REPLICA) {
                Varint tag = varintAt(head.bodyAt());
                Varint length = tag == null || tag.value() != (1 << 3 | 2) ? null : varintAt(tag.end());
                if (length != null && length.value() <= head.end() - 4 - length.end()) {
                    dataAt = length.end();
                    dataLength = (int) length.value();
                }
            }
            return new LogRecord(head.term(), head.index(), bytes, dataAt, dataLength, offset, head.end());
        }

        /** Puts in the first byte of a record if it stands alone in its sector and the rest proves it. */
        private boolean mendFirst(int offset, long index) {
            for (int value = 1; value < 256 && isLoneZero(offset); value++) {
                bytes[offset] = (byte) value;
                LogRecord record = recordAt(offset);
                if (record != null && record.index() == index) {
                    mended.add(new Mended(offset, (byte) value));
                    return true;
                }
                bytes[offset] = 0;
            }
            return false;
        }

        private boolean isLoneZero(int offset) {
            return bytes[offset] == 0 && offset % SECTOR == SECTOR - 1;
        }

        /** Puts in the end of a checksum of which less than all is in a sector that was never written. */
        private boolean mendChecksum(int offset) {
            Head head = headAt(offset);
            if (head == null || head.shape() != Shape.RIGHT || head.end() > size) return false;
            int end = (int) head.end();
            int spill = end % SECTOR;
            int sector = end - spill;
            if (spill == 0 || spill >= LEAST_UNWRITTEN) return false;
            if (!isZero(sector, Math.min(size, sector + SECTOR))) return false;
            // With another sector missing, the few bits of the checksum that are there could agree by chance.
            for (int at = (offset / SECTOR + 1) * SECTOR; at < sector; at += SECTOR) {
                if (isZero(at, at + SECTOR)) return false;
            }
            crc.reset();
            crc.update(bytes, offset, end - 4 - offset);
            int right = (int) crc.getValue();
            int wrongBits = right ^ intAt(end - 4);
            if (wrongBits >>> 8 * spill != 0) return false;
            for (int at = sector; at < end; at++) {
                byte value = (byte) (right >>> 8 * (end - 1 - at));
                if (value == 0) continue;
                bytes[at] = value;
                mended.add(new Mended(at, value));
            }
            return true;
        }

        /** Whether a record whose first byte is a zero alone in its sector was not written whole besides. */
        private boolean isTornBehind(int offset, long index) {
            boolean torn = false;
            for (int value = 1; value < 256 && !torn && isLoneZero(offset); value++) {
                bytes[offset] = (byte) value;
                Head head = headAt(offset);
                boolean right = head != null && head.shape() == Shape.RIGHT && head.index() == index;
                torn = right && isUnwritten(offset, head.end());
                bytes[offset] = 0;
            }
            return torn;
        }

        /** What is damaged at an offset where no whole record is; null if it was only never written whole. */
        private String damageAt(int offset, long index) {
            Head head = headAt(offset);
            if (head == null && bytes[offset] != 0 && shapeOfOther(offset) != Shape.UNWRITTEN) {
                return "a record has an impossible length";
            }
            boolean tornBehind = head == null && isTornBehind(offset, index);
            if (head == null && !tornBehind && !isUnwritten(offset, size)) {
                return "something follows the end of the records";
            }
            if (head != null && head.shape() == Shape.WRONG) return "a record is not of the length that it says";
            long end = head == null ? size : head.end();
            boolean endsInIt = end > size;
            if (!tornBehind && !isUnwritten(offset, end) && !(endsInIt && head.shape() != Shape.UNWRITTEN)) {
                return "a record has a wrong checksum";
            }
            long furthest = furthestAfter(offset, index);
            if (furthest > index + MOST_IN_FLIGHT) {
                return "record " + index + " is missing, though record " + furthest + " was written after it,";
            }
            return null;
        }

        /** Whether part of a record was never written: a sector, or all from its checksum to the end of the file. */
        private boolean isUnwritten(int from, long end) {
            int sectorEnd = Math.min(size, from - from % SECTOR + SECTOR);
            // One zero alone may be damage, but not with a sector of them behind it.
            if (isLoneZero(from)) sectorEnd = Math.min(size, sectorEnd + SECTOR);
            if (sectorEnd - from >= LEAST_UNWRITTEN_AT_START && isZero(from, sectorEnd)) return true;
            if (bytes[from] == 0) return false;
            int to = (int) Math.min(end, size);
            if (end <= size && isZero(to - LEAST_UNWRITTEN, size)) return true;
            for (int at = from - from % SECTOR + SECTOR; to - at >= LEAST_UNWRITTEN; at += SECTOR) {
                if (isZero(at, Math.min(size, at + SECTOR))) return true;
            }
            return false;
        }

        /** The highest index of a whole record behind an offset; of one that can follow so soon. */
        private long furthestAfter(int offset, long index) {
            long furthest = index;
            for (int at = offset + 1; at < size; at++) {
                if (bytes[at] == 0) continue;
                Head head = headAt(at);
                if (head == null || head.shape() != Shape.RIGHT || head.index() <= index) continue;
                LogRecord record = recordAt(at);
                if (record == null) continue;
                furthest = Math.max(furthest, record.index());
                at = (int) record.end() - 1;
            }
            return furthest;
        }

        /** What a record says of itself; null if it has no length that can be. */
        private Head headAt(int offset) {
            Varint length = varintAt(offset);
            if (length == null && size - offset < 10) return Head.of(Shape.CUT, size);
            if (length == null || length.value() <= 0 || length.value() > maxRecordBytes) return null;
            long bodyEnd = length.end() + length.value();
            Varint tag = varintAt(length.end());
            if (tag == null) return Head.unknown(length.end(), bodyEnd, size);
            if (tag.value() != (1 << 3)) return Head.of(shapeOfOther(offset), bodyEnd);
            Varint term = varintAt(tag.end());
            Varint next = term == null ? null : varintAt(term.end());
            long index = 0;
            if (next != null && next.value() == (2 << 3)) {
                Varint value = varintAt(next.end());
                if (value == null) return Head.unknown(next.end(), bodyEnd, size);
                index = value.value();
                next = varintAt(value.end());
            }
            Varint inner = next == null ? null : varintAt(next.end());
            if (inner == null) return Head.unknown(length.end(), bodyEnd, size);
            long field = next.value() >>> 3;
            if ((next.value() & 7) != 2 || field < 3 || field > 5) {
                return Head.of(shapeOfOther(offset), bodyEnd);
            }
            boolean right = inner.end() + inner.value() == bodyEnd;
            Shape shape = right ? Shape.RIGHT : shapeOfOther(offset);
            return new Head(bodyEnd + 4, shape, term.value(), index, (int) field, inner.end());
        }

        /** What does not start like a record was never written if a sector begins soon behind its offset that is zero. */
        private Shape shapeOfOther(int offset) {
            int sector = (offset / SECTOR + 1) * SECTOR;
            boolean near = sector < offset + LONGEST_HEAD && sector < size;
            return near && isZero(sector, Math.min(size, sector + SECTOR)) ? Shape.UNWRITTEN : Shape.WRONG;
        }

        private Varint varintAt(int offset) {
            long value = 0;
            for (int i = 0; i < 10 && offset + i < size; i++) {
                byte next = bytes[offset + i];
                value |= (long) (next & 0x7F) << 7 * i;
                if (next >= 0) return new Varint(value, offset + i + 1);
            }
            return null;
        }

        private int intAt(int at) {
            return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
        }

        private boolean isZero(int from, int to) {
            for (int i = from; i < to; i++) if (bytes[i] != 0) return false;
            return true;
        }
    }

    private record Varint(long value, int end) {}

    private enum Shape {
        /** The length outside and the one inside agree. */
        RIGHT,
        /** They do not. */
        WRONG,
        /** The length inside is not there. */
        UNWRITTEN,
        /** The file ends before it. */
        CUT
    }

    /** @param end the offset after the checksum */
    private record Head(long end, Shape shape, long term, long index, int field, int bodyAt) {
        static final int OF_THE_REPLICA = 3;

        static Head of(Shape shape, long bodyEnd) {
            return new Head(bodyEnd + 4, shape, 0, 0, 0, 0);
        }

        /** Of a number that does not end: it may be cut off by the end of the file, and else is damaged. */
        static Head unknown(int from, long bodyEnd, int size) {
            return of(size - from < 64 ? Shape.CUT : Shape.WRONG, bodyEnd);
        }
    }
}
