/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Writes a large file and forces it every few megabytes. Else the system gathers all of it in memory, and then a force of
 * the log, for which callers wait, can take as long as it takes to write a gigabyte.
 */
final class ForcedOften extends OutputStream {
    private static final int BYTES = 8 << 20;

    private final FileChannel channel;
    private int unforced;

    ForcedOften(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        for (ByteBuffer left = ByteBuffer.wrap(bytes, from, length); left.hasRemaining(); ) channel.write(left);
        unforced += length;
        if (unforced < BYTES) return;
        channel.force(false);
        unforced = 0;
    }
}
