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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.JobState;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;

/**
 * Replays the data directory of a stopped server, or a copy of one, without Ratis and without changing a byte: to tell
 * the story of a job, and the state at any index of the log.
 */
public final class Replay {
    private static final String NONE = "none";

    private final List<SegmentFile> segments;
    private final Path snapshot;
    private final String jobId;
    private final PrintStream out;
    private QueueMachine machine = new QueueMachine();
    private long index = -1;
    private boolean told;

    private Replay(DirectoryOfLog directory, String jobId, PrintStream out) throws IOException {
        this.segments = SegmentFile.list(directory.group().resolve("current"));
        this.snapshot = SnapshotCheck.latest(directory.group().resolve("sm"));
        this.jobId = jobId;
        this.out = out;
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
            replay.run(until < 0 ? Long.MAX_VALUE : until, false);
            if (!jobId.isEmpty() && !replay.told) out.println("no entry of the log touches job " + jobId);
            replay.printState();
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
        for (SegmentFile segment : segments) {
            if (!segment.isOpen() && segment.last() <= index) continue;
            if (segment.first() > Math.max(index, -1) + 1) {
                throw new IOException("the log is damaged: its records from " + (index + 1) + " to "
                        + (segment.first() - 1) + " are missing before " + segment.file());
            }
            SegmentFile.Extent extent = segment.read(RatisLog.MAX_RECORD_BYTES, record -> apply(record, until));
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
        Job job = jobId.isEmpty() ? null : machine.job(jobId);
        if (job != null) {
            out.println("#" + at + " " + machine.lastTime() + " in the snapshot: " + describe(job));
            told = true;
        }
    }

    private void apply(LogRecord record, long until) {
        if (record.index() <= index || record.index() > until) return;
        index = record.index();
        if (!record.isEntry()) return;
        Entry entry = EntryCodec.decode(record.data());
        for (Command command : entry.commands()) {
            Job before = jobId.isEmpty() ? null : machine.job(jobId);
            Result result = machine.apply(command, entry.time());
            machine.drainChanges();
            if (jobId.isEmpty()) continue;
            Job after = machine.job(jobId);
            String words = CommandWords.of(command, jobId);
            if (before != after || !words.isEmpty()) print(entry.time(), command, words, before, after, result);
        }
    }

    private void print(Instant time, Command command, String words, Job before, Job after, Result result) {
        told = true;
        String what = words.isEmpty() ? CommandWords.chore(command) : words;
        String refused = result instanceof Result.Refused refusal ? " (refused: " + refusal.message() + ")" : "";
        out.println("#" + index + " " + time + " " + what + refused + ": " + describe(before) + " -> "
                + (before == after ? "unchanged" : describe(after)));
    }

    private static String describe(Job job) {
        if (job == null) return NONE;
        StringBuilder text = new StringBuilder(job.state().name().toLowerCase(Locale.ROOT));
        if (job.attempt() > 0) text.append(", attempt ").append(job.attempt());
        if (job.tenure() != null) text.append(", lease ").append(job.tenure().leaseId());
        if (!job.error().isEmpty()) text.append(", ").append(job.error());
        return text.toString();
    }

    private void printState() {
        out.println("state at index " + index + ", " + machine.lastTime());
        Map<String, Map<JobState, Integer>> queues = new TreeMap<>();
        for (Job job : machine.jobs()) {
            queues.computeIfAbsent(job.spec().queue(), name -> new EnumMap<>(JobState.class))
                    .merge(job.state(), 1, Integer::sum);
        }
        if (queues.isEmpty()) out.println("no jobs");
        queues.forEach((queue, counts) -> {
            StringBuilder line = new StringBuilder("queue ").append(queue).append(':');
            counts.forEach((state, count) -> line.append(' ')
                    .append(state.name().toLowerCase(Locale.ROOT))
                    .append(' ')
                    .append(count));
            out.println(line);
        });
    }

    /** A data directory that is only read; no server can start in it meanwhile. */
    private static final class DirectoryOfLog implements AutoCloseable {
        private final FileChannel lock;
        private final Path group;

        DirectoryOfLog(Path directory) throws IOException {
            Path id = directory.resolve("grid.id");
            if (!Files.isRegularFile(id)) {
                throw new IOException(directory + " is not the data directory of a queue-server: there is no grid.id");
            }
            lock = lock(directory);
            group = directory
                    .resolve("log")
                    .resolve(Files.readAllLines(id).get(0).trim());
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
