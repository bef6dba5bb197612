/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.time.Instant;
import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.ScheduleSpec.Missed;
import org.gridbatch.api.ScheduleSpec.Overlap;
import org.junit.Test;

/** What commands do to schedules. */
public class ScheduleRulesTest {
    private static final Command.Room AMPLE = Command.Room.AMPLE;

    private final QueueMachine machine = new QueueMachine();

    @Test
    public void aTimeThatIsNotLaterThanTheLastOneIsIgnored() {
        put("s", Overlap.ALLOW, 60_000);
        assertEquals(new Result.Done(1), fire("s", 1, 60_000, 120_000));
        assertEquals(new Result.Done(0), fire("s", 1, 60_000, 120_000));
        assertEquals(new Result.Done(0), fire("s", 1, 30_000, 120_000));
        assertEquals(1, machine.jobs().size());
        assertEquals(60_000, machine.schedule("s").firedMillis());
        assertEquals(List.of("s-19700101T000100Z"), machine.schedule("s").jobIds());
    }

    @Test
    public void aTimeBeforeTheNextOneIsIgnored() {
        put("s", Overlap.ALLOW, 60_000);
        assertEquals(new Result.Done(0), fire("s", 1, 30_000, 60_000));
        assertEquals(0, machine.jobs().size());
    }

    @Test
    public void aTimeOfAnOlderOrARemovedOrAPausedScheduleIsIgnored() {
        put("s", Overlap.ALLOW, 60_000);
        put("s", Overlap.SKIP, 60_000);
        assertEquals(new Result.Done(0), fire("s", 1, 60_000, 120_000));
        apply(new Command.PauseSchedule("s", true, "ann"));
        assertEquals(new Result.Done(0), fire("s", 2, 60_000, 120_000));
        apply(new Command.RemoveSchedule("s", "ann"));
        assertEquals(new Result.Done(0), fire("s", 2, 60_000, 120_000));
        assertEquals(0, machine.jobs().size());
    }

    @Test
    public void aScheduleThatWasRemovedAndPutAgainMakesNoSecondJobForATime() {
        put("s", Overlap.ALLOW, 60_000);
        fire("s", 1, 60_000, 120_000);
        apply(new Command.RemoveSchedule("s", "ann"));
        put("s", Overlap.SKIP, 60_000);
        assertEquals(new Result.Done(0), fire("s", 2, 60_000, 120_000));
        assertEquals(1, machine.jobs().size());
        assertEquals(120_000, machine.schedule("s").nextMillis());
    }

    @Test
    public void aFullQueueRefusesATimeWhichIsThenStillToCome() {
        put("s", Overlap.ALLOW, 60_000);
        Command.Room none = new Command.Room(0, 0, 1, 1, 1, 1, 100);
        Result result = apply(new Command.Fire("s", 1, 60_000, false, 120_000, none));
        assertEquals(Result.Refusal.LIMIT, ((Result.Refused) result).refusal());
        assertEquals(60_000, machine.schedule("s").nextMillis());
        assertEquals(new Result.Done(1), fire("s", 1, 60_000, 120_000));
    }

    @Test
    public void tooManySchedulesAreRefusedAndSoAreTooLargeOnes() {
        Result many = apply(new Command.PutSchedule(spec("s", Overlap.ALLOW), 60_000, 0, 1 << 20, "ann"));
        assertEquals("there are 0 schedules, and may be 0", ((Result.Refused) many).message());
        Result large = apply(new Command.PutSchedule(spec("s", Overlap.ALLOW), 60_000, 1, 1, "ann"));
        assertTrue(((Result.Refused) large).message().contains("bytes of memory, and may take 1"));
        put("s", Overlap.ALLOW, 60_000);
        assertTrue(
                apply(new Command.PutSchedule(spec("s", Overlap.SKIP), 60_000, 1, 1 << 20, "ann"))
                        instanceof Result.Done);
    }

    @Test
    public void aRunMakesOneJobHoweverOftenItIsAskedFor() {
        put("s", Overlap.SKIP, 60_000);
        Command run = new Command.RunSchedule("s", "by-hand", AMPLE, "ann");
        assertEquals(false, ((Result.Accepted) apply(run)).jobs().get(0).repeated());
        put("s", Overlap.ALLOW, 60_000);
        assertEquals(true, ((Result.Accepted) apply(run)).jobs().get(0).repeated());
        assertEquals(1, machine.jobs().size());
        assertEquals(60_000, machine.schedule("s").nextMillis());
    }

    @Test
    public void aJobThatWasRunByHandCountsForTheOverlap() {
        put("s", Overlap.SKIP, 60_000);
        apply(new Command.RunSchedule("s", "by-hand", AMPLE, "ann"));
        assertEquals(new Result.Done(0), fire("s", 1, 60_000, 120_000));
        assertEquals(1, machine.schedule("s").skipped());
    }

    @Test
    public void whoChangesAScheduleIsKept() {
        put("s", Overlap.ALLOW, 60_000);
        apply(new Command.PauseSchedule("s", true, "bob"));
        apply(new Command.PauseSchedule("s", true, "bob"));
        apply(new Command.PauseSchedule("s", false, "bob"));
        apply(new Command.RunSchedule("s", "by-hand", AMPLE, "ann"));
        apply(new Command.RemoveSchedule("s", "ann"));
        apply(new Command.RemoveSchedule("s", "ann"));
        List<String> kept = machine.image().history().audits().stream()
                .map(one -> one.by() + " " + one.action() + " " + one.subject() + " " + one.detail())
                .toList();
        assertEquals(
                List.of(
                        "ann put schedule s * * * * * UTC",
                        "bob pause schedule s ",
                        "bob resume schedule s ",
                        "ann run schedule s as by-hand",
                        "ann remove schedule s "),
                kept);
        assertNull(machine.schedule("s"));
    }

    @Test
    public void whatHasNoScheduleIsRefusedWithItsName() {
        assertEquals(
                "there is no schedule 'x'",
                ((Result.Refused) apply(new Command.PauseSchedule("x", true, "ann"))).message());
        assertEquals(
                "there is no schedule 'x'",
                ((Result.Refused) apply(new Command.RunSchedule("x", "j", AMPLE, "ann"))).message());
    }

    @Test
    public void ofManyJobsTheOldestFinalOneIsForgottenFirst() {
        put("s", Overlap.ALLOW, 60_000);
        for (int i = 1; i <= 10; i++) fire("s", 1, 60_000L * i, 60_000L * (i + 1));
        apply(new Command.Cancel(List.of("s-19700101T000300Z"), ""));
        fire("s", 1, 660_000, 720_000);
        List<String> jobIds = machine.schedule("s").jobIds();
        assertEquals(10, jobIds.size());
        assertTrue(!jobIds.contains("s-19700101T000300Z") && jobIds.contains("s-19700101T000100Z"));
        fire("s", 1, 720_000, 780_000);
        assertTrue(!machine.schedule("s").jobIds().contains("s-19700101T000100Z"));
    }

    private static ScheduleSpec spec(String name, Overlap overlap) {
        JobSpec template = JobSpec.script("echo").build();
        return new ScheduleSpec(name, "* * * * *", "UTC", template, Missed.SKIP, overlap);
    }

    private void put(String name, Overlap overlap, long nextMillis) {
        apply(new Command.PutSchedule(spec(name, overlap), nextMillis, 10, 1 << 20, "ann"));
    }

    private Result fire(String name, long revision, long tick, long next) {
        return apply(new Command.Fire(name, revision, tick, false, next, AMPLE));
    }

    private Result apply(Command command) {
        return machine.apply(command, Instant.ofEpochMilli(1_000));
    }
}
