/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.junit.After;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Whatever is wrong is said in one line with what was wanted, and harms nothing that was there before. */
public class BadInputIT {
    private static final String ENDPOINTS = "/gridbatch/endpoints";

    private static Grid grid;
    private static String kept;

    @Rule
    public final Timeout limit = Timeout.seconds(120);

    @BeforeClass
    public static void start() throws IOException {
        grid = Grid.shared();
        kept = grid.push("echo kept", "--delay", "1d");
    }

    @After
    public void nothingIsLostAndAllGoOn() {
        for (String name : List.of("zookeeper", "server", "worker-1")) {
            assertTrue(name + " lives on", grid.node(name).process().isAlive());
        }
        assertTrue(grid.quick("job", kept).ok().contains("scheduled"));
        grid.awaitCompleted(List.of(grid.push("echo next")));
    }

    @Test
    public void scriptsThatCannotRunAreRefusedBeforeTheyAreQueued() throws IOException {
        String before = counts();
        refused(1, grid.batch("push", ""), "the script is empty", "want a Gogo script");
        refused(1, grid.commands().runWithInput("", "push", "-"), "standard input is empty", "want a Gogo script");
        refused(1, grid.batch("push"), "there is no script", "-f FILE");
        Path file = grid.home().resolve("large.gogo");
        String large = "echo " + "x".repeat((1 << 20) - 4);
        Files.writeString(file, large);
        refused(1, grid.batch("push", "-f", file.toString()), "large.gogo has 1048577 bytes", "at most 1048576");
        refused(
                1,
                grid.commands().runWithInput(large, "push", "-"),
                "standard input has 1048577 bytes",
                "at most 1048576");
        refused(1, grid.batch("push", "-f", "absent.gogo"), "there is no file", "absent.gogo");
        Batch.Result syntax = grid.batch("push", "echo one\necho \"two");
        assertEquals(1, syntax.status());
        assertEquals(
                "batch: the script, line 2, column 6: the script ends, but a \" is missing\n  echo \"two\n       ^\n",
                syntax.err());
        assertEquals("nothing was queued", before, counts());
    }

    @Test
    public void aScriptAtTheCapIsTaken() throws IOException {
        Path file = grid.home().resolve("capped.gogo");
        Files.writeString(file, "echo " + "x".repeat((1 << 20) - 5));
        grid.awaitCompleted(
                List.of(grid.batch("push", "-f", file.toString()).ok().strip()));
    }

    @Test
    public void unknownWordsOptionsAndIdsAreNamed() {
        refused(1, grid.batch("job", "no-such-job"), "no job 'no-such-job'");
        refused(1, grid.batch("log", "no-such-job"), "no job 'no-such-job'");
        refused(1, grid.batch("wait", "no-such-job"), "no job 'no-such-job'");
        refused(1, grid.batch("conjure", "up"), "there is no command 'conjure'", "batch help");
        refused(1, grid.batch("push", "--sooner", "echo"), "unknown option '--sooner'", "--delay");
        refused(1, grid.batch("push", "--delay", "soon", "echo"), "soon", "5m");
        refused(2, grid.batch("nodes", "--sooner"), "--sooner", "batch nodes --help");
        refused(2, grid.batch("--sooner", "jobs"), "--sooner", "batch --help");
    }

    @Test
    public void unknownSettingsAreNamedAndSoAreThoseThatThereAre() throws IOException {
        refused(1, grid.batch("worker", "--set", "worker.slot=8"), "'worker.slot' is no setting", "worker.slots");
        refused(1, grid.batch("--set", "worker.slot=8", "jobs"), "'worker.slot' is no setting", "worker.slots");
        refused(2, grid.batch("worker", "--set", "worker.slots"), "worker.slots", "KEY=VALUE");
        Batch other = new Batch(grid.home()).with("GRIDBATCH_SLOTS", "8");
        refused(1, other.run("worker"), "variable GRIDBATCH_SLOTS is no setting", "GRIDBATCH_WORKER_SLOTS");
        refused(1, config("{\"org.gridbatch.worker\": {\"slot\": 8}}"), "'slot' is no key", "slots");
        refused(1, config("{\"org.gridbatch.wroker\": {}}"), "no configuration 'org.gridbatch.wroker'", ".worker");
        refused(1, config("{\"org.gridbatch.worker\":\n {"), "config.json is no JSON", "line 2");
        refused(1, grid.batch("worker", "--config", "absent.json"), "no configuration file", "absent.json");
        refused(1, grid.batch("worker", "--name", "a/b"), "name is 'a/b'", "want 1 to 63 letters");
    }

    @Test
    public void valuesOutOfRangeStopANodeThatIsToStart() {
        refused(1, grid.batch("worker", "--set", "worker.slots=0", "--name", "w0"), "slots is 0", "want 1 to");
        refused(1, grid.batch("worker", "--set", "worker.slots=x", "--name", "w0"), "worker.slots", "x");
        refused(
                1,
                grid.batch("server", "--name", "s0", "--set", "queue.lease.seconds=1"),
                "lease.seconds is 1",
                "want 2 to");
    }

    @Test
    public void portsAndDirectoriesThatAreTakenAreNamed() throws IOException {
        String port = grid.zookeeper().replaceAll(".*:", "");
        refused(1, grid.batch("zookeeper", "--name", "zookeeper-2"), "cannot listen at", ":" + port, "in use");
        refused(
                1,
                grid.batch("server", "--name", "server-2", "--set", "transport.port=" + grid.transportPort()),
                Integer.toString(grid.transportPort()),
                "in use");
        Path file = Files.writeString(grid.home().resolve("file"), "in the way");
        refused(1, grid.batch("server", "--data", file.resolve("data").toString()), file.toString());
        refused(1, grid.batch("server", "--name", "server"), "server", "in use", "--name");
    }

    @Test
    public void withoutZooKeeperACommandGivesUpInTimeAndNamesTheAddress() throws IOException {
        String nobody = "127.0.0.1:" + Grid.freePort();
        long start = System.nanoTime();
        Batch.Result result = grid.batch("--set", "shell.timeout.seconds=3", "status", "--zookeeper", nobody);
        long tookSeconds = (System.nanoTime() - start) / 1_000_000_000;
        refused(1, result, "no queue-server is in sight, tried for 3s", nobody);
        assertTrue("gave up after " + tookSeconds + " s", tookSeconds >= 3 && tookSeconds < 15);
    }

    @Test
    public void aSecondGridOnTheSameZooKeeperIsRefusedByNamingBoth() throws Exception {
        String first = gridIn(grid.quick("status").ok());
        grid.startAndAwait("server", "intruder");
        try {
            Batch.awaitTrue(
                    "the second grid is noticed",
                    20,
                    () -> grid.quick("status").err().contains("queues of 2 grids are in sight"));
            refused(1, grid.batch("status"), "queues of 2 grids are in sight", first, " and ");
        } finally {
            grid.stop("intruder");
        }
        Batch.awaitTrue(
                "the grid is the only one again", 20, () -> grid.quick("status").status() == 0);
        assertEquals(first, gridIn(grid.quick("status").ok()));
    }

    @Test
    public void damagedEndpointsInZooKeeperHideNoOther() throws Exception {
        grid.inZooKeeper(zookeeper -> {
            for (String data : List.of("", "no xml", "<endpoint-descriptions>", "\u0001")) {
                zookeeper.create(
                        ENDPOINTS + "/damaged-" + data.length(),
                        data.getBytes(StandardCharsets.UTF_8),
                        ZooDefs.Ids.OPEN_ACL_UNSAFE,
                        CreateMode.EPHEMERAL);
            }
            grid.startWorker("worker-2").stop("worker-2");
            return grid.quick("status").ok();
        });
    }

    @Test
    public void randomBytesOnTheTransportsPortDisturbNobody() throws IOException {
        Random random = new Random(4711);
        for (int i = 0; i < 20; i++) {
            byte[] noise = new byte[1 + random.nextInt(4_000)];
            random.nextBytes(noise);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), grid.transportPort());
                    OutputStream out = socket.getOutputStream()) {
                out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 0, i % 2 * 24);
                out.write(noise);
            } catch (IOException e) {
                // It may hang up on us.
            }
        }
    }

    private static Batch.Result config(String json) throws IOException {
        Path file = Files.writeString(grid.home().resolve("config.json"), json);
        return grid.batch("worker", "--name", "configured", "--config", file.toString());
    }

    private static String gridIn(String status) {
        return status.lines().findFirst().orElseThrow().replaceAll("grid +", "");
    }

    /** Without what goes by itself: the history takes what was final before. */
    private static String counts() {
        return grid.quick("status").ok().replaceAll("(?m)^unarchived .*\\n", "");
    }

    /** The last line is the message; a node that was to stay may have logged something before. */
    private static void refused(int status, Batch.Result result, String... texts) {
        List<String> lines = result.err().lines().toList();
        String all = "status " + result.status() + "\n" + result.out() + result.err();
        assertEquals(all, status, result.status());
        assertFalse(all, lines.isEmpty());
        String last = lines.get(lines.size() - 1);
        assertTrue(all, last.startsWith("batch: "));
        for (String text : texts) assertTrue("wanted " + text + ":\n" + all, last.contains(text));
        assertFalse(all, result.err().contains("\tat "));
        boolean onlyOne = lines.stream().allMatch(line -> line == last || line.matches("\\d\\d:\\d\\d:\\d\\d\\..*"));
        assertTrue("one line, but for the log:\n" + all, onlyOne);
    }
}
