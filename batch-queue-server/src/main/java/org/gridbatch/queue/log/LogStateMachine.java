/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what Ratis commits to the replica, and keeps snapshots. A snapshot is taken on the replica's thread, which
 * copies references, and written on one of its own; Ratis is told of it when it is on disk under its final name, and
 * then deletes the log before it.
 */
final class LogStateMachine extends BaseStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(LogStateMachine.class);
    private final Replica replica;
    private final Restore restore;
    private final long snapshotBytes;
    private final Runnable tellRatis;
    private final Consumer<Throwable> onFailure;
    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "queue-server snapshot");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicReference<TermIndex> applied = new AtomicReference<>(TermIndex.INITIAL_VALUE);
    private final AtomicReference<SingleFileSnapshotInfo> finished = new AtomicReference<>();

    /** These two belong to the replica's thread, except that the writer resets the second. */
    private long bytesSinceSnapshot;

    private volatile boolean writing;
    private volatile boolean serving;
    private volatile boolean closing;
    /** The snapshot that the replica does not have yet; null if there is none. */
    private volatile FileInfo unrestored;

    /** The names in the log's directory when it was forced last; they belong to the thread of Ratis that writes. */
    private Set<String> forcedNames = Set.of();

    private Path logDirectory;

    /**
     * @param restore of the last snapshot; null if there is none
     * @param tellRatis makes Ratis call {@link #takeSnapshot}
     * @param onFailure told when nothing more can be appended, before Ratis does anything else to the log
     */
    LogStateMachine(
            Replica replica, Restore restore, long snapshotBytes, Runnable tellRatis, Consumer<Throwable> onFailure) {
        this.replica = replica;
        this.restore = restore;
        this.snapshotBytes = snapshotBytes;
        this.tellRatis = tellRatis;
        this.onFailure = onFailure;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        // Without this transition a group can end up without a leader for good.
        getLifeCycle().startAndTransition(() -> {
            super.initialize(server, groupId, raftStorage);
            logDirectory = raftStorage.getStorageDir().getCurrentDir().toPath();
            Files.createDirectories(
                    raftStorage.getStorageDir().getStateMachineDir().toPath());
            storage.init(raftStorage);
            load();
        });
    }

    /** Does not wait for the snapshot to be read: Ratis reads its segments meanwhile. */
    private void load() throws IOException {
        SingleFileSnapshotInfo latest = storage.getLatestSnapshot();
        if (latest == null) return;
        Path file = latest.getFile().getPath();
        if (restore == null || !restore.snapshot().getFileName().equals(file.getFileName())) {
            throw new IOException("snapshot " + file + " was not there when the log was looked through; start again");
        }
        applied.set(latest.getTermIndex());
        unrestored = latest.getFile();
        // A damaged one had better be found before there is a leader.
        if (restore.isDone()) awaitRestored();
    }

    /**
     * Waits until the replica has the snapshot, if there is one.
     *
     * @throws IOException if it cannot be read, or is not the one that its digest is of
     */
    void awaitRestored() throws IOException {
        FileInfo snapshot = unrestored;
        if (snapshot == null) return;
        try {
            MD5Hash digest = restore.await();
            if (!digest.equals(snapshot.getFileDigest())) {
                throw new IOException("its MD5 is " + digest + ", want " + snapshot.getFileDigest());
            }
        } catch (IOException e) {
            throw new IOException(
                    "snapshot " + snapshot.getPath() + " cannot be read: " + e.getMessage()
                            + "; put the data directory back from a backup, or start with an empty one",
                    e);
        }
        unrestored = null;
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return storage;
    }

    @Override
    public TermIndex getLastAppliedTermIndex() {
        return applied.get();
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        advance(TermIndex.valueOf(term, index));
    }

    /** Ratis reports its own entries before the replica's thread has applied what stands before them. */
    private void advance(TermIndex to) {
        applied.accumulateAndGet(to, BinaryOperator.maxBy(Comparator.naturalOrder()));
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        TermIndex position = TermIndex.valueOf(entry);
        byte[] bytes = EntryBytes.of(entry.getStateMachineLogEntry().getLogData());
        CompletableFuture<Message> done = new CompletableFuture<>();
        try {
            awaitRestored();
        } catch (IOException e) {
            // Whoever opens the log hears of it and closes it; Ratis would wait for an answer then.
            LOG.debug("entry {} is not applied: {}", position, e.getMessage());
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
        replica.apply(bytes, () -> {
            advance(position);
            bytesSinceSnapshot += bytes.length;
            if (bytesSinceSnapshot >= snapshotBytes && !writing && serving) {
                bytesSinceSnapshot = 0;
                writing = true;
                Replica.Snapshot snapshot = replica.snapshot();
                writer.execute(() -> write(snapshot, position));
            }
            done.complete(Message.EMPTY);
        });
        return done;
    }

    private void write(Replica.Snapshot snapshot, TermIndex position) {
        File file = storage.getSnapshotFile(position.getTerm(), position.getIndex());
        Path temporary = file.toPath().resolveSibling(SnapshotCheck.TEMPORARY + file.getName());
        long start = System.nanoTime();
        try {
            MD5Hash digest = write(snapshot, temporary);
            MD5FileUtil.saveMD5File(file, digest);
            Files.move(temporary, file.toPath(), StandardCopyOption.ATOMIC_MOVE);
            Disk.forceDirectory(file.toPath().getParent());
            finished.set(new SingleFileSnapshotInfo(
                    new FileInfo(file.toPath(), digest), position.getTerm(), position.getIndex()));
            LOG.info(
                    "wrote snapshot {} of {} bytes in {} ms",
                    file.getName(),
                    file.length(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            tellRatis.run();
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "snapshot {} was not written; the log before it is kept, and the next one is tried later", file, e);
            delete(temporary);
        } finally {
            writing = false;
        }
    }

    /** On a full disk it may be what fills it. */
    private static void delete(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            LOG.warn("{} was not deleted; the next start does it", unfinished, e);
        }
    }

    private static MD5Hash write(Replica.Snapshot snapshot, Path file) throws IOException {
        MessageDigest md5 = MD5FileUtil.newMD5();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            OutputStream out = new BufferedOutputStream(new DigestOutputStream(new ForcedOften(channel), md5), 1 << 16);
            snapshot.writeTo(out);
            out.flush();
            channel.force(true);
        }
        return MD5Hash.newInstance(md5.digest());
    }

    /**
     * Ratis calls it before it forces what it has written, and answers nothing before both are done. It forces its
     * files, but not their names: the file of a new segment may be gone after a power failure with all that is in it.
     */
    @Override
    public CompletableFuture<Void> flush(long index) {
        String[] names = logDirectory.toFile().list();
        if (names == null) {
            return CompletableFuture.failedFuture(new IOException("the directory " + logDirectory + " is gone"));
        }
        Set<String> now = Set.of(names);
        if (!now.equals(forcedNames)) {
            try {
                Disk.forceDirectory(logDirectory);
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
            forcedNames = now;
        }
        return CompletableFuture.completedFuture(null);
    }

    /** The last finished one; Ratis deletes the log up to there. */
    @Override
    public long takeSnapshot() {
        SingleFileSnapshotInfo last = finished.get();
        if (last == null) return RaftLog.INVALID_LOG_INDEX;
        storage.updateLatestSnapshot(last);
        return last.getIndex();
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
        onFailure.accept(cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto roleInfo, boolean allServer) {
        if (!closing) onFailure.accept(new IOException("Ratis has shut down"));
    }

    @Override
    public void close() {
        getLifeCycle().checkStateAndClose(() -> LOG.debug("the state machine is closed"));
    }

    /** The log was replayed. Before, a snapshot would take the time of a start, and the memory. */
    void expectCallers() {
        serving = true;
    }

    /** The server is about to be closed on purpose. */
    void expectClose() {
        closing = true;
    }

    /** Lets a snapshot that is being written finish for a while. */
    void stopWriting() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(10, TimeUnit.SECONDS)) writer.shutdownNow();
        } catch (InterruptedException e) {
            writer.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
