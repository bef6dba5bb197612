/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ReplayTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void theStoryOfAJobIsToldAndNoByteIsChanged() throws Exception {
        Path data = folder.getRoot().toPath().resolve("data");
        try (TestServer server = new TestServer(data, 1 << 20)) {
            server.submit("job-1", "job-2");
            Lease lease = server.engine
                    .claim(new ClaimRequest("w1", "i1", 1, List.of(), "", "", 1, 1, 0, Duration.ofSeconds(5)))
                    .get(10, TimeUnit.SECONDS)
                    .get(0);
            server.engine.execute(end(lease)).get(10, TimeUnit.SECONDS);
            server.engine.execute(end(lease)).get(10, TimeUnit.SECONDS);
            String e = assertThrows(IOException.class, () -> tell(data, "job-1", -1))
                    .getMessage();
            assertTrue(e, e.contains("a queue-server is using " + data));
        }
        Map<String, String> before = bytes(data);
        String story = tell(data, "job-1", -1);
        assertTrue(
                story,
                story.matches("(?s)#1 \\S+ submitted: none -> available\n"
                        + "#2 \\S+ granted to w1 for its claim 1: available -> executing, attempt 1, lease 1\n"
                        + "#3 \\S+ w1 reported 'complete' under lease 1: executing, attempt 1, lease 1 -> completed, attempt 1\n"
                        + "#4 \\S+ w1 reported 'complete' under lease 1: completed, attempt 1 -> unchanged\n"
                        + "state at index 4, \\S+\nqueue default: available 1 completed 1\nsha256 [0-9a-f]{64}\n"));
        assertTrue(tell(data, "", 2).contains("queue default: available 1 executing 1\n"));
        assertTrue(tell(data, "job-9", -1).startsWith("no entry of the log touches job job-9\n"));
        assertEquals("nothing is changed", before, bytes(data));
    }

    @Test
    public void theHashIsTheSameFromTheSnapshotAndFromTheLog() throws Exception {
        Path data = folder.getRoot().toPath().resolve("data");
        try (TestServer server = new TestServer(data, 20_000)) {
            for (int i = 0; i < 40; i++) server.submit("job-" + i);
            await("a snapshot is written")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> bytes(data).keySet().stream().anyMatch(name -> name.endsWith(".md5")));
            server.submit("one-more");
        }
        assertEquals(Replay.hash(data, false), Replay.hash(data, true));
        try (TestServer server = new TestServer(data, 20_000)) {
            assertEquals(41, server.jobs());
        }
        assertEquals("after another start", Replay.hash(data, false), Replay.hash(data, true));
    }

    /** What version 0.1.0 wrote: a later one must read it, and find the same state in it. */
    @Test
    public void theDataDirectoryOfTheFirstReleaseIsRead() throws Exception {
        Path release = Path.of("src", "test", "data", "0.1.0");
        String hash = Files.readString(release.resolve("state.sha256")).trim();
        Path copy = folder.getRoot().toPath().resolve("copy");
        try (var files = Files.walk(release.resolve("data"))) {
            for (Path file : files.toList()) {
                Path target =
                        copy.resolve(release.resolve("data").relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
        assertEquals("from the log", hash, Replay.hash(copy, false));
        assertEquals("from the snapshot", hash, Replay.hash(copy, true));
        try (TestServer server = new TestServer(copy, 1 << 20)) {
            assertEquals(JobState.AVAILABLE, server.stateOf("job-20"));
            assertEquals(JobState.BLOCKED, server.stateOf("that-waits"));
            assertEquals(JobState.COMPLETED, server.stateOf("array-touched:0"));
            assertEquals(JobState.EXECUTING, server.stateOf("array-touched:1"));
            assertEquals(JobState.AVAILABLE, server.stateOf("run-now"));
            assertEquals(JobState.AVAILABLE, server.stateOf("unique-1"));
        }
    }

    private static Command.End end(Lease lease) {
        return new Command.End(List.of(new Report(
                "w1",
                lease.leaseId(),
                lease.spec().jobId(),
                ReportKind.COMPLETE,
                Duration.ZERO,
                "",
                "fine",
                CapturedText.NONE,
                CapturedText.NONE)));
    }

    private static String tell(Path data, String jobId, long until) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Replay.tell(data, jobId, until, true, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    private static Map<String, String> bytes(Path directory) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(
                        file.toString(),
                        Files.getLastModifiedTime(file) + " " + Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return all;
    }
}
