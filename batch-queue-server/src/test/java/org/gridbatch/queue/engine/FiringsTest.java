/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.ScheduleSpec.Missed;
import org.gridbatch.api.ScheduleSpec.Overlap;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Schedule;
import org.gridbatch.queue.cron.Cron;
import org.junit.Test;

/** When the engine fires schedules; the clock starts at midnight of January 1st. */
public class FiringsTest {
    private TestEngine grid = new TestEngine();

    @Test
    public void aScheduleFiresAtEachOfItsTimesAndNotBefore() {
        put("s", "*/10 * * * *", Missed.SKIP, Overlap.ALLOW);
        grid.pass(Duration.ofSeconds(599));
        isFired();
        grid.pass(Duration.ofSeconds(2));
        isFired("s-20260101T001000Z");
        Job job = grid.machine().job("s-20260101T001000Z");
        assertEquals("s", job.spec().tags().get(ScheduleSpec.TAG));
        assertEquals("reports", job.spec().queue());
        grid.pass(Duration.ofMinutes(25));
        isFired("s-20260101T001000Z", "s-20260101T002000Z", "s-20260101T003000Z");
    }

    @Test
    public void aRestartNeitherRepeatsNorLosesATime() {
        put("s", "* * * * *", Missed.ALL, Overlap.ALLOW);
        for (int i = 0; i < 30; i++) {
            grid.pass(Duration.ofSeconds(13));
            grid.restart();
        }
        grid.pass(Duration.ofSeconds(1));
        assertEquals(6, fired().size());
        assertEquals("s-20260101T000100Z", fired().get(0));
        assertEquals("s-20260101T000600Z", fired().get(5));
    }

    @Test
    public void aTimeThatIsSlightlyLateIsNotMissed() {
        put("s", "0 * * * *", Missed.SKIP, Overlap.ALLOW);
        down(Duration.ofSeconds(3_600 + 50));
        isFired("s-20260101T010000Z");
    }

    @Test
    public void missedTimesAreSkipped() {
        put("s", "0 * * * *", Missed.SKIP, Overlap.ALLOW);
        down(Duration.ofMinutes(200));
        isFired();
        assertEquals(1, schedule("s").skipped());
        grid.pass(Duration.ofMinutes(41));
        isFired("s-20260101T040000Z");
    }

    @Test
    public void missedTimesAreMadeUpForOnce() {
        put("s", "0 * * * *", Missed.ONCE, Overlap.ALLOW);
        down(Duration.ofMinutes(200));
        isFired("s-20260101T030000Z");
        grid.pass(Duration.ofMinutes(41));
        isFired("s-20260101T030000Z", "s-20260101T040000Z");
    }

    @Test
    public void missedTimesAreAllMadeUpFor() {
        put("s", "0 * * * *", Missed.ALL, Overlap.ALLOW);
        down(Duration.ofMinutes(200));
        isFired("s-20260101T010000Z", "s-20260101T020000Z", "s-20260101T030000Z");
    }

    @Test
    public void ofVeryManyMissedTimesTheLastHundredAreMadeUpFor() {
        put("s", "* * * * *", Missed.ALL, Overlap.ALLOW);
        down(Duration.ofMinutes(1_000));
        // And those of the last minute, which are not missed.
        assertEquals(102, fired().size());
        assertEquals("s-20260101T163900Z", fired().get(100));
        assertEquals("s-20260101T164000Z", fired().get(101));
        assertEquals("s-20260101T145900Z", fired().get(0));
    }

    @Test
    public void timesOfAPausedScheduleAreMissedOnes() {
        put("s", "0 * * * *", Missed.SKIP, Overlap.ALLOW);
        put("o", "0 * * * *", Missed.ONCE, Overlap.ALLOW);
        grid.execute(new Command.PauseSchedule("s", true, "ann"));
        grid.execute(new Command.PauseSchedule("o", true, "ann"));
        grid.pass(Duration.ofMinutes(150));
        isFired();
        grid.execute(new Command.PauseSchedule("s", false, "ann"));
        grid.execute(new Command.PauseSchedule("o", false, "ann"));
        grid.pass(Duration.ofMinutes(31));
        isFired("o-20260101T020000Z", "o-20260101T030000Z", "s-20260101T030000Z");
    }

    @Test
    public void withOverlapSkipATimePassesWhileAJobIsNotFinal() {
        put("s", "* * * * *", Missed.SKIP, Overlap.SKIP);
        grid.pass(Duration.ofSeconds(181));
        isFired("s-20260101T000100Z");
        assertEquals(2, schedule("s").skipped());
        complete("s-20260101T000100Z");
        grid.pass(Duration.ofSeconds(60));
        isFired("s-20260101T000100Z", "s-20260101T000400Z");
    }

    @Test
    public void withOverlapOneAJobWaitsForTheOther() {
        put("s", "* * * * *", Missed.SKIP, Overlap.ONE);
        grid.pass(Duration.ofSeconds(241));
        isFired("s-20260101T000100Z", "s-20260101T000200Z");
        assertEquals(JobState.BLOCKED, grid.state("s-20260101T000200Z"));
        assertEquals(
                Dependency.When.FINAL,
                grid.machine().job("s-20260101T000200Z").spec().after().get(0).when());
        complete("s-20260101T000100Z");
        assertEquals(JobState.AVAILABLE, grid.state("s-20260101T000200Z"));
        grid.pass(Duration.ofSeconds(60));
        isFired("s-20260101T000100Z", "s-20260101T000200Z", "s-20260101T000500Z");
    }

    @Test
    public void manySchedulesFireAtTheSameTime() {
        for (int i = 0; i < 250; i++) put("s" + i, "@hourly", Missed.SKIP, Overlap.ALLOW);
        grid.pass(Duration.ofSeconds(3_603));
        assertEquals(250, fired().size());
    }

    @Test
    public void aFullQueueHoldsATimeBackUntilThereIsRoom() {
        grid = new TestEngine(new Command.Room(1, 1, Long.MAX_VALUE, 10, 10, 10, 100));
        put("s", "* * * * *", Missed.SKIP, Overlap.ALLOW);
        grid.pass(Duration.ofSeconds(130));
        isFired("s-20260101T000100Z");
        complete("s-20260101T000100Z");
        grid.pass(Duration.ofSeconds(10));
        isFired("s-20260101T000100Z", "s-20260101T000200Z");
    }

    @Test
    public void ofVeryManyTimesThatAFullQueueHeldBackTheLastHundredAreMadeUpFor() {
        grid = new TestEngine(new Command.Room(500, 500, Long.MAX_VALUE, 10, 10, 10, 100));
        for (int i = 0; i < 500; i++) grid.submit(TestEngine.job("job-" + i));
        put("s", "* * * * *", Missed.ALL, Overlap.ALLOW);
        grid.pass(Duration.ofMinutes(150));
        for (int i = 0; i < 500; i++) grid.execute(new Command.Cancel(List.of("job-" + i), ""));
        grid.pass(Duration.ofSeconds(10));
        List<String> fired = fired().stream().filter(id -> id.startsWith("s-")).toList();
        assertEquals(101, fired.size());
        assertEquals("s-20260101T005000Z", fired.get(0));
        assertEquals("s-20260101T023000Z", fired.get(100));
    }

    @Test
    public void nothingFiresByAClockThatIsNotBelieved() {
        put("s", "0 * * * *", Missed.ALL, Overlap.ALLOW);
        grid.pass(Duration.ofSeconds(1));
        grid.ticker.jump(Duration.ofHours(2));
        grid.pass(Duration.ofSeconds(10));
        isFired();
        grid.ticker.jump(Duration.ofHours(-2));
        grid.pass(Duration.ofHours(1));
        isFired("s-20260101T010000Z");
    }

    @Test
    public void aScheduleThatIsPutAnewDoesNotFireATimeAgain() {
        put("s", "*/2 * * * *", Missed.ALL, Overlap.ALLOW);
        grid.pass(Duration.ofSeconds(121));
        put("s", "* * * * *", Missed.ALL, Overlap.ALLOW);
        grid.pass(Duration.ofSeconds(60));
        isFired("s-20260101T000200Z", "s-20260101T000300Z");
        grid.execute(new Command.RemoveSchedule("s", "ann"));
        grid.pass(Duration.ofMinutes(5));
        isFired("s-20260101T000200Z", "s-20260101T000300Z");
    }

    @Test
    public void aTimeThatIsNoneOfTheExpressionIsPassedOver() {
        // As when the rules of a zone change with a new version of Java.
        grid.execute(new Command.PutSchedule(
                spec("s", "0 * * * *", Missed.ALL, Overlap.ALLOW), at("00:20").toEpochMilli(), 10, 1 << 20, ""));
        grid.pass(Duration.ofMinutes(61));
        isFired("s-20260101T010000Z");
    }

    @Test
    public void aScheduleFiresInItsZoneWhenTheClocksChange() {
        grid.ticker.advance(Duration.between(at("00:00"), Instant.parse("2026-03-28T12:00:00Z")));
        grid.restart();
        ScheduleSpec spec = new ScheduleSpec(
                "s", "30 2 * * *", "Europe/Zurich", JobSpec.script("x").build(), Missed.SKIP, Overlap.ALLOW);
        put(spec);
        grid.pass(Duration.ofHours(36));
        isFired("s-20260329T010000Z");
    }

    private void down(Duration time) {
        grid.ticker.advance(time);
        grid.restart();
        grid.pass(Duration.ofSeconds(1));
    }

    private static Instant at(String time) {
        return Instant.parse("2026-01-01T" + time + ":00Z");
    }

    private static ScheduleSpec spec(String name, String cron, Missed missed, Overlap overlap) {
        JobSpec template = JobSpec.script("echo").queue("reports").build();
        return new ScheduleSpec(name, cron, "UTC", template, missed, overlap);
    }

    private void put(String name, String cron, Missed missed, Overlap overlap) {
        put(spec(name, cron, missed, overlap));
    }

    private void put(ScheduleSpec spec) {
        long next = Cron.of(spec.cron(), spec.zone()).next(grid.now().toEpochMilli());
        Result result = grid.execute(new Command.PutSchedule(spec, next, 1_000, 1 << 20, "ann"));
        assertTrue(result.toString(), result instanceof Result.Done);
    }

    private Schedule schedule(String name) {
        return grid.machine().schedule(name);
    }

    private List<String> fired() {
        return new ArrayList<>(
                grid.machine().jobs().stream().map(Job::id).sorted().toList());
    }

    private void isFired(String... jobIds) {
        assertEquals(List.of(jobIds), fired());
    }

    private void complete(String jobId) {
        assertEquals(jobId, grid.take("w"));
        grid.complete(jobId);
    }
}
