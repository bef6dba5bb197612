/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

public class RecordsTest {
    @Test
    public void aJobNeedsNoMoreThanAScript() {
        JobSpec job = JobSpec.script("echo hi").build();
        assertEquals("default", job.queue());
        assertEquals(5, job.withDefaultsOf(QueueSettings.of("default")).maxAttempts());
        assertNotEquals(job.jobId(), JobSpec.script("echo hi").build().jobId());
    }

    @Test
    public void aRefusalNamesTheFieldTheValueAndWhatWasWanted() {
        refused("the script is empty", () -> JobSpec.script(" \n").build());
        refused("queue is 'a b'", () -> JobSpec.script("x").queue("a b").build());
        refused("job id is '../x'", () -> JobSpec.script("x").jobId("../x").build());
        refused("max attempts is 0, want 1 to 1000", () -> JobSpec.script("x").maxAttempts(0));
        refused("max attempts is 1001", () -> JobSpec.script("x").maxAttempts(1_001));
        refused(
                "delay is PT-1S",
                () -> JobSpec.script("x").delay(Duration.ofSeconds(-1)).build());
        refused(
                "args has 257 entries",
                () -> JobSpec.script("x").args(Collections.nCopies(257, "a")).build());
        refused(
                "args has a null entry",
                () -> JobSpec.script("x").args(Arrays.asList("a", null)).build());
        refused(
                "tag key is 'a='",
                () -> JobSpec.script("x").tags(Map.of("a=", "b")).build());
        refused(
                "script has",
                () -> JobSpec.script("x".repeat(Limits.SCRIPT + 1)).build());
        refused("tag is 'nothing'", () -> JobQuery.ALL.withTag("nothing"));
        refused("limit is 1001", () -> JobQuery.ALL.withLimit(1_001));
        refused("backoff factor is 11", () -> new Backoff(11, Duration.ZERO, Duration.ZERO));
        refused("backoff most is PT1S", () -> new Backoff(2, Duration.ofSeconds(2), Duration.ofSeconds(1)));
    }

    @Test
    public void whatFailsAJobIsSaidInAWordForEach() {
        for (String words : List.of("no-result", "stderr", "no-result,stderr")) {
            assertEquals(words, FailOn.parse(words).toString());
        }
        assertEquals(new FailOn(true, true), FailOn.parse("stderr,no-result"));
        assertEquals("", FailOn.EXCEPTION.toString());
        refused("fail on is 'no-result,', want no-result, stderr", () -> FailOn.parse("no-result,"));
        refused("fail on is ''", () -> FailOn.parse(""));
    }

    @Test
    public void whatAnOlderProducerDoesNotSendIsTheDefault() {
        JobSpec sent = JobSpec.script("x").failOn(null).build();
        assertSame(FailOn.EXCEPTION, sent.failOn());
        FailOn strict = new FailOn(true, false);
        JobSpec job = JobSpec.script("x").failOn(strict).build();
        assertEquals(strict, job.again("other").failOn());
        assertEquals(strict, job.item("i", List.of(), "", Placement.ANYWHERE).failOn());
    }

    @Test
    public void aNameBeginsWithALetterOrDigit() {
        for (String good : List.of("a", "Z", "7", "a.b_c:d~e@f-g", "0-")) {
            assertEquals(good, JobSpec.script("x").jobId(good).build().jobId());
        }
        for (String bad : List.of("-a", ".", "_a", "a/b", "ä", "aä", "a\n", "a b", "a%", "[", "`", "{", "^")) {
            refused("job id is '" + bad, () -> JobSpec.script("x").jobId(bad).build());
        }
        refused("tag key is ''", () -> JobSpec.script("x").tags(Map.of("", "b")).build());
    }

    @Test
    public void equalScriptsAreInMemoryOnce() {
        String text = "echo " + "x".repeat(1_000);
        JobSpec first = JobSpec.script(text + "1").build();
        JobSpec other = JobSpec.script(text + "2").build();
        JobSpec wide = JobSpec.script(text + "€").build();
        JobSpec alike = JobSpec.script(text + "?").build();
        assertSame(first.script(), JobSpec.script(text + "1").build().script());
        assertSame(other.script(), JobSpec.script(text + "2").build().script());
        assertSame(wide.script(), JobSpec.script(text + "€").build().script());
        assertEquals(text + "?", alike.script());
    }

    @Test
    public void scriptsThatAreUsedOftenAreSharedAmongManyThatAreNot() {
        Set<String> copies = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 100_000; i++) {
            copies.add(JobSpec.script("often " + i % 100).build().script());
            JobSpec.script("once " + i).build();
        }
        assertTrue(copies.size() + " objects of 100 scripts in 100,000 jobs", copies.size() < 5_000);
    }

    @Test
    public void whatARecordWasMadeOfCannotBeChangedLater() {
        String[] args = {"a"};
        JobSpec job = JobSpec.script("x").args(Arrays.asList(args)).build();
        args[0] = "b";
        assertEquals(List.of("a"), job.args());
    }

    @Test
    public void backOffGrowsToItsCapAndNeverOverflows() {
        Backoff doubling = new Backoff(2, Duration.ofSeconds(5), Duration.ofHours(1));
        assertEquals(Duration.ofSeconds(5), doubling.after(1));
        assertEquals(Duration.ofSeconds(20), doubling.after(3));
        assertEquals(Duration.ofHours(1), doubling.after(1_000));
        assertEquals(Duration.ofDays(366), new Backoff(10, Duration.ofDays(300), Limits.DELAY).after(1_000));
        assertEquals(Duration.ofSeconds(7), Backoff.fixed(Duration.ofSeconds(7)).after(9));
        assertEquals(Duration.ZERO, Backoff.fixed(Duration.ZERO).after(9));
    }

    @Test
    public void idsSortByAgeAndAreNames() {
        String earlier = JobIds.next();
        assertEquals(19, earlier.length());
        assertEquals(earlier, Check.name("job id", earlier, Limits.NAME));
        assertTrue(earlier.substring(0, 9).compareTo(JobIds.next().substring(0, 9)) <= 0);
    }

    @Test
    public void finalStatesStayFinal() {
        for (JobState state : JobState.values()) {
            assertEquals(state.toString(), state.next().isEmpty(), state.isFinal());
        }
        assertEquals(
                List.of(JobState.COMPLETED, JobState.CANCELLED, JobState.DISCARDED),
                Arrays.stream(JobState.values()).filter(JobState::isFinal).toList());
    }

    @Test
    public void aPieceOfOutputIsCutBetweenCharacters() {
        LiveText piece = new LiveText(100, "aä€😀z");
        assertEquals(111, piece.end());
        assertEquals(piece, piece.from(7));
        assertEquals(new LiveText(101, "ä€😀z"), piece.from(101));
        assertEquals("never half a character", new LiveText(106, "😀z"), piece.from(104));
        assertEquals(new LiveText(110, "z"), piece.from(107));
        assertEquals(new LiveText(111, ""), piece.from(111));
        assertEquals(new LiveText(200, ""), piece.from(200));
    }

    @Test
    public void whatAHeartbeatTellsIsBoundedInAll() {
        Heartbeat silent = new Heartbeat("w1", "i", List.of(1L), null);
        assertEquals("absent is nothing", List.of(), silent.live());
        assertEquals(List.of(), new HeartbeatReply(Duration.ofSeconds(30), null, null, null).watched());
        LivePart half = new LivePart(1, null, null, new LiveText(0, "x".repeat(Limits.LIVE / 2)), null);
        assertEquals(
                2,
                new Heartbeat("w1", "i", List.of(1L), List.of(half, half))
                        .live()
                        .size());
        LivePart letter = new LivePart(1, null, null, null, new LiveText(7, "x"));
        refused(
                "live parts have 65537 characters, want at most 65536",
                () -> new Heartbeat("w1", "i", List.of(1L), List.of(half, half, letter)));
        refused("output offset is -1", () -> new LiveText(-1, ""));
        refused("progress done is -1, want 0 or more", () -> new Progress(-1, 0, ""));
        refused("progress text has 301", () -> new Progress(0, 0, "x".repeat(301)));
        refused("note key is 'a b'", () -> new LivePart(1, null, Map.of("a b", ""), null, null));
        refused("note a has 301", () -> new LivePart(1, null, Map.of("a", "x".repeat(301)), null, null));
    }

    private static void refused(String message, Runnable request) {
        Exception refusal = assertThrows(InvalidRequestException.class, request::run);
        assertTrue(refusal.getMessage(), refusal.getMessage().contains(message));
    }
}
