/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayDeque;
import java.util.Deque;
import org.gridbatch.api.LiveText;

/** The last characters that a stream of an executing job printed. */
final class LiveWindow {
    static final int CHARS = 64 << 10;
    /** Small pieces are joined up to this, so that a script that prints a letter a second does not make many objects. */
    private static final int JOINED_CHARS = 4 << 10;

    private final Deque<LiveText> pieces = new ArrayDeque<>();
    private long end;
    private int chars;

    int chars() {
        return chars;
    }

    /** Adds what is new of a piece. It may have come before, and one before it may have got lost. */
    void add(LiveText piece) {
        if (piece.offset() > end) {
            pieces.clear();
            chars = 0;
            end = piece.offset();
        }
        LiveText fresh = piece.from(end);
        if (fresh.text().isEmpty()) return;
        LiveText last = pieces.peekLast();
        if (last != null && last.text().length() + fresh.text().length() <= JOINED_CHARS) {
            pieces.removeLast();
            pieces.addLast(new LiveText(last.offset(), last.text() + fresh.text()));
        } else {
            pieces.addLast(fresh);
        }
        chars += fresh.text().length();
        end = fresh.end();
        while (chars > CHARS) chars -= pieces.removeFirst().text().length();
    }

    /** All that is there from an offset on. */
    LiveText from(long offset) {
        if (offset >= end) return new LiveText(offset, "");
        StringBuilder text = new StringBuilder();
        long begin = -1;
        for (LiveText piece : pieces) {
            LiveText wanted = piece.from(offset);
            if (wanted.text().isEmpty()) continue;
            if (begin < 0) begin = wanted.offset();
            text.append(wanted.text());
        }
        return new LiveText(begin, text.toString());
    }
}
