/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One message on a control socket: a type, and up to 8 MiB of bytes. On the wire: one byte of type, four of length, the
 * bytes. Texts in a frame are a four-byte length and UTF-8; a list of texts is a four-byte count and the texts.
 */
public record Frame(Type type, byte[] bytes) {
    /** The largest frame, so that a confused peer cannot make this end allocate what it likes. */
    public static final int MAX_BYTES = 8 << 20;

    /** What a frame says. */
    public enum Type {
        /**
         * To the node: run one command, given as a list of words. The first frame of its connection but for {@code RESIZE}
         * and {@code DIRECTORY}.
         */
        RUN,
        /** To the node: run one line of Gogo; it comes as {@code RUN} does. */
        LINE,
        /** To the node: open an interactive shell; terminal type, columns, rows, whether colours are wanted. The first frame. */
        ATTACH,
        /** To the node: bytes of standard input, or keys. */
        INPUT,
        /** To the node: standard input has ended. */
        INPUT_END,
        /**
         * To the node: the terminal's size is now columns, rows. Before {@code RUN} or {@code LINE} it says that standard
         * output is a terminal, and as a third text whether colours are wanted.
         */
        RESIZE,
        /** From the node: something reads standard input; none is sent before. */
        WANT_INPUT,
        /** From the node: bytes of standard output, or of the screen. */
        OUT,
        /** From the node: bytes of standard error. */
        ERR,
        /** From the node: it is over; the exit status, and a message that may be empty. The last frame. */
        EXIT,
        /** To the node, before {@code RUN} or {@code LINE}: where relative file names begin, as an absolute path. */
        DIRECTORY
    }

    private static final Type[] TYPES = Type.values();

    public Frame {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a frame of " + bytes.length + " bytes is over the limit of " + MAX_BYTES);
        }
    }

    public static Frame of(Type type) {
        return new Frame(type, new byte[0]);
    }

    /** A frame of texts. */
    public static Frame of(Type type, List<String> texts) {
        ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(buffer)) {
            out.writeInt(texts.size());
            for (String text : texts) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                out.writeInt(utf8.length);
                out.write(utf8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Frame(type, buffer.toByteArray());
    }

    /** The texts of this frame. */
    public List<String> texts() throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int count = bounded("count", in.readInt());
            List<String> texts = new ArrayList<>(Math.min(count, 64));
            for (int i = 0; i < count; i++) {
                byte[] utf8 = in.readNBytes(bounded("length", in.readInt()));
                texts.add(new String(utf8, StandardCharsets.UTF_8));
            }
            return texts;
        }
    }

    /** Writes and flushes this frame; callers take turns. */
    public void writeTo(DataOutputStream out) throws IOException {
        synchronized (out) {
            out.writeByte(type.ordinal());
            out.writeInt(bytes.length);
            out.write(bytes);
            out.flush();
        }
    }

    /**
     * Reads the next frame.
     *
     * @throws EOFException if the peer has gone
     * @throws IOException if what comes is no frame
     */
    public static Frame readFrom(DataInputStream in) throws IOException {
        int type = in.readUnsignedByte();
        if (type >= TYPES.length) throw new IOException("byte " + type + " begins no control frame");
        byte[] bytes = new byte[bounded("length", in.readInt())];
        in.readFully(bytes);
        return new Frame(TYPES[type], bytes);
    }

    private static int bounded(String what, int value) throws IOException {
        if (value < 0 || value > MAX_BYTES) {
            throw new IOException("a control frame says " + what + " " + value + ", want 0 to " + MAX_BYTES);
        }
        return value;
    }
}
