/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteOutput;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * Looks for the array behind an entry of Ratis. There is one of just the entry's bytes, both of what was appended in this
 * process and of what was read from the log; a copy of each would be half a gigabyte of a start's garbage.
 */
final class EntryBytes extends ByteOutput {
    private final int size;
    private byte[] array;

    private EntryBytes(int size) {
        this.size = size;
    }

    /** The bytes, not to be changed: a copy only if they are no array of their own. */
    static byte[] of(ByteString data) {
        EntryBytes found = new EntryBytes(data.size());
        try {
            UnsafeByteOperations.unsafeWriteTo(data, found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.array != null ? found.array : data.toByteArray();
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
        if (value.length == size && length == size) array = value;
    }

    @Override
    public void write(byte[] value, int offset, int length) {
        writeLazy(value, offset, length);
    }

    @Override
    public void write(byte value) {
        // Of several pieces, as are the others.
    }

    @Override
    public void write(ByteBuffer value) {
        // Not in an array that could be shared.
    }

    @Override
    public void writeLazy(ByteBuffer value) {
        // Not in an array that could be shared.
    }
}
