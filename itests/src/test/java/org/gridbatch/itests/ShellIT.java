/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.is;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Works on a grid as a person or a script does at a prompt. */
public class ShellIT {
    private static Grid grid;

    @Rule
    public final Timeout limit = Timeout.seconds(150);

    @BeforeClass
    public static void start() throws IOException {
        grid = Grid.shared();
    }

    @Test
    public void aJobIsPushedWaitedForAndReadThroughARunningNode() {
        pushWaitAndRead(grid.commands());
    }

    @Test
    public void aJobIsPushedWaitedForAndReadThroughNodesThatLiveForOneCommand() throws IOException {
        pushWaitAndRead(elsewhere());
    }

    @Test
    public void aCommandThatFailsSaysWhyOnStandardErrorInBothCases() throws IOException {
        for (Batch batch : List.of(grid.commands(), elsewhere())) {
            assertEquals(new Batch.Result(1, "", "batch: no job 'nope'\n"), batch.run("job", "nope"));
        }
    }

    @Test
    public void aScriptComesFromStandardInput() {
        String id = grid.commands()
                .runWithInput("x = piped\necho $x $1\n", "push", "-", "--arg", "in")
                .ok()
                .strip();
        grid.awaitCompleted(List.of(id));
        assertEquals("piped in\n", grid.batch("log", id).ok());
    }

    @Test
    public void aLineOfGogoRunsWithItsOutputAndItsStatus() {
        assertEquals(new Batch.Result(0, "1\n2\n", ""), grid.batch("shell", "-c", "each [1 2] { echo $it }"));
        Batch.Result failed = grid.batch("shell", "-c", "echo before; throw broken; echo after");
        assertEquals(1, failed.status());
        assertEquals("before\n", failed.out());
        assertTrue(failed.err(), failed.err().contains("broken"));
    }

    @Test
    public void waitTellsByItsStatusWhetherTheJobWorked() {
        String good = grid.push("echo good");
        String bad = grid.push("throw broken", "--max-attempts", "1");
        assertEquals(0, grid.batch("wait", good).status());
        Batch.Result result = grid.batch("wait", good, bad);
        assertEquals(1, result.status());
        assertTrue(result.err(), result.err().contains("1 of 2 jobs did not complete: job " + bad + " is discarded"));
        Batch.Result late = grid.batch("wait", grid.push("echo later", "--delay", "1h"), "--for", "1s");
        assertEquals(1, late.status());
        assertTrue(late.err(), late.err().contains("is still scheduled after 1s"));
    }

    @Test
    public void aLogIsFollowedUntilItsJobIsFinal() {
        String id = grid.push("each [1 2 3 4] { echo turn $it; sleep 1 }");
        assertEquals(
                "turn 1\nturn 2\nturn 3\nturn 4\n", grid.batch("log", "-f", id).ok());
        String bad = grid.push("echo before; sleep 2; throw broken", "--max-attempts", "1");
        Batch.Result result = grid.batch("log", "-f", bad);
        assertEquals(1, result.status());
        assertEquals("before\n", result.out());
        assertTrue(result.err(), result.err().contains("job " + bad + " is discarded"));
    }

    @Test
    public void theGridIsNamedBeforeOrAfterTheCommandWord() throws IOException {
        Batch unset = new Batch(grid.home());
        String before = unset.run("--zookeeper", grid.zookeeper(), "status").ok();
        assertTrue(before, before.startsWith("grid "));
        assertTrue(unset.run("status", "--zookeeper", grid.zookeeper()).ok().startsWith("grid "));
        assertTrue(unset.run("status", "--zookeeper=" + grid.zookeeper()).ok().startsWith("grid "));
        assertTrue(unset.run("nodes", "--zookeeper", grid.zookeeper()).ok().contains("worker-1"));
    }

    @Test
    public void aPersonAttachesToANodeAndLeavesItRunning() throws Exception {
        // script(1) gives the command a terminal.
        assumeTrue("there is no /usr/bin/script", Files.isExecutable(Path.of("/usr/bin/script")));
        Process process = grid.commands()
                .startCommand(List.of(
                        "script", "-qec", Batch.distribution().resolve("bin/batch") + " attach worker-1", "/dev/null"));
        Batch.Collector out = new Batch.Collector(process.getInputStream());
        try (OutputStream keyboard = process.getOutputStream()) {
            Batch.awaitTrue("a prompt", 20, () -> out.soFar().contains(">"));
            keyboard.write("health\r".getBytes(StandardCharsets.US_ASCII));
            keyboard.write("echo (\"four\" length)\r".getBytes(StandardCharsets.US_ASCII));
            keyboard.flush();
            Batch.awaitTrue("the answers", 20, () -> out.soFar().matches("(?s).*up\\r+\\n.*4\\r+\\n.*"));
            keyboard.write(4);
            keyboard.flush();
            assertTrue("Ctrl-D ends it:\n" + out.soFar(), process.waitFor(20, TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }
        assertEquals(out.text(), 0, process.exitValue());
        assertTrue(grid.node("worker-1").process().isAlive());
        grid.awaitCompleted(List.of(grid.push("echo still here")));
    }

    @Test
    public void aTableFitsAPersonsTerminalAndIsWholeInAPipe() throws Exception {
        assumeTrue("there is no /usr/bin/script", Files.isExecutable(Path.of("/usr/bin/script")));
        String name = "a-name-that-is-longer-than-all-the-others-".repeat(2);
        grid.push("echo named", "--name", name);
        String jobs = Batch.distribution().resolve("bin/batch") + " jobs --name " + name;
        Process process =
                grid.commands().startCommand(List.of("script", "-qec", "stty cols 100; " + jobs, "/dev/null"));
        String shown;
        try {
            Batch.Collector out = new Batch.Collector(process.getInputStream());
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            shown = out.text().replaceAll("\u001b\\[[0-9]*m", "");
        } finally {
            process.destroyForcibly();
        }
        assertTrue(shown, shown.contains("…"));
        shown.lines().forEach(line -> assertTrue(line, line.strip().length() <= 100));
        String piped = grid.batch("jobs", "--name", name).ok();
        assertTrue(piped, piped.contains(name));
    }

    @Test
    public void attachNamesTheNodesThatThereAre() {
        Batch.Result result = grid.batch("attach", "worker-9");
        assertEquals(1, result.status());
        assertEquals("batch: no node 'worker-9': server, worker-1, zookeeper\n", result.err());
    }

    /** Commands that see no running node, as on another machine. */
    private static Batch elsewhere() throws IOException {
        Path home = Files.createDirectories(grid.home().resolve("elsewhere"));
        return new Batch(home).with("GRIDBATCH_ZOOKEEPER", grid.zookeeper());
    }

    @Test
    public void aQueueIsPausedLimitedAndAJobWaitsForAnother() {
        grid.quick("pause", "held").ok();
        String first = grid.push("sleep 3", "-q", "held");
        String second = grid.push("echo second", "-q", "held");
        String after = grid.push("echo after", "--after", first);
        assertThat(grid.quick("why", first).ok(), containsString("queue held is paused"));
        assertThat(grid.quick("settings").ok(), containsString("paused"));

        grid.quick("limit", "held", "--concurrency", "1").ok();
        grid.quick("resume", "held").ok();
        grid.awaitJob(first, "executing");
        assertThat(
                grid.quick("why", second).ok(), containsString("queue held has as many jobs executing as it may: 1"));
        assertThat(
                grid.quick("why", after).ok(),
                containsString("it waits until job " + first + ", which is executing, completes"));
        grid.awaitCompleted(List.of(first, second, after));

        assertEquals(
                "queue held: nothing is set\n",
                grid.quick("limit", "held", "--none").ok());
    }

    @Test
    public void aDrainedWorkerGetsNoJobUntilItIsUndrained() {
        awaitWorker("worker-1");
        grid.quick("drain", "worker-1").ok();
        try {
            assertThat(grid.quick("workers").ok(), containsString("worker-1  drained"));
            String id = grid.push("echo waited");
            assertThat(
                    grid.quick("why", id).ok(), containsString("the workers that could run it are drained: worker-1"));
            grid.quick("undrain", "worker-1").ok();
            grid.awaitCompleted(List.of(id));
        } finally {
            grid.quick("undrain", "worker-1").ok();
        }
    }

    @Test
    public void aJobGoesToTheOnlyWorkerThatOffersWhatItCalls() throws Exception {
        awaitWorker("worker-1");
        Batch.Result early = grid.quick("push", "demo:length");
        String id = early.ok().strip();
        assertThat(early.err(), containsString("note: no worker offers demo:length"));
        assertThat(grid.quick("why", id).ok(), containsString("no worker offers demo:length"));

        grid.startWorker("worker-2");
        // A command as a bundle would register it: the method length() of a string.
        grid.line("worker-2", """
                p = (new java.util.Hashtable)
                $p put osgi.command.scope demo
                $p put osgi.command.function length
                $.context registerService java.lang.Object "4711" $p""").ok();

        assertThat(grid.quick("wait", id, "--for", "20s").ok(), containsString("worker-2"));
        assertThat(grid.quick("job", id).ok(), containsString("result     4"));

        grid.stop("worker-2");
        String late = grid.push("echo hello", "--needs", "demo:length");
        await("the worker is missed")
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> grid.quick("why", late).ok(),
                        containsString("no worker offers demo:length; worker-2 did until"));
        grid.quick("cancel", late).ok();
    }

    @Test
    public void aThousandItemsRunOnceEachOnTwoWorkersAndThenTheJobBehindThem() throws Exception {
        grid.startWorker("worker-a");
        try {
            awaitWorker("worker-a");
            Path ran = Files.createDirectory(grid.home().resolve("items-that-ran"));
            String script = "f = (new java.io.File " + ran + " $it); "
                    + "if { not { $f createNewFile } } { echo again >> " + ran + "/again }";
            String items =
                    IntStream.range(0, 1_000).mapToObj(i -> "shop-" + i + "\n").collect(Collectors.joining());
            Batch.Result push = grid.commands()
                    .runWithInput(
                            items,
                            "push",
                            script,
                            "--lines",
                            "-",
                            "--id",
                            "shops",
                            "--key-each",
                            "--throttle",
                            "7",
                            "--canary",
                            "3",
                            "--then",
                            "echo $args");
            assertEquals(new Batch.Result(0, "shops\n", ""), push);
            assertThat(grid.quick("wait", "shops", "--for", "100s").ok(), containsString("1000/1000"));
            grid.awaitCompleted(List.of("shops-then"));

            assertEquals(
                    "shops 1000 1000 0 0\n", grid.quick("log", "shops-then").ok());
            String[] files = ran.toFile().list();
            assertEquals(Arrays.toString(files), 1_000, files.length);
            List<String> rows = grid.quick("jobs", "--array", "shops", "-n", "1000")
                    .ok()
                    .lines()
                    .toList();
            assertEquals(1_001, rows.size());
            for (String worker : List.of("worker-1", "worker-a")) {
                assertTrue(worker, rows.stream().anyMatch(row -> row.contains(worker)));
            }
            await("the history has all of it")
                    .atMost(Duration.ofSeconds(20))
                    .until(
                            () -> grid.quick("history", "--array", "shops", "-n", "1000")
                                    .ok()
                                    .lines()
                                    .count(),
                            is(1_001L));
        } finally {
            grid.stop("worker-a");
        }
    }

    /** A worker can be up a moment before it has found the queue. */
    private static void awaitWorker(String name) {
        await(name + " has found the queue")
                .atMost(Duration.ofSeconds(20))
                .until(() -> grid.quick("workers").ok().contains(name));
    }

    private static void pushWaitAndRead(Batch batch) {
        Batch.Result push = batch.run("push", "echo to out; echo $1", "--arg", "4711");
        assertEquals("", push.err());
        String id = push.ok().strip();
        assertTrue(push.out(), id.matches("\\w+"));
        String waited = batch.run("wait", id, "--for", "30s").ok();
        assertTrue(waited, waited.contains(id + "  completed"));
        assertEquals(new Batch.Result(0, "to out\n4711\n", ""), batch.run("log", id));
    }
}
