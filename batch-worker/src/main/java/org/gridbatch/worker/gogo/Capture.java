/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.LiveText;

/**
 * A stream of a script that keeps its head and its tail, in constant memory however much is printed.
 *
 * <p>It is a channel of its own because the one that the JDK makes of a stream closes itself for good when a thread that
 * writes to it is interrupted. Thread-safe: all stages of a pipeline share one.
 */
final class Capture extends OutputStream implements WritableByteChannel {
    private final CharsetDecoder decoder;
    private final CharBuffer chars = CharBuffer.allocate(1_024);
    /** The bytes of a character that is not complete yet; no encoding needs more. */
    private final ByteBuffer pending = ByteBuffer.allocate(16);

    private final char[] head;
    private int headLength;
    private final char[] tail;
    /** Where the next character goes; the tail is a ring. */
    private int tailNext;

    private long tailTotal;
    /** Bytes of UTF-8 of the head, of all in front of the tail, and of all: the offsets of those who follow. */
    private long headEnd;

    private long tailBegin;
    private long end;
    private long bytes;
    private boolean closed;

    /** @param charset what those that print encode with */
    Capture(int maxChars, Charset charset) {
        head = new char[maxChars];
        tail = new char[maxChars];
        decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
    }

    @Override
    public synchronized void write(int b) {
        write(ByteBuffer.wrap(new byte[] {(byte) b}));
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) {
        write(ByteBuffer.wrap(source, offset, length));
    }

    @Override
    public synchronized int write(ByteBuffer source) {
        int count = source.remaining();
        if (closed) {
            // A thread that outlives its script may still hold this stream; what it prints belongs to nobody.
            source.position(source.limit());
            return count;
        }
        bytes += count;
        while (pending.position() > 0 && source.hasRemaining()) {
            pending.put(source.get());
            pending.flip();
            decode(pending);
            pending.compact();
        }
        decode(source);
        while (source.hasRemaining()) pending.put(source.get());
        return count;
    }

    private void decode(ByteBuffer source) {
        boolean more = true;
        while (more) {
            more = decoder.decode(source, chars, false).isOverflow();
            keep();
        }
    }

    private void keep() {
        chars.flip();
        while (chars.hasRemaining()) {
            char c = chars.get();
            end += LiveText.bytes(c);
            if (headLength < head.length) {
                head[headLength++] = c;
                headEnd = end;
                tailBegin = end;
            } else {
                if (tailTotal >= tail.length) tailBegin += LiveText.bytes(tail[tailNext]);
                tail[tailNext] = c;
                tailNext = (tailNext + 1) % tail.length;
                tailTotal++;
            }
        }
        chars.clear();
    }

    /** What was kept so far. */
    synchronized CapturedText text() {
        String first = new String(head, 0, headLength);
        String last = tailTotal < tail.length
                ? new String(tail, 0, (int) tailTotal)
                : new String(tail, tailNext, tail.length - tailNext) + new String(tail, 0, tailNext);
        // An unfinished character at the very end cannot become one any more.
        String end = pending.position() > 0 ? "\uFFFD" : "";
        if (tailTotal <= tail.length) {
            String all = first + last;
            boolean room = end.isEmpty() || all.length() < head.length + tail.length;
            return new CapturedText(Texts.whole(room ? all + end : all), "", bytes);
        }
        if (Character.isHighSurrogate(first.charAt(first.length() - 1))) first = first.substring(0, first.length() - 1);
        if (Character.isLowSurrogate(last.charAt(0))) last = last.substring(1);
        return new CapturedText(Texts.whole(first), last.isEmpty() ? "\uFFFD" : Texts.whole(last), bytes);
    }

    /**
     * A piece of what was kept, from an offset on or from where something is kept behind it. It ends where what was kept
     * has a gap.
     *
     * @param most characters
     */
    synchronized LiveText from(long offset, int most) {
        if (offset >= end || most < 1) return new LiveText(offset, "");
        boolean gap = tailBegin > headEnd;
        int kept = headLength + (int) Math.min(tailTotal, tail.length);
        boolean behindHead = offset >= headEnd;
        int i = behindHead ? headLength : 0;
        long at = behindHead ? tailBegin : 0;
        while (i < kept && (at < offset || Character.isLowSurrogate(kept(i)))) {
            at += LiveText.bytes(kept(i++));
            if (i == headLength) at = tailBegin;
        }
        int last = Math.min(gap && i < headLength ? headLength : kept, i + most);
        if (i == last) return new LiveText(offset, "");
        StringBuilder text = new StringBuilder(last - i);
        for (int next = i; next < last; next++) text.append(kept(next));
        if (Character.isHighSurrogate(text.charAt(text.length() - 1))) {
            // Its other half is still to come, or is gone.
            if (gap && last == headLength && text.length() == 1) return from(headEnd, most);
            text.setLength(text.length() - 1);
        }
        return new LiveText(text.length() == 0 ? offset : at, Texts.whole(text.toString()));
    }

    private char kept(int i) {
        if (i < headLength) return head[i];
        int first = tailTotal < tail.length ? 0 : tailNext;
        return tail[(first + i - headLength) % tail.length];
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    /** Gogo must not be able to close a stream that later statements print to. */
    @Override
    public void close() {
        // See finish().
    }

    /** Keeps nothing that is printed from now on. */
    synchronized void finish() {
        closed = true;
    }
}
