/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Writes compact bytes: whole numbers as varints, strings as one byte per character where that is enough and as two
 * where it is not, so that every string comes back as it was.
 */
final class Bytes {
    /** The longest array that every Java makes. */
    private static final int MOST = Integer.MAX_VALUE - 8;

    private byte[] buffer;
    private int size;

    Bytes(int capacity) {
        buffer = new byte[capacity];
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    byte[] toArray() {
        return Arrays.copyOf(buffer, size);
    }

    byte[] array() {
        return buffer;
    }

    void writeByte(int value) {
        ensure(1);
        buffer[size++] = (byte) value;
    }

    void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    void writeFixedLong(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) buffer[size++] = (byte) (value >>> shift);
    }

    /** Small for small values of either sign. */
    void writeLong(long value) {
        writeUnsigned((value << 1) ^ (value >> 63));
    }

    void writeInt(int value) {
        writeLong(value);
    }

    /** Small for small values; a negative one takes ten bytes. */
    void writeUnsigned(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    void writeString(String value) {
        int length = value.length();
        boolean wide = false;
        for (int i = 0; i < length && !wide; i++) wide = value.charAt(i) > 0xFF;
        writeUnsigned((long) length << 1 | (wide ? 1 : 0));
        if (wide) {
            ensure(2 * length);
            for (int i = 0; i < length; i++) {
                char c = value.charAt(i);
                buffer[size++] = (byte) (c >>> 8);
                buffer[size++] = (byte) c;
            }
        } else {
            writeRaw(value.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    void writeRaw(byte[] bytes) {
        ensure(bytes.length);
        System.arraycopy(bytes, 0, buffer, size, bytes.length);
        size += bytes.length;
    }

    void writeBlock(Bytes block) {
        writeUnsigned(block.size);
        ensure(block.size);
        System.arraycopy(block.buffer, 0, buffer, size, block.size);
        size += block.size;
    }

    <T> void writeList(List<T> list, BiConsumer<Bytes, T> writer) {
        writeUnsigned(list.size());
        for (T element : list) writer.accept(this, element);
    }

    private void ensure(int more) {
        if (more <= buffer.length - size) return;
        long doubled = Math.min(MOST, 2L * buffer.length);
        buffer = Arrays.copyOf(buffer, Math.toIntExact(Math.max((long) size + more, doubled)));
    }
}
