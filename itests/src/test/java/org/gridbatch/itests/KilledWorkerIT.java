/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.zookeeper.ZooKeeper;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.FixMethodOrder;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;
import org.junit.runners.MethodSorters;

/** Kills and stops workers and the server at work, and looks who takes over, and when. */
@FixMethodOrder(MethodSorters.NAME_ASCENDING)
public class KilledWorkerIT {
    @ClassRule
    public static final Grid grid = new Grid();

    @Rule
    public final Timeout limit = Timeout.seconds(120);

    @BeforeClass
    public static void start() throws IOException {
        grid.startZooKeeper().startServer("--set", "queue.lease.seconds=3");
    }

    @Test
    public void aJobWhoseWorkerIsKilledIsRescuedAndCostsNoAttempt() throws Exception {
        Path ran = grid.home().resolve("rescued");
        grid.startWorker("worker-1");
        String id = grid.push(slowAtFirst(ran));
        grid.awaitJob(id, "executing");
        Batch.awaitTrue("the script has begun", 10, () -> Files.exists(Path.of(ran + "-begun")));
        grid.startWorker("worker-2");

        grid.kill("worker-1");

        grid.awaitCompleted(List.of(id));
        String job = grid.batch("job", id).ok();
        assertTrue(job, job.matches("(?s).*attempt +1 of 5, rescued once\\n.*"));
        assertTrue(job, job.matches("(?s).*worker +worker-2\\n.*"));
        assertEquals(List.of("again"), Files.readAllLines(ran));
        grid.stop("worker-2");
    }

    @Test
    public void aWorkerThatIsStoppedFinishesWhatItCanAndReleasesTheRestAtNoCost() throws Exception {
        Path ran = grid.home().resolve("released");
        grid.startWorker("worker-3", "--set", "worker.stop.wait.seconds=4");
        String quick = grid.push("sleep 3; echo quick >> " + ran);
        String slow = grid.push(slowAtFirst(ran));
        grid.awaitJob(slow, "executing");
        Batch.awaitTrue("the slow script has begun", 10, () -> Files.exists(Path.of(ran + "-begun")));

        long stopped = System.nanoTime();
        Grid.Node node = grid.stop("worker-3");
        long tookSeconds = (System.nanoTime() - stopped) / 1_000_000_000;

        assertTrue("stopped after " + tookSeconds + " s\n" + node.log(), tookSeconds < 15);
        assertFalse(node.log(), node.log().contains("Exception"));
        String released = grid.batch("job", slow).ok();
        assertTrue(released, released.matches("(?s).*state +available\\n.*"));
        grid.startWorker("worker-4");
        grid.awaitCompleted(List.of(quick, slow));
        String job = grid.batch("job", slow).ok();
        assertTrue(job, job.matches("(?s).*attempt +1 of 5\\n.*"));
        assertTrue(job, job.matches("(?s).*worker +worker-4\\n.*"));
        assertTrue(grid.batch("job", quick).ok().matches("(?s).*worker +worker-3\\n.*"));
        assertEquals(List.of("quick", "again"), Files.readAllLines(ran));
        grid.stop("worker-4");
    }

    @Test
    public void theServiceOfAServerThatIsStoppedLeavesZooKeeperAtOnce() throws Exception {
        Integer left = grid.inZooKeeper(zookeeper -> {
            Batch.awaitTrue("the server is announced", 20, () -> announced(zookeeper) == 1);
            grid.stop("server");
            return announced(zookeeper);
        });
        assertEquals("without waiting for the end of a session", Integer.valueOf(0), left);
    }

    /** Only the first run takes long; a later one leaves a line. */
    private static String slowAtFirst(Path file) {
        return "f = (new java.io.File " + file + "-begun); " + "if { not { $f createNewFile } } { echo again >> " + file
                + " } { sleep 60 }";
    }

    private static int announced(ZooKeeper zookeeper) throws Exception {
        return zookeeper.getChildren("/gridbatch/endpoints", false).size();
    }
}
