/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;

/** {@code batch up} is a grid that takes jobs, keeps them, and goes without leaving a process behind. */
public class UpIT {
    @Rule
    public final Timeout limit = Timeout.seconds(150);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** All that were started, with those that they started themselves: they end with the test whatever it finds. */
    private final List<ProcessHandle> started = new ArrayList<>();

    private String zookeeper;
    private Batch batch;

    @Before
    public void choosePorts() throws IOException {
        zookeeper = "127.0.0.1:" + Grid.freePort();
        Path home = folder.getRoot().toPath();
        batch = new Batch(home)
                .with("GRIDBATCH_ZOOKEEPER", zookeeper)
                .with("GRIDBATCH_DATA", home.resolve("data").toString());
    }

    @After
    public void leaveNothing() {
        noteDescendants();
        started.forEach(ProcessHandle::destroyForcibly);
        Batch.awaitTrue("all have ended", 10, () -> started.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    public void aGridRunsJobsUntilCtrlCAndKnowsThemWhenItIsStartedAgain() throws Exception {
        // script(1) gives the command a terminal, whose Ctrl-C goes to the grid's nodes as well.
        assumeTrue("there is no /usr/bin/script", Files.isExecutable(Path.of("/usr/bin/script")));
        // A build in the background has its Ctrl-C ignored, and hands that down to all that it starts.
        String heard = "env --default-signal=INT ";
        assumeTrue(
                "env knows no signals",
                batch.startCommand(List.of("sh", "-c", heard + "true")).waitFor() == 0);
        Path command = Batch.distribution().resolve("bin/batch");
        Up terminal = up(List.of("script", "-qec", heard + command + " up --workers 2", "/dev/null"));
        String id = batch.run("push", "echo from up").ok().strip();
        assertEquals(0, batch.run("wait", "--for", "60s", id).status());
        Batch.awaitTrue("both workers are listed", 60, () -> {
            String workers = batch.run("workers").ok();
            return workers.contains("worker-1") && workers.contains("worker-2");
        });

        OutputStream keyboard = terminal.process().getOutputStream();
        keyboard.write(3);
        keyboard.flush();
        assertEnds(terminal, 130);

        Up again = up(List.of(command.toString(), "up", "--workers", "0"));
        String job = batch.run("job", id).ok();
        assertTrue(job, job.contains("completed"));
        again.process().destroy();
        assertEnds(again, 143);
    }

    @Test
    public void aPortThatIsTakenEndsItWithOneLineThatNamesThePort() throws Exception {
        int port = Integer.parseInt(zookeeper.replaceAll(".*:", ""));
        Batch.Result result;
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertTrue(taken.isBound());
            result = batch.run("up", "--workers", "0");
        }
        assertEquals(result.out(), 1, result.status());
        String said = result.err();
        assertEquals(said, 1, said.lines().count());
        assertTrue(said, said.startsWith("batch: "));
        assertTrue(said, said.contains(zookeeper) && said.contains("in use"));
        String nodes = batch.run("nodes").ok();
        assertEquals("nothing below the headings:\n" + nodes, 1, nodes.lines().count());
    }

    /** A running {@code batch up}. */
    private record Up(Process process, Batch.Collector out, Batch.Collector err) {
        String said() {
            return out.soFar() + err.soFar();
        }
    }

    private Up up(List<String> command) throws IOException {
        Process process = batch.startCommand(command);
        started.add(process.toHandle());
        Up up = new Up(
                process, new Batch.Collector(process.getInputStream()), new Batch.Collector(process.getErrorStream()));
        Batch.awaitTrue("the grid is up", 90, () -> {
            assertTrue(up.said(), process.isAlive());
            return up.out().soFar().contains("The grid is up: ZooKeeper " + zookeeper);
        });
        return up;
    }

    private void assertEnds(Up up, int status) throws InterruptedException {
        noteDescendants();
        assertTrue("does not end:\n" + up.said(), up.process().waitFor(60, TimeUnit.SECONDS));
        assertEquals(up.said(), status, up.process().exitValue());
        Batch.awaitTrue("none is left of " + started, 5, () -> started.stream().noneMatch(ProcessHandle::isAlive));
    }

    private void noteDescendants() {
        for (ProcessHandle one : List.copyOf(started)) one.descendants().forEach(started::add);
    }
}
