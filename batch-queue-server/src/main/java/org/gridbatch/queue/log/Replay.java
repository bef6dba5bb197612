/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;

/**
 * Replays the data directory of a stopped server, or a copy of one, without Ratis and without changing a byte: to tell
 * the story of a job, and the state at any index of the log.
 */
public final class Replay {
    private final List<SegmentFile> segments;
    private final Path snapshot;
    private final String jobId;
    private final PrintStream out;
    private QueueMachine machine = new QueueMachine();
    private Story story;
    private long index = -1;
    private boolean told;

    private Replay(DirectoryOfLog directory, String jobId, PrintStream out) throws IOException {
        this.segments = SegmentFile.list(directory.group().resolve("current"));
        this.snapshot = SnapshotCheck.latest(directory.group().resolve("sm"));
        this.jobId = jobId;
        this.out = out;
        story = new Story(machine, jobId);
    }

    /**
     * Prints what is asked for; only types of the JDK, since the launcher calls it from outside of the bundle.
     *
     * @param jobId whose story is told; empty for none
     * @param until the last index that is applied; negative for all
     * @param hash whether the hash of the state is printed
     * @throws IOException if the directory is no log, is in use, or is damaged; the message says what to do
     */
    public static void tell(Path dataDir, String jobId, long until, boolean hash, PrintStream out) throws IOException {
        try (DirectoryOfLog directory = new DirectoryOfLog(dataDir)) {
            Replay replay = new Replay(directory, jobId, out);
            long last = until < 0 ? Long.MAX_VALUE : until;
            replay.run(last, false);
            if (!jobId.isEmpty() && !replay.told) out.println("no entry of the log touches job " + jobId);
            replay.printState(last);
            if (hash) out.println("sha256 " + hash(replay.machine));
        }
    }

    /**
     * The hash of the state that a data directory holds.
     *
     * @param fromSnapshot whether to start from the snapshot even if the log goes back to its beginning
     */
    static String hash(Path dataDir, boolean fromSnapshot) throws IOException {
        try (DirectoryOfLog directory = new DirectoryOfLog(dataDir)) {
            Replay replay = new Replay(directory, "", System.out);
            replay.run(Long.MAX_VALUE, fromSnapshot);
            return hash(replay.machine);
        }
    }

    /** SHA-256 of the bytes of a snapshot of this state. */
    static String hash(QueueMachine machine) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (OutputStream to = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                ImageCodec.write(machine.image(), to);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void run(long until, boolean fromSnapshot) throws IOException {
        boolean whole = !segments.isEmpty() && segments.get(0).first() == 0;
        if (snapshot != null && (fromSnapshot || !whole)) {
            restore(until);
        } else if (!whole) {
            throw new IOException("there is neither a snapshot nor the beginning of a log");
        }
        SegmentFile.Room room = new SegmentFile.Room();
        for (SegmentFile segment : segments) {
            if (!segment.isOpen() && segment.last() <= index) continue;
            if (segment.first() > Math.max(index, -1) + 1) {
                throw new IOException("the log is damaged: its records from " + (index + 1) + " to "
                        + (segment.first() - 1) + " are missing before " + segment.file());
            }
            SegmentFile.Extent extent = segment.read(room, RatisLog.MAX_RECORD_BYTES, record -> apply(record, until));
            if (extent.torn()) {
                out.println("the last record of " + segment.file() + " at offset " + extent.end()
                        + " was not written whole; a start of the server would cut it off");
            }
        }
    }

    private void restore(long until) throws IOException {
        long at = SnapshotCheck.index(snapshot);
        if (until < at) {
            throw new IOException("the state at index " + until + " is gone: " + snapshot.getFileName()
                    + " stands for the log up to " + at + "; want at least that");
        }
        try (InputStream in = Files.newInputStream(snapshot)) {
            machine = new QueueMachine(ImageCodec.read(in));
        } catch (IOException e) {
            throw new IOException("snapshot " + snapshot + " cannot be read: " + e.getMessage(), e);
        }
        index = at;
        story = new Story(machine, jobId);
        if (jobId.isEmpty() || machine.stateOf(jobId) == null) return;
        out.println("#" + at + " " + machine.lastTime() + " in the snapshot: " + StateWords.of(machine, jobId));
        told = true;
    }

    private void apply(LogRecord record, long until) {
        if (record.index() <= index || record.index() > until) return;
        index = record.index();
        if (!record.isEntry()) return;
        Entry entry = EntryCodec.decode(record.data());
        for (Command command : entry.commands()) {
            if (jobId.isEmpty()) {
                machine.apply(command, entry.time());
                machine.drainChanges();
                continue;
            }
            String line = story.apply(command, entry.time());
            if (line.isEmpty()) continue;
            out.println("#" + index + " " + entry.time() + " " + line);
            told = true;
        }
    }

    private void printState(long until) {
        String where = until > index && until != Long.MAX_VALUE ? ", the end of the log, " : ", ";
        out.println("state at index " + index + where + machine.lastTime());
        if (jobId.isEmpty()) StateWords.print(machine, out);
        else out.println("job " + jobId + ": " + StateWords.of(machine, jobId));
    }

    /** A data directory that is only read; no server can start in it meanwhile. */
    private static final class DirectoryOfLog implements AutoCloseable {
        private static final String GRID_ID = "grid.id";
        private static final String QUEUE = "queue";

        private final FileChannel lock;
        private final Path group;

        DirectoryOfLog(Path given) throws IOException {
            Path directory = find(given);
            Path id = directory.resolve(GRID_ID);
            List<String> lines = Files.readAllLines(id);
            if (lines.isEmpty() || lines.get(0).isBlank()) {
                throw new IOException(id + " is empty, want the id of the grid");
            }
            lock = lock(directory);
            group = directory.resolve("log").resolve(lines.get(0).trim());
        }

        /** The directory itself, or what a server has below that of its node, or below the one of all nodes. */
        private static Path find(Path given) throws IOException {
            if (Files.isRegularFile(given.resolve(GRID_ID))) return given;
            List<Path> found = new ArrayList<>();
            if (holdsQueue(given)) found.add(given.resolve(QUEUE));
            if (Files.isDirectory(given)) {
                try (DirectoryStream<Path> nodes = Files.newDirectoryStream(given, DirectoryOfLog::holdsQueue)) {
                    for (Path node : nodes) found.add(node.resolve(QUEUE));
                }
            }
            if (found.size() == 1) return found.get(0);
            if (found.isEmpty()) {
                throw new IOException(given + " is not the data directory of a queue-server: there is no " + GRID_ID);
            }
            throw new IOException("there is more than one queue below " + given + ": name one of " + found);
        }

        private static boolean holdsQueue(Path node) {
            return Files.isRegularFile(node.resolve(QUEUE).resolve(GRID_ID));
        }

        /** Null if there is no lock, as in a copy. */
        private static FileChannel lock(Path directory) throws IOException {
            Path file = directory.resolve("lock");
            if (Files.notExists(file)) return null;
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            FileLock lock = null;
            try {
                lock = channel.tryLock(0, Long.MAX_VALUE, true);
            } catch (OverlappingFileLockException e) {
                // A server in this very process has it; the same answer as for another process.
            }
            if (lock == null) {
                channel.close();
                throw new IOException("a queue-server is using " + directory + "; stop it, or replay a copy");
            }
            return channel;
        }

        Path group() {
            return group;
        }

        @Override
        public void close() throws IOException {
            if (lock != null) lock.close();
        }
    }
}
