/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * A piece of what an executing job prints to one of its streams.
 *
 * @param offset where it begins: how many bytes of UTF-8 the stream's text has before it
 * @param text the piece; it begins and ends with whole characters
 */
public record LiveText(long offset, String text) implements Serializable {
    /** Nothing, at the beginning. */
    public static final LiveText NONE = new LiveText(0, "");

    public LiveText {
        offset = Check.notNegative("output offset", offset);
        text = Check.text("live output", text, Limits.LIVE);
    }

    /** Where the next piece begins. */
    public long end() {
        long end = offset;
        for (int i = 0; i < text.length(); i++) end += bytes(text.charAt(i));
        return end;
    }

    /** What of it lies at this offset or behind it; empty, at that offset, if nothing does. */
    public LiveText from(long wanted) {
        if (wanted <= offset) return this;
        long at = offset;
        int i = 0;
        while (i < text.length() && at < wanted) {
            int length = isPair(i) ? 2 : 1;
            for (int end = i + length; i < end; i++) at += bytes(text.charAt(i));
        }
        return i == text.length() ? new LiveText(wanted, "") : new LiveText(at, text.substring(i));
    }

    private boolean isPair(int i) {
        return Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
    }

    /** How many bytes of UTF-8 a character counts; each half of a surrogate pair counts two of its four. */
    public static int bytes(char c) {
        return c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
}
