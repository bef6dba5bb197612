/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Scripts that heed no interrupt, in workers of their own: what becomes of the job, of the slot and of the worker. */
public class StuckWorkerIT {
    @ClassRule
    public static final Grid grid = new Grid();

    @Rule
    public final Timeout limit = Timeout.seconds(120);

    private static String config;

    @BeforeClass
    public static void start() throws IOException {
        Path file = grid.home().resolve("stuck.json");
        Files.writeString(file, "{\"org.gridbatch.worker\": {\"interrupt.grace.seconds\": 1}}");
        config = file.toString();
        grid.startAndAwait("server", "server", "--with-zookeeper", "--set", "queue.lease.seconds=3");
    }

    @Test
    public void aWorkerLosesItsSlotsOneByOneLeavesTheGridAndComesBackWhenAScriptEndsAfterAll() throws Exception {
        String worker = "worker-1";
        grid.startWorker(worker, "--config", config, "--set", "worker.slots=2");
        CommandBundle.start(grid, worker, "site", 0, "hold");
        Path first = grid.home().resolve("first");
        Path second = grid.home().resolve("second");

        String timedOut = grid.push("site:hold " + first, "--timeout", "500ms", "--max-attempts", "1");
        String job = grid.awaitJob(timedOut, "discarded");
        assertTrue(job, job.contains("timed out after PT0.5S, in: site:hold"));
        assertTrue(
                job, job.contains("stuck: its script does not heed the interrupt and still runs on worker " + worker));
        grid.awaitCompleted(List.of(grid.push("echo in the other slot")));

        String cancelled = grid.push("site:hold " + second);
        grid.awaitJob(cancelled, "executing");
        grid.quick("cancel", cancelled).ok();
        job = grid.awaitJob(cancelled, "cancelled");
        assertTrue(job, job.contains("stuck: "));

        String waits = grid.push("echo waited");
        Batch.awaitTrue(
                "all slots are stuck, and nobody asks for jobs",
                15,
                () -> grid.quick("why", waits).ok().contains("no worker asks for jobs now"));
        assertTrue(grid.node(worker).process().isAlive());
        assertTrue(
                grid.node(worker).log(),
                grid.node(worker).printed("worker " + worker + " leaves the grid: all of its 2 slots are out of use"));

        Files.createFile(first);
        grid.awaitCompleted(List.of(waits));
        Files.createFile(second);
        grid.stop(worker);
    }

    @Test
    public void aWorkerThatIsToldToEndsWithStatus75AndIsStartedAgain() throws Exception {
        String worker = "worker-2";
        String[] options = {"--config", config, "--set", "worker.slots=1", "--set", "worker.restart.when.stuck=true"};
        grid.startWorker(worker, options);
        CommandBundle.start(grid, worker, "site", 0, "hold");
        String stuck =
                grid.push("site:hold " + grid.home().resolve("never"), "--timeout", "500ms", "--max-attempts", "1");
        String waits = grid.push("echo waited", "--requires", "(worker=" + worker + ")");

        Grid.Node node = grid.node(worker);
        assertTrue(node.log(), node.process().waitFor(40, TimeUnit.SECONDS));
        assertEquals(node.log(), 75, node.process().exitValue());
        String job = grid.quick("job", stuck).ok();
        assertTrue("what came of its job was reported before: " + job, job.contains("stuck: "));
        assertTrue(job, job.contains("discarded"));

        // As whoever started it does: it has left nothing that is in the way.
        grid.startWorker(worker, options);
        grid.awaitCompleted(List.of(waits));
        grid.stop(worker);
    }
}
