/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that Apache Ratis keeps, with this process as its one peer. Everything goes to the server object in this
 * process, and no port is open.
 */
public final class RatisLog implements CommandLog {
    /** The largest entry. It is the buffer that Ratis reads a record into, so it may grow but never shrink. */
    public static final int MAX_ENTRY_BYTES = 20 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(RatisLog.class);
    private static final long MIN_SEGMENT_BYTES = 64 << 10;
    private static final long MAX_SEGMENT_BYTES = 32 << 20;
    static final int MAX_RECORD_BYTES = MAX_ENTRY_BYTES + (1 << 10);
    /** What Ratis fills a new segment with, and some more: a log that breaks at once helps nobody. */
    private static final int PROBE_BYTES = 5 << 20;

    private static final TimeDuration NEVER = TimeDuration.valueOf(3_650, TimeUnit.DAYS);

    private final Path dataDir;
    private final long snapshotBytes;
    private final Duration startTimeout;
    private final Consumer<RaftProperties> change;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong nextCallId = new AtomicLong();
    private DataDirectory directory;
    private RaftServer server;
    private RaftGroupId groupId;
    private Restore restore;
    private LogStateMachine stateMachine;
    private long term;
    private volatile IOException failure;
    private volatile long forcedIndex;
    private volatile boolean closing;

    /**
     * @param snapshotBytes a snapshot is written, and the log before it deleted, after so many bytes of log
     * @param startTimeout the longest wait for Ratis to replay the log and become its leader
     */
    public RatisLog(Path dataDir, long snapshotBytes, Duration startTimeout) {
        this(dataDir, snapshotBytes, startTimeout, properties -> {});
    }

    /** @param change makes the log worse, so that a test can show that it would find that */
    RatisLog(Path dataDir, long snapshotBytes, Duration startTimeout, Consumer<RaftProperties> change) {
        this.dataDir = dataDir;
        this.snapshotBytes = snapshotBytes;
        this.startTimeout = startTimeout;
        this.change = change;
    }

    @Override
    public void open(Replica replica) throws IOException {
        // Ratis looks classes and services up by the context class loader.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(RatisLog.class.getClassLoader());
        try {
            directory = new DataDirectory(dataDir);
            openServer(replica);
            stateMachine.awaitRestored();
            if (restore != null) LOG.info("restored the queue from {}", restore.snapshot());
            awaitLeadership();
            directory.markUsed();
            stateMachine.expectCallers();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private void openServer(Replica replica) throws IOException {
        SnapshotCheck.deleteUnfinished(directory.snapshots());
        Disk.probe(directory.path(), PROBE_BYTES);
        Path snapshot = SnapshotCheck.latest(directory.snapshots());
        long snapshotIndex = snapshot == null ? -1 : SnapshotCheck.index(snapshot);
        if (snapshot != null) restore = new Restore(snapshot, replica);
        long lastTerm = SegmentCheck.check(directory.segments(), snapshotIndex, MAX_RECORD_BYTES);
        if (snapshot != null) lastTerm = Math.max(lastTerm, SnapshotCheck.term(snapshot));
        TermFile.restore(directory.segments(), lastTerm);
        RaftPeerId peerId = RaftPeerId.valueOf("queue");
        groupId = RaftGroupId.valueOf(directory.id());
        // The address stands in the log for ever, and nobody calls it: a single peer votes for itself.
        RaftPeer peer =
                RaftPeer.newBuilder().setId(peerId).setAddress("127.0.0.1:0").build();
        stateMachine =
                new LogStateMachine(replica, restore, snapshotBytes, this::takeSnapshot, e -> failed(replica, e));
        boolean known = directory.isUsed() || Files.exists(directory.groupDirectory());
        try {
            server = RaftServer.newBuilder()
                    .setServerId(peerId)
                    .setGroup(RaftGroup.valueOf(groupId, List.of(peer)))
                    .setOption(known ? RaftStorage.StartupOption.RECOVER : RaftStorage.StartupOption.FORMAT)
                    .setStateMachine(stateMachine)
                    .setProperties(properties())
                    .build();
            server.start();
        } catch (IOException | RuntimeException e) {
            Throwable cause = e;
            while (cause instanceof CompletionException && cause.getCause() != null) cause = cause.getCause();
            while (cause instanceof IllegalStateException && cause.getCause() instanceof IOException) {
                cause = cause.getCause();
            }
            throw new IOException(
                    "the log in " + directory.groupDirectory() + " cannot be opened: " + cause.getMessage(), e);
        }
    }

    private RaftProperties properties() {
        RaftProperties p = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.logDirectory().toFile()));
        RaftConfigKeys.Rpc.setType(p, new NoNetwork());

        // One force for all entries that wait, and never an answer before it.
        RaftServerConfigKeys.Log.setForceSyncNum(p, 1_024);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(p, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(p, false);
        // The commit index in the log would cost a second force; a single peer finds it again without.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(p, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);

        // Whole segments are deleted, so one must not be larger than what a snapshot stands for.
        long segmentBytes = Math.max(MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, snapshotBytes));
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf(segmentBytes));

        SizeInBytes record = SizeInBytes.valueOf(MAX_RECORD_BYTES);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, record);
        RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf(record.getSize() + 64));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, SizeInBytes.valueOf("64MB"));
        RaftServerConfigKeys.Write.setByteLimit(p, SizeInBytes.valueOf("128MB"));
        RaftServerConfigKeys.Log.setQueueByteLimit(p, SizeInBytes.valueOf("128MB"));

        // When there is a snapshot is the state machine's decision.
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 1);
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
        RaftServerConfigKeys.Log.setPurgeGap(p, 1);

        // Nobody else could lead, so there is nothing to wait for at the start, and no pause to step down after.
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, TimeDuration.valueOf(10, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, TimeDuration.valueOf(20, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, NEVER);
        RaftServerConfigKeys.setCloseThreshold(p, NEVER);
        change.accept(p);
        return p;
    }

    /** Told by the thread of Ratis that writes, which does nothing else meanwhile; only the first failure counts. */
    private synchronized void failed(Replica replica, Throwable cause) {
        if (failure != null) return;
        long forced = -1;
        try {
            forced = server.getDivision(groupId).getRaftLog().getFlushIndex();
        } catch (IOException | RuntimeException e) {
            LOG.debug("how far the log is forced is not known: {}", e.toString());
        }
        forcedIndex = forced;
        failure = new IOException(Disk.problem(directory.path(), cause), cause);
        replica.broken(failure);
    }

    private void awaitLeadership() throws IOException {
        long deadline = System.nanoTime() + startTimeout.toNanos();
        RaftServer.Division division = server.getDivision(groupId);
        while (!division.getInfo().isLeaderReady()) {
            if (failure != null) throw failure;
            // Ratis gives up its election then, tells nobody, and never tries again.
            if (TermFile.isEmpty(directory.segments())) {
                throw new IOException(Disk.problem(directory.path(), new IOException("there is no room")));
            }
            if (!division.getInfo().isAlive()) {
                throw new IOException("the log in " + directory + " closed while it was replayed; the log lines of "
                        + "org.apache.ratis before this one say why");
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "the log in " + directory + " was not ready after " + startTimeout.toSeconds() + " s");
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the log in " + directory + " was replayed", e);
            }
        }
        term = division.getInfo().getCurrentTerm();
    }

    @Override
    public String grid() {
        return directory.id().toString();
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public CompletionStage<Void> append(byte[] entry) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(server.getId())
                .setGroupId(groupId)
                .setCallId(nextCallId.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        CompletableFuture<RaftClientReply> replies;
        try {
            replies = server.submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return replies.thenCompose(reply -> {
            if (reply.isSuccess()) return CompletableFuture.completedFuture(null);
            Exception cause = reply.getException();
            // Ratis gives these before it appends, and all others perhaps after it: entries that are in the log of
            // a leader that loses its place are answered like those that never got there.
            boolean notAppended =
                    cause instanceof ResourceUnavailableException || cause instanceof LeaderNotReadyException;
            return CompletableFuture.failedFuture(
                    notAppended ? new NotAppendedException("Ratis does not take it now: " + cause, cause) : cause);
        });
    }

    private void takeSnapshot() {
        SnapshotManagementRequest request = SnapshotManagementRequest.newCreate(
                clientId, server.getId(), groupId, nextCallId.incrementAndGet(), 60_000, 1);
        try {
            // The server in this process takes it directly, as it takes entries.
            server.snapshotManagementAsync(request).whenComplete((reply, e) -> {
                boolean done = e == null && reply.isSuccess();
                if (!done && !closing)
                    LOG.warn("the log behind a snapshot was not purged; the next snapshot will do it", e);
            });
        } catch (RuntimeException e) {
            LOG.warn("the log behind a snapshot was not purged; the next snapshot will do it", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        if (stateMachine != null) stateMachine.expectClose();
        try {
            if (server != null) server.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("closing the log in {} failed; what was acknowledged is on disk all the same", directory, e);
        }
        if (stateMachine != null) stateMachine.stopWriting();
        if (restore != null) restore.close();
        if (failure != null && forcedIndex >= 0) {
            try {
                SegmentCheck.cutAfter(directory.segments(), forcedIndex, MAX_RECORD_BYTES);
            } catch (IOException e) {
                LOG.warn("what failed to be written to {} was not cut off; it was not acknowledged", directory, e);
            }
        }
        try {
            if (directory != null) directory.close();
        } catch (IOException e) {
            LOG.warn("the lock of {} was not released; it ends with this process", directory, e);
        }
    }
}
