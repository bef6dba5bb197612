/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * Files for H2 in which the beginning of a write is never without the rest of it, nor without the writes before.
 *
 * <p>H2 appends chunks, and at a start takes the newest whose header and footer fit; what is between them it does not
 * check. A system writes the pages of a file in any order until they are forced, so a power failure can leave both ends
 * of a chunk and not its middle: a history with holes, which only shows when somebody reads there. Here the first
 * sector of each write, which has the header, is written when all else is forced. A torn chunk then has no header, H2
 * goes back to the one before, and that is what was committed: a commit is forced before it is acknowledged.
 *
 * <p>Public because H2 makes instances of it.
 */
public final class OrderedFiles extends FilePathWrapper {
    private static final String SCHEME = "gridbatch";
    /** What disks write whole or not at all. */
    private static final int SECTOR = 512;

    /** The URL of the same database in ordered files; one that is not in plain files stays as it is. */
    static String url(String url) {
        String name = url.substring("jdbc:h2:".length()).replaceFirst("^file:", "");
        // One letter and a colon is a drive.
        if (name.matches("[A-Za-z]{2,}:.*")) return url;
        register();
        return "jdbc:h2:" + SCHEME + ":" + name;
    }

    static void register() {
        FilePath.register(new OrderedFiles());
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new OrderedFile(getBase().open(mode));
    }

    private static final class OrderedFile extends FileBase {
        private final FileChannel file;

        OrderedFile(FileChannel file) {
            this.file = file;
        }

        @Override
        public synchronized int write(ByteBuffer source, long at) throws IOException {
            int length = source.remaining();
            ByteBuffer head = source.slice(source.position(), Math.min(SECTOR, length));
            ByteBuffer rest = source.slice(source.position() + head.limit(), length - head.limit());
            writeWhole(rest, at + head.limit());
            file.force(false);
            writeWhole(head, at);
            source.position(source.limit());
            return length;
        }

        private void writeWhole(ByteBuffer bytes, long at) throws IOException {
            for (long next = at; bytes.hasRemaining(); ) next += file.write(bytes, next);
        }

        @Override
        public synchronized int write(ByteBuffer source) throws IOException {
            int written = write(source, file.position());
            file.position(file.position() + written);
            return written;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return file.read(target);
        }

        @Override
        public int read(ByteBuffer target, long at) throws IOException {
            return file.read(target, at);
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
        public FileChannel truncate(long size) throws IOException {
            file.truncate(size);
            return this;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            file.force(metaData);
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
