/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeNotNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.queue.archive.JdbcArchive;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Kills a server and takes away all that it has not forced. That kill -9 loses nothing proves little, since the system
 * writes what the process has left; so a preloaded library notes what was forced, file by file and name by name.
 */
public class ForcedTest {
    private static Path library;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Random random = new Random();
    private ServerProcess.PretendedDisk disk;
    private final Set<String> acknowledged = new LinkedHashSet<>();
    private final Set<String> leased = new LinkedHashSet<>();
    private final Set<String> completed = new LinkedHashSet<>();
    private int inHistoryAlone;
    private int lives;

    @BeforeClass
    public static void compile() throws Exception {
        library = ServerProcess.library();
    }

    @Before
    public void makeADisk() throws Exception {
        assumeNotNull("there is no C compiler", library);
        disk = ServerProcess.PretendedDisk.in(folder.getRoot().toPath(), library);
    }

    @Test
    public void nothingAcknowledgedIsLostWithAllThatWasNotForced() throws Exception {
        live("", 20 + random.nextInt(60));
        assertEquals("", lost());
        live("", 150 + random.nextInt(100));
        assertEquals("over snapshots, and what the process before had not forced", "", lost());
    }

    @Test
    public void aLogThatAnswersBeforeItForcesIsFoundOut() throws Exception {
        assertTrue("within 5 runs", isFoundOut("unsafe-flush"));
    }

    @Test
    public void aLogThatForcesNoNamesIsFoundOut() throws Exception {
        disk.forgetDirectories();
        assertTrue("within 5 runs", isFoundOut(""));
    }

    @Test
    public void whatLeftTheQueueIsInTheHistoryWithAllThatWasNotForced() throws Exception {
        work(TestHistory.NAME, 60);
        assertEquals("", lost());
        work(TestHistory.NAME, 150);
        assertEquals("over snapshots, and what the process before had not forced", "", lost());
        try (Stream<Path> files = Files.walk(data())) {
            assertTrue(
                    "a snapshot was written",
                    files.anyMatch(file -> file.toString().endsWith(".md5")));
        }
        assertTrue("jobs are in the history alone: " + inHistoryAlone, inHistoryAlone > 50);
    }

    @Test
    public void aHistoryThatIsNotForcedIsFoundOut() throws Exception {
        boolean found = false;
        for (int run = 0; run < 5 && !found; run++) {
            work(TestHistory.NOT_FORCED, 60);
            found = !lost().isEmpty();
        }
        assertTrue("within 5 runs", found);
    }

    private void work(String mutant, int jobs) throws Exception {
        try (ServerProcess server = start(mutant)) {
            await(jobs + " jobs are completed")
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> server.completed().size() >= jobs);
            server.kill();
            acknowledged.addAll(server.acknowledged());
            leased.addAll(server.leased());
            completed.addAll(server.completed());
        }
    }

    private boolean isFoundOut(String mutant) throws Exception {
        for (int run = 0; run < 5; run++) {
            live(mutant, 30);
            if (!lost().isEmpty()) return true;
        }
        return false;
    }

    @Test
    public void nothingIsAcknowledgedWhileForcesFail() throws Exception {
        assertEquals("", lostByFailingForces(""));
        assertEquals("", lostByGoingOn(() -> disk.forcesFail(true), data() + " cannot be written"));
    }

    @Test
    public void aLogThatAnswersOnAFailedForceIsFoundOut() throws Exception {
        boolean found = false;
        for (int run = 0; run < 5 && !found; run++) {
            found = !lostByFailingForces("answers-on-failure").isEmpty();
            disk.forcesFail(false);
        }
        assertTrue("within 5 runs", found);
    }

    @Test
    public void aFullDiskStopsTheServerAndRoomStartsItAgain() throws Exception {
        assertEquals("", lostBy(() -> disk.room(30_000), ""));
        assertEquals("", lostByGoingOn(() -> disk.room(30_000), "No space left on device"));
    }

    private interface Failure {
        void begin() throws IOException;
    }

    private String lostByFailingForces(String mutant) throws Exception {
        return lostBy(() -> disk.forcesFail(true), mutant);
    }

    /** Kills a server while the disk still fails: a force that worked later would hide what was answered too early. */
    private String lostBy(Failure failure, String mutant) throws Exception {
        try (ServerProcess server = start(mutant)) {
            awaitAcknowledged(server, 10);
            failure.begin();
            awaitNotOpened(server);
            server.kill();
            acknowledged.addAll(server.acknowledged());
        }
        return lost();
    }

    /** A process that starts while the disk fails, and one whose disk fails: both go on when it works again. */
    private String lostByGoingOn(Failure failure, String problem) throws Exception {
        try (ServerProcess server = start("")) {
            awaitNotOpened(server);
            assertEquals(List.of(), server.acknowledged());
            mend();
            awaitAcknowledged(server, 10);
            server.lines.removeIf(line -> line.startsWith("not opened: "));
            failure.begin();
            awaitNotOpened(server);
            assertTrue(server.said(), server.said().contains(problem));
            int before = server.acknowledged().size();
            mend();
            awaitAcknowledged(server, before + 10);
            server.kill();
            acknowledged.addAll(server.acknowledged());
        }
        return lost();
    }

    private void mend() throws IOException {
        disk.forcesFail(false);
        disk.room(-1);
    }

    private static void awaitNotOpened(ServerProcess server) {
        await("it tries again")
                .atMost(Duration.ofSeconds(60))
                .until(() -> server.said().contains("not opened: "));
    }

    private Path data() {
        return disk.root().resolve("data");
    }

    private ServerProcess start(String mutant) throws IOException {
        return new ServerProcess(disk, data(), "job-" + lives++ + "-", mutant);
    }

    private void live(String mutant, int jobs) throws Exception {
        try (ServerProcess server = start(mutant)) {
            awaitAcknowledged(server, jobs);
            server.kill();
            acknowledged.addAll(server.acknowledged());
        }
    }

    private static void awaitAcknowledged(ServerProcess server, int jobs) {
        await(jobs + " jobs are acknowledged")
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(() -> server.acknowledged().size() >= jobs);
    }

    /** What of the acknowledged is missing after power failures; empty if nothing is. */
    private String lost() throws Exception {
        for (int i = 0; i < 4; i++) {
            Path left = folder.newFolder().toPath();
            new PowerFailure(disk, i == 0 ? null : random).leave(left);
            Path data = left.resolve("data");
            try (TestServer server = new TestServer(log(data), lives, TestHistory.SETTINGS);
                    JdbcArchive history = TestHistory.archive(data, true)) {
                if (!completed.isEmpty()) history.open(server.log.grid());
                inHistoryAlone = 0;
                for (String id : acknowledged) check(id, server, history);
            } catch (Exception e) {
                return "after power failure " + i + ": " + e;
            }
        }
        return "";
    }

    private void check(String id, TestServer server, JdbcArchive history) throws Exception {
        JobView job;
        try {
            job = server.engine.get(id).get(10, TimeUnit.SECONDS).view();
        } catch (ExecutionException e) {
            // One may have completed, and left the queue in a later life, though the kill came before it was printed.
            if (completed.isEmpty()) throw e;
            job = history.get(id)
                    .orElseThrow(() -> new IOException(id + " is nowhere"))
                    .view();
            inHistoryAlone++;
        }
        if (completed.contains(id) && job.state() != JobState.COMPLETED) throw new IOException("completed: " + job);
        if (leased.contains(id) && job.attempt() + job.rescues() == 0) throw new IOException("leased: " + job);
    }

    private static RatisLog log(Path data) {
        return new RatisLog(data, 100_000, Duration.ofSeconds(20));
    }
}
