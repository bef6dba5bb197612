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
import java.util.concurrent.TimeUnit;
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
        grid.start("zookeeper", "zookeeper");
        grid.start("server", "server", "--set", "queue.lease.seconds=3", "--set", "queue.max.rescues=1");
        grid.awaitUp("zookeeper", "server");
    }

    @Test
    public void aJobWhoseWorkerIsKilledIsRescuedAndCostsNoAttempt() throws Exception {
        Path ran = grid.home().resolve("rescued");
        grid.start("worker", "worker-1");
        grid.start("worker", "worker-2");
        grid.awaitUp("worker-1", "worker-2");
        String id = grid.push(slowAtFirst(ran));
        Batch.awaitTrue("the script has begun", 20, () -> Files.exists(Path.of(ran + "-begun")));
        String first = grid.awaitJob(id, "executing").matches("(?s).*worker +worker-1\\n.*") ? "worker-1" : "worker-2";
        String other = first.equals("worker-1") ? "worker-2" : "worker-1";

        grid.kill(first);

        grid.awaitCompleted(List.of(id));
        String job = grid.batch("job", id).ok();
        assertTrue(job, job.matches("(?s).*attempt +1 of 5, rescued once\\n.*"));
        assertTrue(job, job.matches("(?s).*worker +" + other + "\\n.*"));
        assertEquals(List.of("again"), Files.readAllLines(ran));
        grid.stop(other);
    }

    @Test
    public void aScriptThatKillsItsWorkersIsDiscardedAndTheReasonSaysSo() throws Exception {
        // What is denied by default keeps scripts from just that; this worker has no such guard rails.
        String[] unguarded = {"--set", "worker.denied.commands=gogo:gosh"};
        grid.startWorker("worker-5", unguarded);
        String id = grid.push(
                "class = (((\"\" getClass) getClass) forName java.lang.Runtime); jvm = ($class getRuntime); $jvm halt 9");
        assertEquals(9, exitStatus("worker-5", id));
        grid.start("worker", "worker-5", unguarded);
        assertEquals(9, exitStatus("worker-5", id));

        String job = grid.awaitJob(id, "discarded");
        assertTrue(job, job.contains("2 workers were lost while they ran this script, which may be the cause"));
        assertTrue(job, job.contains("worker worker-5 was not heard of any more"));
        assertTrue(job, job.contains("1 rescue is used up"));
        grid.startWorker("worker-5");
        grid.awaitCompleted(List.of(grid.push("echo lives")));
        grid.stop("worker-5");
    }

    @Test
    public void aWorkerThatIsStoppedFinishesWhatItCanAndReleasesTheRestAtNoCost() throws Exception {
        Path ran = grid.home().resolve("released");
        grid.startWorker("worker-3", "--set", "worker.stop.wait.seconds=4");
        String quick = grid.push("sleep 3; echo quick >> " + ran);
        String slow = grid.push(slowAtFirst(ran));
        grid.awaitJob(slow, "executing");
        Batch.awaitTrue("the slow script has begun", 20, () -> Files.exists(Path.of(ran + "-begun")));

        long stopped = System.nanoTime();
        Grid.Node node = grid.stop("worker-3");
        long tookSeconds = (System.nanoTime() - stopped) / 1_000_000_000;

        assertTrue("stopped after " + tookSeconds + " s\n" + node.log(), tookSeconds < 15);
        assertFalse(node.log(), node.log().contains("Exception"));
        String released = grid.quick("job", slow).ok();
        assertTrue(released, released.matches("(?s).*state +available\\n.*"));
        grid.startWorker("worker-4");
        grid.awaitCompleted(List.of(quick, slow));
        String job = grid.quick("job", slow).ok();
        assertTrue(job, job.matches("(?s).*attempt +1 of 5\\n.*"));
        assertTrue(job, job.matches("(?s).*worker +worker-4\\n.*"));
        assertTrue(grid.quick("job", quick).ok().matches("(?s).*worker +worker-3\\n.*"));
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

    /** Waits until a node has ended by itself, because of a job. */
    private static int exitStatus(String name, String job) throws InterruptedException {
        Grid.Node node = grid.node(name);
        if (!node.process().waitFor(40, TimeUnit.SECONDS)) {
            throw new AssertionError(node.log() + grid.quick("job", job).ok());
        }
        int status = node.process().exitValue();
        grid.kill(name);
        return status;
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
