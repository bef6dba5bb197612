/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** One encoded message: collects what the codec writes up to a limit, then is handed to gRPC without another copy. */
final class Payload extends OutputStream {
    private final int limit;
    /** Grows from nothing: the generator buffers, so a small message comes in one piece and fits exactly. */
    private byte[] bytes = {};

    private long size;

    Payload(int limit) {
        this.limit = limit;
    }

    @Override
    public void write(int b) {
        if (fits(1)) {
            bytes[(int) size] = (byte) b;
        }
        size++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        if (fits(length)) {
            System.arraycopy(source, offset, bytes, (int) size, length);
        }
        size += length;
    }

    /** Beyond the limit only the count goes on, so that the error can name the size at no cost of memory. */
    private boolean fits(int more) {
        long wanted = size + more;
        if (wanted > limit) {
            bytes = new byte[0];
            return false;
        }
        if (wanted > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(wanted, 2L * bytes.length)));
        }
        return true;
    }

    long size() {
        return size;
    }

    boolean isTooLarge() {
        return size > limit;
    }

    int limit() {
        return limit;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, (int) size);
    }

    InputStream toStream() {
        return new Stream(bytes, (int) size);
    }

    private static final class Stream extends ByteArrayInputStream implements Drainable, KnownLength {
        Stream(byte[] bytes, int size) {
            super(bytes, 0, size);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int length = count - pos;
            target.write(buf, pos, length);
            pos = count;
            return length;
        }
    }
}
