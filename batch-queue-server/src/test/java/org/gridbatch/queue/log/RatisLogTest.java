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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.engine.QueueEngine;
import org.gridbatch.queue.engine.Settings;
import org.gridbatch.queue.engine.Threads;
import org.gridbatch.queue.engine.Ticker;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class RatisLogTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<Server> servers = new ArrayList<>();
    private long runs;

    @After
    public void stopWhatWasStarted() {
        servers.forEach(Server::stop);
    }

    @Test
    public void acknowledgedJobsAndLeasesAreThereAfterARestart() throws Exception {
        Server first = start(1 << 20);
        submit(first, "job-1", "job-2", "job-3");
        Lease one = claim(first, 1, 1).get(0);
        Lease two = claim(first, 2, 1).get(0);
        first.engine.execute(new Command.End(List.of(report(one)))).get(10, TimeUnit.SECONDS);
        String grid = first.log.grid();
        long term = first.log.term();
        first.stop();

        Server second = start(1 << 20);
        assertEquals(grid, second.log.grid());
        assertTrue("the term grows", second.log.term() > term);
        assertEquals(JobState.COMPLETED, stateOf(second, "job-1"));
        assertEquals(JobState.EXECUTING, stateOf(second, "job-2"));
        assertEquals(JobState.AVAILABLE, stateOf(second, "job-3"));
        assertEquals(
                "a repeated claim finds its lease again",
                two.leaseId(),
                claim(second, 2, 1).get(0).leaseId());
        assertTrue("leases go on growing", claim(second, 3, 1).get(0).leaseId() > two.leaseId());
    }

    @Test
    public void aSnapshotReplacesTheLogBeforeIt() throws Exception {
        Server first = start(20_000);
        for (int i = 0; i < 100; i++) submit(first, "job-" + i);
        await("a snapshot is written")
                .atMost(Duration.ofSeconds(10))
                .until(() -> !snapshots().isEmpty());
        for (int i = 100; i < 120; i++) submit(first, "job-" + i);
        first.stop();

        Server second = start(1 << 20);
        for (int i = 0; i < 120; i++) assertEquals(JobState.AVAILABLE, stateOf(second, "job-" + i));
        assertEquals(
                "oldest first, also over a snapshot",
                "job-0",
                claim(second, 1, 1).get(0).spec().jobId());
    }

    @Test
    public void aDirectoryInUseIsNamed() throws Exception {
        start(1 << 20);
        IOException e = assertThrows(IOException.class, () -> start(1 << 20));
        assertTrue(e.getMessage(), e.getMessage().contains(folder.getRoot().getPath()));
        assertTrue(e.getMessage(), e.getMessage().contains("in use"));
    }

    private List<Path> snapshots() throws IOException {
        try (var files = Files.walk(folder.getRoot().toPath())) {
            return files.filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                    .toList();
        }
    }

    private static void submit(Server server, String... ids) throws Exception {
        List<JobSpec> jobs = new ArrayList<>();
        for (String id : ids)
            jobs.add(JobSpec.script("echo " + "x".repeat(500)).jobId(id).build());
        Result result = server.engine
                .execute(new Command.Submit(jobs, Command.Room.AMPLE))
                .get(10, TimeUnit.SECONDS);
        assertTrue(result.toString(), result instanceof Result.Accepted);
    }

    private static List<Lease> claim(Server server, long claimId, int slots) throws Exception {
        return server.engine
                .claim(new ClaimRequest(
                        "w1", "i1", claimId, List.of(), "", slots, slots, Map.of(), Duration.ofSeconds(5)))
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

    private static JobState stateOf(Server server, String id) throws Exception {
        return server.engine.get(id).get(10, TimeUnit.SECONDS).view().state();
    }

    private Server start(long snapshotBytes) throws Exception {
        Server server = new Server(folder.getRoot().toPath(), snapshotBytes, ++runs);
        servers.add(server);
        server.engine.start().get(20, TimeUnit.SECONDS);
        server.threads.tick(server.engine);
        return server;
    }

    /** An engine over a real log. */
    private static final class Server {
        final Threads threads = new Threads();
        final RatisLog log;
        final QueueEngine engine;
        final CompletableFuture<Throwable> broken = new CompletableFuture<>();
        private boolean stopped;

        Server(Path directory, long snapshotBytes, long run) {
            log = new RatisLog(directory, snapshotBytes, Duration.ofSeconds(20));
            Settings settings = new Settings(
                    Duration.ofSeconds(30),
                    3,
                    1 << 20,
                    Command.Room.AMPLE,
                    1_000,
                    Duration.ofHours(24),
                    Long.MAX_VALUE,
                    Settings.Bounds.DEFAULT);
            engine = new QueueEngine(
                    settings, log, Ticker.system(), threads.core(), threads.answers(), run, broken::complete);
        }

        void stop() {
            if (stopped) return;
            stopped = true;
            engine.stop().join();
            log.close();
            threads.close();
        }
    }
}
