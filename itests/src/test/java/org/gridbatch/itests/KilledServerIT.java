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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Kills the queue-server while it works: what it acknowledged is done, and known, all the same. */
public class KilledServerIT {
    @ClassRule
    public static final Grid grid = new Grid();

    @Rule
    public final Timeout limit = Timeout.seconds(180);

    @BeforeClass
    public static void start() throws IOException {
        grid.start("zookeeper", "zookeeper");
        grid.start("server", "server");
        grid.start("worker", "worker-1", "--set", "worker.slots=2");
        grid.awaitUp("zookeeper", "server", "worker-1");
    }

    @Test
    public void jobsThatWereAcknowledgedBeforeTheKillAllCompleteOnTheWorkerThatStayed() throws Exception {
        Path ran = grid.home().resolve("ran-once");
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) ids.add(grid.push("sleep 2; echo $1 >> " + ran, "--arg", "line-" + i));

        grid.kill("server");
        long before = Files.exists(ran) ? Files.readAllLines(ran).size() : 0;
        assertTrue("some have yet to run: " + before, before < ids.size());
        grid.startServer();

        grid.awaitCompleted(ids);
        assertTrue("the worker lives on", grid.node("worker-1").process().isAlive());
        List<String> lines = Files.readAllLines(ran);
        for (int i = 0; i < 8; i++) assertTrue("line-" + i + " in " + lines, lines.contains("line-" + i));
        assertHistoryHasEachOnce(ids);
    }

    @Test
    public void aProducerLosesNothingWhileTheServerIsKilledAgainAndAgain() throws Exception {
        Path ran = grid.home().resolve("ran-again");
        List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
        List<String> refusals = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean stop = new AtomicBoolean();
        Thread producer = new Thread(
                () -> {
                    for (int i = 0; !stop.get(); i++) {
                        String id = "produced-" + i;
                        Batch.Result result;
                        // The id makes the repeat the same push.
                        do {
                            result = grid.batch("push", "--id", id, "--arg", id, "echo $1 >> " + ran);
                            if (result.status() != 0) refusals.add(result.err());
                        } while (result.status() != 0 && refusals.size() < 10);
                        if (result.status() == 0) acknowledged.add(id);
                    }
                },
                "producer");
        producer.start();
        for (int kill = 0; kill < 3; kill++) {
            int before = acknowledged.size();
            Batch.awaitTrue("the producer goes on: " + refusals, 40, () -> acknowledged.size() > before + 2);
            grid.kill("server").startServer();
        }
        int before = acknowledged.size();
        Batch.awaitTrue("the producer goes on: " + refusals, 40, () -> acknowledged.size() > before + 2);
        stop.set(true);
        producer.join(60_000);

        grid.awaitCompleted(acknowledged);
        assertTrue(new HashSet<>(Files.readAllLines(ran)).containsAll(acknowledged));
        assertHistoryHasEachOnce(acknowledged);
    }

    private static void assertHistoryHasEachOnce(List<String> ids) throws Exception {
        Map<String, Long> completed = completed("jobs");
        for (String id : ids) assertEquals(id, Long.valueOf(1), completed.get(id));
        Batch.awaitTrue(
                "the history has all", 20, () -> completed("history").keySet().containsAll(ids));
        Map<String, Long> archived = completed("history");
        for (String id : ids) assertEquals("in the history: " + id, Long.valueOf(1), archived.get(id));
        String others = grid.quick("jobs", "--state", "scheduled,available,executing,retryable,cancelled,discarded")
                .ok();
        assertEquals("nothing else", "no jobs", others.strip());
    }

    private static Map<String, Long> completed(String command) {
        return grid.quick(command, "-n", "10000", "--state", "completed")
                .ok()
                .lines()
                .map(line -> line.split(" ")[0])
                .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
    }
}
