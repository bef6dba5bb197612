/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class RatisLogTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<TestServer> servers = new ArrayList<>();

    @After
    public void stopWhatWasStarted() {
        servers.forEach(TestServer::close);
    }

    @Test
    public void acknowledgedJobsAndLeasesAreThereAfterARestart() throws Exception {
        TestServer first = start(1 << 20);
        first.submit("job-1", "job-2", "job-3");
        Lease one = claim(first, 1, 1).get(0);
        Lease two = claim(first, 2, 1).get(0);
        first.engine.execute(new Command.End(List.of(report(one)))).get(10, TimeUnit.SECONDS);
        String grid = first.log.grid();
        long term = first.log.term();
        first.close();

        TestServer second = start(1 << 20);
        assertEquals(grid, second.log.grid());
        assertTrue("the term grows", second.log.term() > term);
        assertEquals(JobState.COMPLETED, second.stateOf("job-1"));
        assertEquals(JobState.EXECUTING, second.stateOf("job-2"));
        assertEquals(JobState.AVAILABLE, second.stateOf("job-3"));
        assertEquals(
                "a repeated claim finds its lease again",
                two.leaseId(),
                claim(second, 2, 1).get(0).leaseId());
        assertTrue("leases go on growing", claim(second, 3, 1).get(0).leaseId() > two.leaseId());
    }

    @Test
    public void aSnapshotReplacesTheLogBeforeIt() throws Exception {
        TestServer first = start(100_000);
        for (int i = 0; i < 400; i++) first.submit("job-" + i);
        await("the first segment is deleted")
                .atMost(Duration.ofSeconds(10))
                .until(() -> files("log_0-\\d+").isEmpty()
                        && !files("snapshot\\.\\d+_\\d+").isEmpty());
        for (int i = 400; i < 420; i++) first.submit("job-" + i);
        first.close();

        TestServer second = start(1 << 20);
        assertEquals(420, second.jobs());
        for (int i = 0; i < 420; i++) assertEquals(JobState.AVAILABLE, second.stateOf("job-" + i));
        assertEquals(
                "oldest first, also over a snapshot",
                "job-0",
                claim(second, 1, 1).get(0).spec().jobId());
    }

    @Test
    public void aDamagedSnapshotStopsTheServerAndIsNamed() throws Exception {
        TestServer first = start(20_000);
        for (int i = 0; i < 60; i++) first.submit("job-" + i);
        await("a snapshot is written")
                .atMost(Duration.ofSeconds(10))
                .until(() -> !files("snapshot\\.\\d+_\\d+").isEmpty());
        first.close();
        for (Path file : files("snapshot\\.\\d+_\\d+")) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
        IOException e = assertThrows(IOException.class, () -> start(20_000));
        assertTrue(
                e.getMessage(),
                e.getMessage().contains("snapshot") && e.getMessage().contains("cannot be read"));
    }

    @Test
    public void noEntryIsAppliedBeforeTheSnapshotIsReadHoweverLongThatTakes() throws Exception {
        jobsOverASnapshot(60);
        SlowRestore replica = new SlowRestore(termFile(), "");
        RatisLog log = new RatisLog(folder.getRoot().toPath(), 1 << 20, Duration.ofSeconds(20));
        try {
            log.open(replica);
            assertTrue(replica.restored);
            assertTrue("entries behind the snapshot", replica.applied.get() > 0);
        } finally {
            log.close();
        }
    }

    @Test
    public void aSnapshotThatIsFoundDamagedAfterRatisIsReadyStopsTheServerToo() throws Exception {
        jobsOverASnapshot(60);
        SlowRestore replica = new SlowRestore(termFile(), "half of it is missing");
        RatisLog log = new RatisLog(folder.getRoot().toPath(), 1 << 20, Duration.ofSeconds(20));
        IOException e = assertThrows(IOException.class, () -> log.open(replica));
        assertTrue(e.getMessage(), e.getMessage().contains("cannot be read: half of it is missing; put the data"));
        assertEquals("nothing is applied", 0, replica.applied.get());
        assertEquals(
                "with the snapshot as it was, all are there", 61, start(1 << 20).jobs());
    }

    private void jobsOverASnapshot(int count) throws Exception {
        TestServer first = start(20_000);
        for (int i = 0; i < count; i++) first.submit("job-" + i);
        await("a snapshot is written")
                .atMost(Duration.ofSeconds(10))
                .until(() -> !files("snapshot\\.\\d+_\\d+\\.md5").isEmpty());
        first.submit("behind-it");
        first.close();
    }

    private Path termFile() throws IOException {
        return files("raft-meta").get(0);
    }

    /** Reads its snapshot when Ratis has begun a new term, which it writes to a file first. */
    private static final class SlowRestore implements Replica {
        private final Path termFile;
        private final byte[] term;
        private final String damage;
        private final AtomicInteger applied = new AtomicInteger();
        private volatile boolean restored;

        /** @param damage that is found then; empty if there is none */
        SlowRestore(Path termFile, String damage) throws IOException {
            this.termFile = termFile;
            this.damage = damage;
            term = Files.readAllBytes(termFile);
        }

        @Override
        public void restore(InputStream snapshot) throws IOException {
            await("a new term")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !Arrays.equals(term, Files.readAllBytes(termFile)));
            if (!damage.isEmpty()) throw new IOException(damage);
            snapshot.transferTo(OutputStream.nullOutputStream());
            restored = true;
        }

        @Override
        public void apply(byte[] entry, Runnable afterwards) {
            if (!restored) throw new IllegalStateException("applied before the snapshot was read");
            applied.incrementAndGet();
            afterwards.run();
        }

        @Override
        public Snapshot snapshot() {
            throw new IllegalStateException("no snapshot is due");
        }

        @Override
        public void broken(Throwable cause) {}
    }

    @Test
    public void aSnapshotThatFailsLeavesNothingBehind() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        RatisLog log = new RatisLog(folder.getRoot().toPath(), 10_000, Duration.ofSeconds(20));
        log.open(new NoSnapshots(tries));
        try {
            while (tries.get() == 0)
                log.append(new byte[5_000]).toCompletableFuture().get(10, TimeUnit.SECONDS);
            await("the file is deleted")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> files("writing-.*").isEmpty());
        } finally {
            log.close();
        }
    }

    @Test
    public void whatIsLeftOfASnapshotIsDeletedBeforeItIsTriedWhetherTheDiskHasRoom() throws Exception {
        TestServer first = start(1 << 20);
        first.submit("job-1");
        first.close();
        Path snapshots = files("current").get(0).resolveSibling("sm");
        Files.createDirectories(snapshots);
        Files.write(snapshots.resolve("writing-snapshot.1_5"), new byte[10_000]);
        // Stands for a disk without room: it cannot be written.
        Files.createDirectories(folder.getRoot().toPath().resolve("probe").resolve("full"));
        assertThrows(IOException.class, () -> start(1 << 20));
        assertEquals(List.of(), files("writing-.*"));
    }

    @Test
    public void aDirectoryThatCannotBeOpenedDoesNotPassForForced() {
        assertThrows(
                IOException.class,
                () -> Disk.forceDirectory(folder.getRoot().toPath().resolve("gone")));
    }

    /** Applies nothing, and fails in the middle of each snapshot. */
    private record NoSnapshots(AtomicInteger tries) implements Replica {
        @Override
        public void restore(InputStream snapshot) {}

        @Override
        public void apply(byte[] entry, Runnable applied) {
            applied.run();
        }

        @Override
        public Snapshot snapshot() {
            return out -> {
                out.write(new byte[1_000]);
                out.flush();
                tries.incrementAndGet();
                throw new IOException("No space left on device");
            };
        }

        @Override
        public void broken(Throwable cause) {}
    }

    @Test
    public void aDirectoryInUseIsNamed() throws Exception {
        start(1 << 20);
        IOException e = assertThrows(IOException.class, () -> start(1 << 20));
        assertTrue(e.getMessage(), e.getMessage().contains(folder.getRoot().getPath()));
        assertTrue(e.getMessage(), e.getMessage().contains("in use"));
    }

    private List<Path> files(String name) throws IOException {
        try (var files = Files.walk(folder.getRoot().toPath())) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .toList();
        }
    }

    private static List<Lease> claim(TestServer server, long claimId, int slots) throws Exception {
        return server.engine
                .claim(new ClaimRequest("w1", "i1", claimId, List.of(), "", "", slots, slots, 0, Duration.ofSeconds(5)))
                .get(10, TimeUnit.SECONDS);
    }

    private static Report report(Lease lease) {
        return new Report(
                "w1",
                lease.leaseId(),
                lease.spec().jobId(),
                ReportKind.COMPLETE,
                Duration.ZERO,
                "",
                "fine",
                CapturedText.NONE,
                CapturedText.NONE);
    }

    private TestServer start(long snapshotBytes) throws Exception {
        TestServer server = new TestServer(folder.getRoot().toPath(), snapshotBytes);
        servers.add(server);
        return server;
    }
}
