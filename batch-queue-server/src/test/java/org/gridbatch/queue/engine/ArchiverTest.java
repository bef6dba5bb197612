/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.GridStatus;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.queue.archive.Archiver;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.slf4j.LoggerFactory;

public class ArchiverTest {
    private static final Command.Room AMPLE = Command.Room.AMPLE;

    private final ManualTicker ticker = new ManualTicker();
    private final Tasks core = new Tasks();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Archiver.class);
    private FakeLog log = new FakeLog(core);
    private FakeArchive archive = new FakeArchive();
    private QueueEngine engine;
    private Archiver archiver;
    private long runs;
    private long claims;

    @Before
    public void open() throws Exception {
        logged.start();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(logged);
        start();
    }

    @After
    public void close() {
        logger.detachAppender(logged);
        logger.setLevel(Level.OFF);
    }

    /** A process, after the one before it, if there was one, has died. */
    private void start() throws Exception {
        core.dropAll();
        Settings settings = new Settings(
                Duration.ofSeconds(30),
                3,
                1 << 20,
                AMPLE,
                1,
                Duration.ofHours(24),
                Long.MAX_VALUE,
                new Settings.Archiving(true, 4, Long.MAX_VALUE, 5, 1_000, Duration.ofHours(48)),
                Settings.Bounds.DEFAULT);
        engine = new QueueEngine(settings, log, ticker, core, Runnable::run, ++runs, e -> {
            throw new AssertionError("the engine broke", e);
        });
        engine.start();
        core.runAll();
        archiver = new Archiver(engine, archive, log::grid, Duration.ofDays(1), 1_000);
    }

    private void settle() {
        do {
            core.runAll();
        } while (log.force());
    }

    private void tick() {
        ticker.advance(Duration.ofMillis(50));
        engine.tick();
        settle();
    }

    private Result done(Command command) {
        CompletableFuture<Result> answer = engine.execute(command);
        settle();
        assertTrue("answered", answer.isDone());
        return answer.join();
    }

    private void submit(String id) {
        Result result = done(new Command.Submit(List.of(spec(id)), AMPLE));
        assertTrue(String.valueOf(result), result instanceof Result.Accepted);
    }

    private static JobSpec spec(String id) {
        return JobSpec.script("echo").jobId(id).build();
    }

    private CompletableFuture<List<Lease>> claim() {
        CompletableFuture<List<Lease>> claim = engine.claim(
                new ClaimRequest("w1", "i1", ++claims, List.of(), "", "", 1, 1, 0, Duration.ofSeconds(10)));
        settle();
        return claim;
    }

    private static Report completed(Lease lease) {
        return new Report(
                "w1",
                lease.leaseId(),
                lease.spec().jobId(),
                ReportKind.COMPLETE,
                Duration.ZERO,
                "",
                "",
                CapturedText.NONE,
                CapturedText.NONE);
    }

    private Lease complete(String id) {
        submit(id);
        Lease lease = claim().join().get(0);
        done(new Command.End(List.of(completed(lease))));
        return lease;
    }

    private void archiveAll() {
        for (int turns = 0; turns < 20; turns++) {
            archiver.turn();
            settle();
        }
    }

    @Test
    public void aCrashBetweenAnyTwoStepsLosesNothingAndDoublesNothing() throws Exception {
        // The steps: the archiver's turns, the core's tasks, and the disk's writes, each of which may be the last.
        for (int last = 0; last < 60; last++) {
            log = new FakeLog(core);
            archive = new FakeArchive();
            start();
            complete("job-1");
            complete("job-2");
            done(new Command.Submit(List.of(spec("job-3")), AMPLE));
            done(new Command.Cancel(List.of("job-3"), "", "ann@n1"));
            int steps = 0;
            while (steps < last) {
                if (steps++ < last) archiver.turn();
                while (steps < last && core.runOne()) steps++;
                while (steps < last && log.force()) {
                    steps++;
                    while (steps < last && core.runOne()) steps++;
                }
            }
            // What was handed to the disk and not forced may be there or not.
            log.crash(last % 2);
            start();
            archiveAll();
            String when = "after " + last + " steps";
            assertEquals(when, Map.of("job-1", 1, "job-2", 1, "job-3", 1), archive.rows());
            assertEquals(when, 1, archive.audits.size());
            assertEquals(when, 0, engine.machine().unarchivedJobs());
            assertEquals(when, 0, engine.machine().unarchivedAudits());
        }
    }

    @Test
    public void aCommitWhoseAnswerWasLostIsWrittenAgain() {
        complete("job-1");
        archive.failAfterNextCommit();
        archiveAll();
        assertEquals(Map.of("job-1", 1), archive.rows());
        assertEquals(2, archive.writes);
        assertEquals("", engine.problem());
    }

    @Test
    public void whileTheDatabaseIsAwayClaimsStopAndSubmitsGoOn() {
        archive.setAway(true);
        for (int i = 0; i < 4; i++) complete("job-" + i);
        archiveAll();
        submit("job-4");
        CompletableFuture<List<Lease>> held = claim();
        assertFalse("the outbox is full", held.isDone());
        for (int i = 5; i < 50; i++) submit("job-" + i);
        assertEquals(
                "the archive cannot be used: connection refused; 4 final jobs wait for it, and no more jobs are given"
                        + " to workers until it has taken some",
                engine.problem());
        CompletableFuture<GridStatus> status = engine.status();
        settle();
        assertEquals("all who ask hear it", engine.problem(), status.join().problem());
        assertEquals(4, status.join().unarchived());

        ticker.advance(Duration.ofSeconds(11));
        tick();
        assertTrue(
                "a claim that waits ends in its time all the same", held.join().isEmpty());

        CompletableFuture<List<Lease>> waits = claim();
        assertFalse(waits.isDone());
        archive.setAway(false);
        archiveAll();
        assertEquals("job-4", waits.join().get(0).spec().jobId());
        assertEquals("", engine.problem());
        assertEquals(4, archive.rows().size());
    }

    @Test
    public void aHeartbeatsWorthOfWaitsDoublesUpToHalfAMinute() {
        archive.setAway(true);
        Map<Duration, Integer> waits = new HashMap<>();
        Duration first = archiver.turn();
        for (int i = 0; i < 20; i++) waits.merge(archiver.turn(), 1, Integer::sum);
        assertEquals(Duration.ofMillis(500), first);
        assertEquals(1, (int) waits.get(Duration.ofSeconds(16)));
        assertTrue(waits.get(Duration.ofSeconds(30)) > 10);
        assertEquals("said once", 1, logged.list.size());
    }

    @Test
    public void aMistakeInTheArchiveIsToldAndEndsNothing() {
        complete("job-1");
        for (Throwable mistake : List.of(new IllegalStateException("a mistake"), new OutOfMemoryError("a page"))) {
            archive.failWith(mistake);
            archiveAll();
            assertTrue(engine.problem(), engine.problem().contains(mistake.toString()));
        }
        archive.failWith(null);
        archiveAll();
        assertEquals(Map.of("job-1", 1), archive.rows());
        assertEquals("", engine.problem());
    }

    @Test
    public void aClockThatJumpsAheadDoesNotMakeTheHistoryOld() {
        complete("job-1");
        archiveAll();
        Instant right = ticker.wall();
        ticker.jump(Duration.ofDays(400));
        for (int i = 0; i < 90; i++) {
            ticker.advance(Duration.ofSeconds(1));
            tick();
            archiver.turn();
            settle();
        }
        assertTrue(
                "pruned before " + archive.prunedBefore,
                archive.prunedBefore.isBefore(right.plusSeconds(100).minus(Duration.ofDays(1))));
        assertTrue("it is pruned all the same", archive.prunedBefore.isAfter(right.minus(Duration.ofDays(1))));
    }

    @Test
    public void onlyWhatIsArchivedLeavesMemoryAndItsIdStaysKnown() {
        archive.setAway(true);
        Lease lease = complete("job-1");
        complete("job-2");
        ticker.advance(Duration.ofHours(25));
        tick();
        assertEquals(
                "nothing is forgotten that is nowhere else", 2, engine.machine().finals());

        archive.setAway(false);
        archiveAll();
        tick();
        assertEquals(0, engine.machine().finals());
        assertEquals(2, engine.machine().known());
        Result.Accepted again = (Result.Accepted) done(new Command.Submit(List.of(spec("job-1")), AMPLE));
        assertTrue(again.jobs().get(0).repeated());
        assertEquals(JobState.COMPLETED, again.jobs().get(0).state());
        JobSpec other = JobSpec.script("echo other").jobId("job-1").build();
        Result refused = done(new Command.Submit(List.of(other), AMPLE));
        assertEquals(Result.Refusal.CONFLICT, ((Result.Refused) refused).refusal());
        assertEquals(VerdictKind.REPEATED, verdict(completed(lease)));
        Report late = new Report(
                "w2", 1_000, "job-1", ReportKind.COMPLETE, Duration.ZERO, "", "", CapturedText.NONE, CapturedText.NONE);
        assertEquals(VerdictKind.STALE, verdict(late));
        archiveAll();
        assertEquals(
                "the refusal is kept",
                "refused",
                archive.audits.values().iterator().next().action());

        ticker.advance(Duration.ofHours(24));
        tick();
        assertEquals(0, engine.machine().known());
    }

    private VerdictKind verdict(Report report) {
        return ((Result.Judged) done(new Command.End(List.of(report))))
                .verdicts()
                .get(0)
                .kind();
    }

    @Test
    public void theRetryOfAJobThatLeftMemoryIsAnsweredAsBefore() {
        submit("job-1");
        done(new Command.Cancel(List.of("job-1"), "", "ann@n1"));
        done(new Command.Retry(List.of("job-1"), AMPLE, "ann@n1"));
        archiveAll();
        ticker.advance(Duration.ofHours(25));
        tick();
        assertEquals(null, engine.machine().job("job-1"));
        var changed = ((Result.Altered) done(new Command.Retry(List.of("job-1"), AMPLE, "ann@n1")))
                .jobs()
                .get(0);
        assertEquals(ChangeOutcome.ALREADY, changed.outcome());
        assertEquals("job-1~2", changed.newJobId());
        assertEquals(
                ChangeOutcome.ALREADY,
                ((Result.Altered) done(new Command.Cancel(List.of("job-1"), "", "ann@n1")))
                        .jobs()
                        .get(0)
                        .outcome());
    }

    @Test
    public void tooManyChangesAreRefusedWhileTheDatabaseIsAway() {
        archive.setAway(true);
        for (int i = 0; i < 6; i++) submit("job-" + i);
        for (int i = 0; i < 5; i++) done(new Command.Cancel(List.of("job-" + i), "", "ann@n1"));
        CompletableFuture<Result> refused = engine.execute(new Command.Cancel(List.of("job-5"), "", "ann@n1"));
        settle();
        assertTrue(refused.isCompletedExceptionally());
        refused.whenComplete((result, e) -> assertTrue(String.valueOf(e), e instanceof QueueUnavailableException));
        archive.setAway(false);
        archiveAll();
        done(new Command.Cancel(List.of("job-5"), "", "ann@n1"));
    }

    @Test
    public void anArchiveThatIsBehindOrAheadIsToldOf() throws Exception {
        complete("job-1");
        archiveAll();
        assertEquals(0, logged.list.size());
        archive = new FakeArchive();
        start();
        archiveAll();
        assertTrue(logged.list
                .get(0)
                .getFormattedMessage()
                .startsWith("the archive is behind: it has all up to number 0"));

        complete("job-2");
        archiveAll();
        log = new FakeLog(core);
        start();
        archiveAll();
        assertTrue(
                logged.list.get(1).getFormattedMessage().startsWith("the archive is ahead: it has all up to number "));
        complete("job-3");
        archiveAll();
        assertEquals("what comes is added", 1, (int) archive.rows().get("job-3"));
    }
}
