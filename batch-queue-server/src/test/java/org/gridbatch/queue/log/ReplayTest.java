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
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.engine.Settings;
import org.gridbatch.queue.engine.Ticker;
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
                        + "state at index 4, \\S+\njob job-1: completed, attempt 1\nsha256 [0-9a-f]{64}\n"));
        assertTrue(tell(data, "", 2).contains("queue default: available 1 executing 1\n"));
        assertTrue(tell(data, "", 99).startsWith("state at index 4, the end of the log, "));
        assertTrue(tell(data, "job-9", -1).startsWith("no entry of the log touches job job-9\n"));
        assertEquals("nothing is changed", before, bytes(data));
    }

    @Test
    public void arraysSchedulesSettingsAndRetriesArePartOfTheStateAndOfStories() throws Exception {
        Path data = folder.getRoot().toPath().resolve("data");
        Instant tick = Instant.parse("2100-01-01T03:00:00Z");
        JobSpec template = JobSpec.script("echo $it").jobId("many").queue("q").build();
        ScheduleSpec nightly = new ScheduleSpec("nightly", "0 3 * * *", "UTC", template, null, null);
        try (TestServer server = new TestServer(data, 1 << 20)) {
            done(server, new Command.Pause("q", true, "ann"));
            done(server, new Command.Weigh("shop", 3, "ann"));
            done(server, new Command.Restrict("api", new Limit(2, Rate.UNLIMITED), "ann"));
            done(server, new Command.Drain("w9", true, "ann"));
            done(server, new Command.OpenArray(ArraySpec.of(template), Items.NONE, Command.Room.AMPLE));
            Items items = Items.of(Collections.nCopies(100_000, "x"));
            done(server, new Command.AddItems("many", 0, items, Command.Room.AMPLE));
            done(server, new Command.SealArray("many", 100_000));
            done(server, new Command.Cancel(List.of("many:7"), "not this one", "ann"));
            server.submit("plain");
            done(server, new Command.Cancel(List.of("plain"), ""));
            done(server, new Command.Retry(List.of("plain"), Command.Room.AMPLE, "ben"));
            done(server, new Command.PutSchedule(nightly, tick.toEpochMilli(), 10, Long.MAX_VALUE, "ann"));
            long next = tick.plusSeconds(86_400).toEpochMilli();
            done(server, new Command.Fire("nightly", 1, tick.toEpochMilli(), false, next, Command.Room.AMPLE));
        }
        String state = tell(data, "", -1);
        for (String line : List.of(
                "queue default: available 1 cancelled 1",
                "queue q: available 100000 cancelled 1; paused",
                "tenant shop: weight 3",
                "limit api: at most 2 at a time",
                "worker w9: drained",
                "array many: available: 100000 items, available 99999 cancelled 1",
                "schedule nightly: 0 3 * * * in UTC; next at 2100-01-02T03:00:00Z, last fired for " + tick)) {
            assertTrue(state, state.lines().anyMatch(line::equals));
        }
        assertEquals(
                "given to its array: none -> unchanged\n"
                        + "its array: sealed with 100000 items: none -> available\n"
                        + "job many:5: available\n",
                story(tell(data, "many:5", -1)));
        assertEquals(
                "given to its array: none -> unchanged\n"
                        + "its array: sealed with 100000 items: none -> available\n"
                        + "cancel requested by ann, because not this one: available -> cancelled, not this one\n"
                        + "job many:7: cancelled, not this one\n",
                story(tell(data, "many:7", -1)));
        assertEquals(
                "submitted to try job plain again: none -> available\njob plain~2: available\n",
                story(tell(data, "plain~2", -1)));
        assertEquals(
                "due by schedule nightly: none -> available\njob nightly-21000101T030000Z: available\n",
                story(tell(data, "nightly-21000101T030000Z", -1)));
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
        RatisLog log = new RatisLog(copy, 1 << 20, Duration.ofSeconds(20));
        Settings settings = TestServer.settings(1_000, Settings.Archiving.OFF);
        // Its jobs are as old as the day on which it was written, and by another clock they would be pruned.
        try (TestServer server = new TestServer(log, 1, settings, stopped("2026-12-01T15:10:00Z"))) {
            assertEquals(JobState.AVAILABLE, server.stateOf("job-20"));
            assertEquals(JobState.BLOCKED, server.stateOf("that-waits"));
            assertEquals(JobState.COMPLETED, server.stateOf("array-touched:0"));
            assertEquals(JobState.EXECUTING, server.stateOf("array-touched:1"));
            assertEquals(JobState.AVAILABLE, server.stateOf("run-now"));
            assertEquals(JobState.AVAILABLE, server.stateOf("unique-1"));
        }
    }

    private static Ticker stopped(String at) {
        Instant wall = Instant.parse(at);
        return new Ticker() {
            @Override
            public long nanos() {
                return 0;
            }

            @Override
            public Instant wall() {
                return wall;
            }
        };
    }

    private static void done(TestServer server, Command command) throws Exception {
        Result result = server.engine.execute(command).get(10, TimeUnit.SECONDS);
        if (result instanceof Result.Refused refused) throw refused.toException();
    }

    /** Without indexes, times, the line of the state and the hash. */
    private static String story(String told) {
        return told.replaceAll("(?m)^#\\d+ \\S+ ", "").replaceAll("(?m)^(state at|sha256) .*\n", "");
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
