/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Texts of items in one block of bytes: an item costs its text and four bytes, and no object. Immutable. */
public final class Items {
    /** Of an array that has none yet. */
    public static final Items NONE = new Items(new byte[0], new int[0]);

    private final byte[] text;
    private final int[] ends;

    private Items(byte[] text, int[] ends) {
        this.text = text;
        this.ends = ends;
    }

    public static Items of(List<String> items) {
        int[] ends = new int[items.size()];
        byte[][] texts = new byte[ends.length][];
        int size = 0;
        for (int i = 0; i < ends.length; i++) {
            texts[i] = items.get(i).getBytes(StandardCharsets.UTF_8);
            size = Math.addExact(size, texts[i].length);
            ends[i] = size;
        }
        ByteBuffer text = ByteBuffer.allocate(size);
        for (byte[] one : texts) text.put(one);
        return new Items(text.array(), ends);
    }

    /**
     * From what {@link #text()} and {@link #ends()} gave.
     *
     * @throws IllegalStateException if the ends are not those of pieces of the text
     */
    public static Items of(byte[] text, int[] ends) {
        int before = 0;
        for (int end : ends) {
            if (end < before || end > text.length) throw new IllegalStateException("an item ends at " + end);
            before = end;
        }
        if (before != text.length) throw new IllegalStateException("the last item does not end where the text does");
        return new Items(text, ends);
    }

    public int size() {
        return ends.length;
    }

    public String get(int index) {
        int from = start(index);
        return new String(text, from, ends[index] - from, StandardCharsets.UTF_8);
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    /** All texts without anything between them, as UTF-8; not a copy. */
    public byte[] text() {
        return text;
    }

    /** Where each of them ends; not a copy. */
    public int[] ends() {
        return ends;
    }

    /** Whether some of these are the same texts as some of others. */
    boolean matches(int from, Items other, int otherFrom, int count) {
        for (int i = 0; i < count; i++) {
            int one = from + i;
            int two = otherFrom + i;
            if (!Arrays.equals(text, start(one), ends[one], other.text, other.start(two), other.ends[two]))
                return false;
        }
        return true;
    }

    /** Those from an index on. */
    Items from(int index) {
        if (index == 0) return this;
        int cut = start(index);
        int[] rest = Arrays.copyOfRange(ends, index, ends.length);
        for (int i = 0; i < rest.length; i++) rest[i] -= cut;
        return new Items(Arrays.copyOfRange(text, cut, text.length), rest);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Items items && Arrays.equals(text, items.text) && Arrays.equals(ends, items.ends);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(text) + Arrays.hashCode(ends);
    }

    @Override
    public String toString() {
        return ends.length + " items of " + text.length + " bytes";
    }
}
