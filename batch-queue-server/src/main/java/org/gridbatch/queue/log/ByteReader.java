/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Reads what {@link Bytes} wrote; bytes that cannot be right are an {@link IllegalStateException}. */
final class ByteReader {
    private final byte[] buffer;
    private int position;
    private final int limit;

    ByteReader(byte[] buffer) {
        this(buffer, 0, buffer.length);
    }

    ByteReader(byte[] buffer, int from, int limit) {
        this.buffer = buffer;
        this.position = from;
        this.limit = limit;
    }

    boolean hasMore() {
        return position < limit;
    }

    int readByte() {
        return buffer[advance(1)] & 0xFF;
    }

    boolean readBoolean() {
        return readByte() != 0;
    }

    long readFixedLong() {
        int from = advance(8);
        long value = 0;
        for (int i = 0; i < 8; i++) value = value << 8 | buffer[from + i] & 0xFF;
        return value;
    }

    long readLong() {
        long value = readUnsigned();
        return value >>> 1 ^ -(value & 1);
    }

    int readInt() {
        return Math.toIntExact(readLong());
    }

    long readUnsigned() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new IllegalStateException("a number does not end at offset " + position);
    }

    String readString() {
        long header = readUnsigned();
        int length = size(header >>> 1);
        if ((header & 1) == 0) {
            return new String(buffer, advance(length), length, StandardCharsets.ISO_8859_1);
        }
        int from = advance(2 * length);
        char[] chars = new char[length];
        for (int i = 0; i < length; i++) {
            chars[i] = (char) ((buffer[from + 2 * i] & 0xFF) << 8 | buffer[from + 2 * i + 1] & 0xFF);
        }
        return new String(chars);
    }

    /** The next block on its own: its reader need not know all that is in it. */
    ByteReader readBlock() {
        int length = size(readUnsigned());
        int from = advance(length);
        return new ByteReader(buffer, from, from + length);
    }

    <T> List<T> readList(Function<ByteReader, T> reader) {
        int count = size(readUnsigned());
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) list.add(reader.apply(this));
        return list;
    }

    /** A number of things that take at least a byte each. */
    int readCount() {
        return size(readUnsigned());
    }

    byte[] readRaw(int length) {
        int from = advance(length);
        return Arrays.copyOfRange(buffer, from, from + length);
    }

    private int size(long value) {
        if (value < 0 || value > limit - position) {
            throw new IllegalStateException("a length of " + value + " at offset " + position + " of " + limit);
        }
        return (int) value;
    }

    private int advance(int bytes) {
        if (bytes > limit - position) {
            throw new IllegalStateException("want " + bytes + " more bytes at offset " + position + " of " + limit);
        }
        int from = position;
        position += bytes;
        return from;
    }
}
