/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Command.Room;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.QueueMachine;
import org.junit.Test;

public class StoryTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private static final Command.Prune FORGET = new Command.Prune(Long.MAX_VALUE, 0, 0, 100, false, 100, 0);

    /** Those that change no job, whatever is in them. */
    private static final Set<Class<?>> OF_NO_JOB = Set.of(
            Command.Archived.class,
            Command.Configure.class,
            Command.Adjust.class,
            Command.AdjustLimit.class,
            Command.Pause.class,
            Command.Weigh.class,
            Command.Restrict.class,
            Command.Drain.class,
            Command.PutSchedule.class,
            Command.RemoveSchedule.class,
            Command.PauseSchedule.class);

    private final QueueMachine machine = new QueueMachine();
    private final Set<Class<?>> told = new HashSet<>();
    private Instant now = START;

    @Test
    public void noCommandIsLeftOutHere() throws Exception {
        Set<Class<?>> all = new HashSet<>();
        for (Method method : StoryTest.class.getDeclaredMethods()) {
            boolean isOther =
                    method.isAnnotationPresent(Test.class) && !method.getName().startsWith("noCommand");
            if (!isOther) continue;
            StoryTest other = new StoryTest();
            method.invoke(other);
            all.addAll(other.told);
        }
        assertEquals(Set.of(Command.class.getPermittedSubclasses()), all);
    }

    @Test
    public void aSubmitNamesTheJobAndWhatItWasAnswered() {
        tells("a", submit(job("a").build()), "submitted: none -> available");
        tells("a", submit(job("a").build()), "submitted (known already): available -> unchanged");
        tells(
                "a",
                submit(job("a").name("other").build()),
                "submitted (refused: job a is known with another content; choose another id): available -> unchanged");
        tells("b", submit(job("a").build()), "");
    }

    @Test
    public void aLeaseIsGrantedReportedLostAndReleased() {
        given(submit(job("a").build()));
        tells("a", grant("a"), "granted to w1 for its claim 1: available -> executing, attempt 1, lease 1");
        tells(
                "a",
                new Command.Release(List.of(1L), "its worker does not have it"),
                "its lease was released, because its worker does not have it: executing, attempt 1, lease 1"
                        + " -> available, attempt 1");
        given(grant("a"));
        String expired = tell("a", new Command.Expire(List.of(2L), 3, 0));
        assertTrue(expired, expired.startsWith("its lease ran out: executing, attempt 1, lease 2 -> available"));
        given(grant("a"));
        String stale = tell("a", end("a", 2));
        assertTrue(stale, stale.startsWith("w1 reported 'complete' under lease 2 (refused: lease 2"));
        String ended = tell("a", end("a", 3));
        assertTrue(ended, ended.startsWith("w1 reported 'complete' under lease 3: executing"));
        assertTrue(ended, ended.contains(" -> completed"));
    }

    @Test
    public void aJobIsSnoozedPromotedCancelledTriedAgainAndForgotten() {
        given(submit(job("a").build()));
        tells(
                "a",
                new Command.Snooze(List.of("a"), Duration.ofHours(1), "ann"),
                "snoozed for PT1H by ann: available -> scheduled, until " + now.plusSeconds(3_600));
        now = now.plusSeconds(3_600);
        tells("a", new Command.Promote(10), "its time came: scheduled, until " + now + " -> available");
        tells(
                "a",
                new Command.Cancel(List.of("a"), "too late", "ann"),
                "cancel requested by ann, because too late: available -> cancelled, too late");
        tells(
                "a~2",
                new Command.Retry(List.of("a"), Room.AMPLE, "ann"),
                "submitted to try job a again: none -> available");
        tells(
                "a",
                new Command.Retry(List.of("a"), Room.AMPLE, "ben"),
                "retry requested by ben (already: that job is available): cancelled, too late, tried again as a~2"
                        + " -> unchanged");
        tells("a", FORGET, "forgotten: cancelled, too late, tried again as a~2 -> none");
    }

    @Test
    public void aRetryFromTheHistoryTellsOfTheNewJob() {
        Command retry = new Command.RetryArchived(job("old").build(), false, Room.AMPLE, "ann");
        tells("old~2", retry, "submitted to try job old again: none -> available");
        tells(
                "old",
                retry,
                "retry requested, from the history by ann (already: that job is available): none -> unchanged");
    }

    @Test
    public void aDeadlineIsTold() {
        Instant deadline = now.plusSeconds(60);
        given(submit(job("a").deadline(deadline).build()));
        now = deadline;
        tells(
                "a",
                new Command.Promote(10),
                "its deadline passed: available -> discarded, it was not done by its deadline, " + deadline);
    }

    @Test
    public void aJobThatWaitsIsToldOfTheEndOfTheOther() {
        given(submit(job("a").build()));
        tells(
                "b",
                submit(job("b").after(List.of(Dependency.ended("a"))).build()),
                "submitted: none -> blocked, waits for a");
        given(grant("a"));
        tells("b", end("a", 1), "told of the end of a job that it waits for: blocked, waits for a -> available");
    }

    @Test
    public void theEndsThatACommandHasNotToldAreToldByOneOfTheirOwn() {
        given(submit(job("a").build()));
        for (int i = 0; i < 1_100; i++) {
            given(submit(job("b" + i).after(List.of(Dependency.ended("a"))).build()));
        }
        given(grant("a"));
        given(end("a", 1));
        assertTrue(machine.hasUntold());
        String untold = machine.jobs().stream()
                .filter(job -> !job.waitsFor().isEmpty())
                .findFirst()
                .orElseThrow()
                .id();
        tells(
                untold,
                new Command.Tell(10),
                "told of the end of a job that it waits for: blocked, waits for a -> available");
    }

    @Test
    public void anItemIsToldAsAJobAndByWhatIsDoneToItsArray() {
        ArraySpec spec = ArraySpec.of(job("a").build()).withThen(job("then").build());
        Command open = new Command.OpenArray(spec, Items.NONE, Room.AMPLE);
        tells("then", open, "submitted, to follow array a: none -> blocked, waits for a");
        tells("a", open, "opened: blocked -> unchanged");
        Command add = new Command.AddItems("a", 0, Items.of(List.of("x", "y", "z")), Room.AMPLE);
        tells("a:1", add, "given to its array: none -> unchanged");
        tells("a:7", add, "");
        tells("a:1", new Command.SealArray("a", 3), "its array: sealed with 3 items: none -> available");
        tells("a:1", submit(job("other").build()), "");
        tells("a:1", new Command.PauseArray("a", true, "ann"), "its array: paused by ann: available -> unchanged");
        tells("a", new Command.PauseArray("a", false, "ann"), "resumed by ann: available -> unchanged");
        tells("a", new Command.ThrottleArray("a", 2, ""), "throttled to 2: available -> unchanged");
        tells("a", grant("a:0"), "the first of its items started: available -> executing");
        tells("a:1", end("a:0", 1), "");
        tells(
                "a:1",
                new Command.Cancel(List.of("a"), "enough", "ann"),
                "its array: cancel requested by ann, because enough (requested: its items are being ended):"
                        + " available -> cancelled, enough");
    }

    @Test
    public void theItemsThatACommandHasNotEndedAreEndedByOneOfTheirOwn() {
        given(new Command.OpenArray(ArraySpec.of(job("a").build()), Items.NONE, Room.AMPLE));
        given(new Command.AddItems("a", 0, Items.of(Collections.nCopies(500, "x")), Room.AMPLE));
        given(new Command.SealArray("a", 500));
        given(new Command.Cancel(List.of("a"), "enough"));
        tells("a:499", new Command.Sweep(500), "to be ended with its array: available -> cancelled, enough");
    }

    @Test
    public void aScheduleTellsWhatItMakes() {
        ScheduleSpec spec = new ScheduleSpec(
                "nightly", "0 3 * * *", "UTC", job("t").build(), ScheduleSpec.Missed.SKIP, ScheduleSpec.Overlap.ALLOW);
        long tick = Instant.parse("2030-01-02T03:00:00Z").toEpochMilli();
        long day = 86_400_000;
        given(new Command.PutSchedule(spec, tick, 10, Long.MAX_VALUE, ""));
        now = Instant.ofEpochMilli(tick);
        tells(
                "nightly-20300102T030000Z",
                new Command.Fire("nightly", 1, tick, false, tick + day, Room.AMPLE),
                "due by schedule nightly: none -> available");
        tells(
                "nightly-20300103T030000Z",
                new Command.Fire("nightly", 1, tick + day, true, tick + 2 * day, Room.AMPLE),
                "passed over by schedule nightly: none -> unchanged");
        tells(
                "by-hand",
                new Command.RunSchedule("nightly", "by-hand", Room.AMPLE, "ann"),
                "submitted by schedule nightly, which was run by ann: none -> available");
    }

    @Test
    public void whatChangesNoJobIsNotPartOfItsStory() {
        given(submit(job("a").queue("q").build()));
        ScheduleSpec spec = new ScheduleSpec("nightly", "0 3 * * *", "", job("t").build(), null, null);
        for (Command command : List.of(
                new Command.Archived(0),
                new Command.Configure(QueueSettings.of("q"), ""),
                new Command.Adjust(new QueueChange("q", false, 3, LimitChange.NOTHING, null, null, null), ""),
                new Command.AdjustLimit("key", new LimitChange(3, null), ""),
                new Command.Pause("q", true, ""),
                new Command.Weigh("default", 2, ""),
                new Command.Restrict("key", Limit.NONE, ""),
                new Command.Drain("w1", true, ""),
                new Command.PutSchedule(spec, Long.MAX_VALUE, 10, Long.MAX_VALUE, ""),
                new Command.PauseSchedule("nightly", true, ""),
                new Command.RemoveSchedule("nightly", ""))) {
            assertTrue(OF_NO_JOB.contains(command.getClass()));
            tells("a", command, "");
        }
    }

    private void tells(String jobId, Command command, String wanted) {
        assertEquals(wanted, tell(jobId, command));
    }

    private String tell(String jobId, Command command) {
        told.add(command.getClass());
        return new Story(machine, jobId).apply(command, now);
    }

    private void given(Command command) {
        machine.apply(command, now);
        machine.drainChanges();
    }

    private static JobSpec.Builder job(String id) {
        return JobSpec.script("echo 1").jobId(id);
    }

    private static Command submit(JobSpec job) {
        return new Command.Submit(List.of(job), Room.AMPLE);
    }

    private static Command grant(String jobId) {
        return new Command.Grant("w1", "i1", 1, List.of(jobId));
    }

    private static Command end(String jobId, long leaseId) {
        return new Command.End(List.of(new Report(
                "w1",
                leaseId,
                jobId,
                ReportKind.COMPLETE,
                Duration.ZERO,
                "",
                "",
                CapturedText.NONE,
                CapturedText.NONE)));
    }
}
