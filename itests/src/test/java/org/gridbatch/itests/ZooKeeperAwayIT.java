/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Takes ZooKeeper away: who has found the queue-server keeps it, and who looks for it finds it later. */
public class ZooKeeperAwayIT {
    @ClassRule
    public static final Grid grid = new Grid();

    @Rule
    public final Timeout limit = Timeout.seconds(180);

    @BeforeClass
    public static void start() throws IOException {
        grid.startAll("worker-1");
    }

    @Test
    public void jobsGoOnWithoutZooKeeperAndAServerThatIsRestartedAfterItsReturnIsFound() throws Exception {
        Path ran = grid.home().resolve("kept");
        String before = grid.push("sleep 4; echo before >> " + ran);
        grid.awaitJob(before, "executing");

        grid.kill("zookeeper");
        String during = grid.push("echo during >> " + ran);
        grid.awaitCompleted(List.of(before, during));

        grid.startZooKeeper();
        grid.stop("server");
        grid.startServer();
        grid.awaitCompleted(List.of(grid.push("echo after >> " + ran)));
    }

    @Test
    public void aZooKeeperThatLostItsDataIsToldAgain() throws Exception {
        grid.kill("zookeeper");
        Grid.delete(grid.home().resolve(".gridbatch").resolve("data").resolve("zookeeper"));
        grid.startZooKeeper();

        // It comes up only when it has found the server, which was not restarted.
        grid.startWorker("worker-2").stop("worker-1");
        grid.awaitCompleted(List.of(grid.push("echo told")));
        grid.kill("server").startServer();
        grid.awaitCompleted(List.of(grid.push("echo found")));
        grid.stop("worker-2");
        grid.startWorker("worker-1");
    }
}
