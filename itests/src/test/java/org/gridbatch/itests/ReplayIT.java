/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** What {@code batch replay} tells of the data that a server has left. */
public class ReplayIT {
    @ClassRule
    public static final Grid grid = new Grid();

    @Rule
    public final Timeout limit = Timeout.seconds(120);

    private static Path data;
    private static String done;
    private static String waiting;
    private static String array;
    private static Batch.Result whileInUse;

    @BeforeClass
    public static void leaveData() throws Exception {
        Path below = grid.home().resolve("replayed");
        data = below.resolve("server").resolve("queue");
        grid.startAll("worker-1", "--data", below.toString());
        done = grid.push("echo done");
        grid.awaitCompleted(List.of(done));
        waiting = grid.push("no-such-command", "--queue", "later", "--name", "waits");
        grid.quick("pause", "later").ok();
        array = grid.push("no-such-command $it", "--queue", "later", "--each", "zurich", "bern", "basel");
        grid.quick("cancel", array + ":1").ok();
        grid.quick("cron", "add", "nightly", "0 3 * * *", "echo night").ok();
        whileInUse = grid.batch("replay", data.toString());
        grid.stop("worker-1");
        grid.stop("server");
    }

    @Test
    public void theStateHasQueuesArraysSchedulesAndSettings() {
        String state = grid.batch("replay", data.toString()).ok();
        for (String line : List.of(
                "state at index \\d+, \\S+",
                "queue default: completed 1",
                "queue later: available 3 cancelled 1; paused",
                "array " + array + ": available: 3 items, available 2 cancelled 1",
                "schedule nightly: 0 3 \\* \\* \\* in UTC; next at \\S+")) {
            assertTrue(line + " in\n" + state, state.lines().anyMatch(one -> one.matches(line)));
        }
    }

    @Test
    public void theStoryOfAJobEndsAsTheJobDid() {
        List<String> story = story(done);
        assertEquals(story.toString(), 5, story.size());
        assertTrue(story.toString(), story.get(0).matches("#\\d+ \\S+ submitted: none -> available"));
        assertTrue(story.toString(), story.get(1).contains("granted to worker-1"));
        assertTrue(story.toString(), story.get(2).contains(" -> completed, attempt 1"));
        assertEquals("job " + done + ": completed, attempt 1", story.get(4));
        List<String> other = story(waiting);
        assertEquals(other.toString(), 3, other.size());
    }

    @Test
    public void theStoryOfAnItemIsItsOwn() {
        List<String> untouched = story(array + ":0");
        assertEquals("job " + array + ":0: available", untouched.get(untouched.size() - 1));
        assertTrue(untouched.toString(), untouched.stream().noneMatch(line -> line.contains("cancel")));
        List<String> cancelled = story(array + ":1");
        assertTrue(cancelled.toString(), cancelled.get(cancelled.size() - 3).contains("cancel requested"));
        assertTrue(cancelled.toString(), cancelled.get(cancelled.size() - 1).contains("cancelled"));
    }

    @Test
    public void theStateCanBeTakenBeforeAndItsHashIsTheSameEachTime() {
        String submitted = story(waiting).get(0).replaceAll("#(\\d+) .*", "$1");
        String before = Integer.toString(Integer.parseInt(submitted) - 1);
        String early = grid.batch("replay", data.toString(), "--until", before).ok();
        assertTrue(early, early.startsWith("state at index " + before + ", "));
        assertFalse(early, early.contains("queue later"));
        String one = hash("--until", before);
        assertEquals(one, hash("--until", before));
        assertFalse(one.equals(hash()));
    }

    @Test
    public void whatCannotBeReplayedIsSaidInOneLine() {
        refused(whileInUse, "a queue-server is using " + data + "; stop it, or replay a copy");
        String nodes = data.getParent().getParent().toString();
        assertEquals(
                grid.batch("replay", data.toString()).ok(),
                grid.batch("replay", nodes).ok());
        refused(grid.batch("replay", grid.home().toString()), "there is no grid.id");
        refused(grid.batch("replay", data.toString(), "--until", "-3"), "--until is -3, want 0 or more");
        Batch.Result unknown = grid.batch("replay", data.toString(), "--job", "nobody");
        assertTrue(unknown.ok(), unknown.out().startsWith("no entry of the log touches job nobody\n"));
    }

    private static List<String> story(String jobId) {
        return grid.batch("replay", data.toString(), "--job", jobId)
                .ok()
                .lines()
                .toList();
    }

    private static String hash(String... more) {
        List<String> words = new ArrayList<>(List.of("replay", data.toString(), "--hash"));
        words.addAll(List.of(more));
        List<String> lines =
                grid.batch(words.toArray(new String[0])).ok().lines().toList();
        String last = lines.get(lines.size() - 1);
        assertTrue(last, last.matches("sha256 [0-9a-f]{64}"));
        return last;
    }

    private static void refused(Batch.Result result, String text) {
        assertEquals(result.toString(), 1, result.status());
        assertEquals(result.toString(), "", result.out());
        assertEquals(result.toString(), 1, result.err().lines().count());
        assertTrue(
                result.toString(),
                result.err().startsWith("batch: ") && result.err().contains(text));
    }
}
