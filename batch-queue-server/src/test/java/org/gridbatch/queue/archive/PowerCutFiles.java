/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Arrays;
import java.util.Random;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * Files for H2 that know what a power failure would leave of them: all that was forced, and of the sectors written since
 * then some, in any order. Public because H2 makes instances of it.
 */
public final class PowerCutFiles extends FilePathWrapper {
    static final String SCHEME = "powercut";
    private static final int SECTOR = 512;

    /** Gets to know of every write and every force, before it has happened. */
    private static volatile Runnable before = () -> {};

    private static volatile CutFile database;

    static void register(Runnable beforeEach) {
        before = beforeEach;
        FilePath.register(new PowerCutFiles());
    }

    /** What is left of the database if the power fails now. */
    static byte[] left(Random random) throws IOException {
        return database.left(random);
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        CutFile file = new CutFile(getBase().open(mode));
        if (name.endsWith(".mv.db")) database = file;
        return file;
    }

    private static final class CutFile extends FileBase {
        private final FileChannel file;
        private byte[] forced = {};

        CutFile(FileChannel file) {
            this.file = file;
        }

        private synchronized byte[] written() throws IOException {
            ByteBuffer all = ByteBuffer.allocate((int) file.size());
            while (all.hasRemaining() && file.read(all, all.position()) >= 0) {}
            return all.array();
        }

        synchronized byte[] left(Random random) throws IOException {
            byte[] written = written();
            byte[] left = Arrays.copyOf(forced, random.nextBoolean() ? forced.length : written.length);
            // A whole share of the sectors, since a page or two of many is the rarest and worst.
            int share = random.nextInt(101);
            for (int at = 0; at < left.length; at += SECTOR) {
                int to = Math.min(Math.min(at + SECTOR, left.length), written.length);
                if (at < to && random.nextInt(100) < share) System.arraycopy(written, at, left, at, to - at);
            }
            return left;
        }

        @Override
        public int write(ByteBuffer source, long at) throws IOException {
            before.run();
            synchronized (this) {
                return file.write(source, at);
            }
        }

        @Override
        public void force(boolean metaData) throws IOException {
            before.run();
            synchronized (this) {
                forced = written();
            }
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            before.run();
            synchronized (this) {
                file.truncate(size);
            }
            return this;
        }

        @Override
        public int read(ByteBuffer target, long at) throws IOException {
            return file.read(target, at);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return file.read(target);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return file.write(source);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}
