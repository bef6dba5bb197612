/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Lease;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.UnknownJobException;
import org.gridbatch.api.WorkerView;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.Result;
import org.junit.Before;
import org.junit.Test;

public class QueueEngineTest {
    private static final Duration TERM = Duration.ofSeconds(30);

    private final ManualTicker ticker = new ManualTicker();
    private final Tasks core = new Tasks();
    private final FakeLog log = new FakeLog(core);
    private final List<Throwable> broken = new ArrayList<>();
    private QueueEngine engine;
    private long runs;
    private int keepFinal = 1_000;

    @Before
    public void start() throws Exception {
        Settings settings = new Settings(
                TERM,
                3,
                1 << 20,
                Command.Room.AMPLE,
                keepFinal,
                Duration.ofHours(24),
                Long.MAX_VALUE,
                new Settings.Bounds(3, 1 << 20, 4, 2, 1_000, 2));
        engine = new QueueEngine(settings, log, ticker, core, Runnable::run, ++runs, broken::add);
        engine.start();
        core.runAll();
    }

    @Test
    public void nothingIsAnsweredBeforeItIsForced() {
        CompletableFuture<Result> answer = submitLater("job-1");
        core.runAll();
        assertFalse(answer.isDone());
        assertTrue(engine.machine().jobs().isEmpty());
        settle();
        assertTrue(answer.isDone());
    }

    @Test
    public void allThatWaitsGoesIntoOneEntry() {
        submitLater("job-1");
        submitLater("job-2");
        submitLater("job-3");
        settle();
        assertEquals(1, log.entries().size());
    }

    @Test
    public void aJobThatIsSubmittedToAWaitingClaimIsGrantedInTheSameEntry() {
        CompletableFuture<List<Lease>> claim = claim("w1", 1);
        settle();
        submitLater("job-1");
        core.runAll();
        assertTrue(log.force());
        core.runAll();
        assertEquals("job-1", claim.join().get(0).spec().jobId());
        assertEquals(1, log.entries().size());
    }

    @Test
    public void aRefusedSubmitLetsTheClaimWaitOn() {
        submit("job-1");
        claim("w1", 1);
        settle();
        CompletableFuture<List<Lease>> claim = claim("w2", 1);
        settle();
        JobSpec fresh = spec("job-2").build();
        JobSpec conflict = spec("job-1").name("other").build();
        CompletableFuture<Result> answer =
                engine.execute(new Command.Submit(List.of(fresh, conflict), Command.Room.AMPLE));
        settle();
        assertTrue(answer.join() instanceof Result.Refused);
        assertFalse(claim.isDone());
        submit("job-3");
        assertEquals("job-3", claim.join().get(0).spec().jobId());
    }

    @Test
    public void theOldestJobOverAllQueuesComesFirstAndKeepsItsPlace() {
        submit(spec("job-1").queue("b").build());
        submit(spec("job-2").queue("a").build());
        submit(spec("job-3").queue("b").build());
        Lease first = now(claim("w1", 1)).get(0);
        assertEquals("job-1", first.spec().jobId());
        report("w1", first, ReportKind.RELEASE);
        assertEquals("job-1", now(claim("w1", 2)).get(0).spec().jobId());
        assertEquals(
                "job-3", now(claim("w2", 1, List.of("b"), "", 1)).get(0).spec().jobId());
        assertEquals("job-2", now(claim("w3", 1)).get(0).spec().jobId());
    }

    @Test
    public void theClaimThatWaitedLongestComesFirst() {
        CompletableFuture<List<Lease>> first = claim("w1", 1, List.of("default"), "", 1);
        CompletableFuture<List<Lease>> second = claim("w2", 1);
        settle();
        submit("job-1");
        assertTrue(first.isDone());
        assertFalse(second.isDone());
        submit("job-2");
        assertTrue(second.isDone());
    }

    @Test
    public void aClaimGetsAsManyAsItHasSlots() {
        submit("job-1", "job-2", "job-3");
        assertEquals(2, now(claim("w1", 1, List.of(), "", 2)).size());
        assertEquals(1, now(claim("w1", 2, List.of(), "", 2)).size());
    }

    @Test
    public void aJobCanBeTakenByHand() {
        submit("job-1", "job-2");
        assertEquals(
                "job-2",
                now(claim("w1", 1, List.of(), "job-2", 1)).get(0).spec().jobId());
        CompletableFuture<List<Lease>> later = claim("w2", 1, List.of(), "job-3", 1);
        settle();
        assertFalse(later.isDone());
        submit("job-3");
        assertEquals("job-3", later.join().get(0).spec().jobId());
    }

    @Test
    public void aClaimIsAnsweredEmptyWhenItsTimeIsUp() {
        CompletableFuture<List<Lease>> claim = claim("w1", 1);
        settle();
        advance(Duration.ofSeconds(59));
        assertFalse(claim.isDone());
        advance(Duration.ofSeconds(2));
        assertTrue(claim.join().isEmpty());
    }

    @Test
    public void aRepeatedClaimGetsTheSameLeases() {
        submit("job-1", "job-2");
        long lease = now(claim("w1", 1)).get(0).leaseId();
        assertEquals(lease, now(claim("w1", 1)).get(0).leaseId());
        report("w1", engine.machine().byLease(lease), ReportKind.COMPLETE);
        assertTrue(
                "it is over, and a repeat gets no new job", now(claim("w1", 1)).isEmpty());
        assertEquals(1, now(claim("w1", 2)).size());
        assertTrue("an old claim gets none", now(claim("w1", 1)).isEmpty());
    }

    @Test
    public void aRepeatJoinsTheClaimThatWaits() {
        CompletableFuture<List<Lease>> first = claim("w1", 1);
        settle();
        advance(Duration.ofSeconds(40));
        CompletableFuture<List<Lease>> second = claim("w1", 1);
        settle();
        advance(Duration.ofSeconds(40));
        assertFalse("the repeat has its own time", second.isDone());
        submit("job-1");
        assertEquals(first.join().get(0).leaseId(), second.join().get(0).leaseId());
        assertEquals(
                "the term counts from the grant, and the worker from its call",
                TERM.plusSeconds(80),
                first.join().get(0).leaseFor());
        assertEquals(TERM.plusSeconds(40), second.join().get(0).leaseFor());
    }

    @Test
    public void aNewerClaimEndsTheOlder() {
        CompletableFuture<List<Lease>> first = claim("w1", 1);
        CompletableFuture<List<Lease>> second = claim("w1", 2);
        settle();
        assertTrue(first.join().isEmpty());
        assertFalse(second.isDone());
    }

    @Test
    public void aNewerClaimThatMeetsAGrantOnItsWayLosesNothingAndGetsWhatSlotsAreLeft() {
        CompletableFuture<List<Lease>> first = claim("w1", 1, List.of(), "", 2);
        settle();
        submitLater("job-1");
        core.runAll();
        CompletableFuture<List<Lease>> second = claim("w1", 2, List.of(), "", 2);
        core.runAll();
        settle();
        assertEquals("job-1", first.join().get(0).spec().jobId());
        assertFalse("one slot is left, and it waits for a job", second.isDone());
        submit("job-2", "job-3");
        assertEquals(1, second.join().size());
        assertEquals(JobState.AVAILABLE, stateOf("job-3"));
        assertEquals("nothing was given back", 0, job("job-1").attempts().size());
    }

    @Test
    public void aNewerClaimForNoMoreSlotsThanAreBeingGrantedIsAnsweredWithNothing() {
        CompletableFuture<List<Lease>> first = claim("w1", 1);
        settle();
        submitLater("job-1");
        core.runAll();
        CompletableFuture<List<Lease>> second = claim("w1", 2);
        core.runAll();
        settle();
        assertEquals(1, first.join().size());
        assertTrue(second.join().isEmpty());
    }

    @Test
    public void aWorkerThatHangsUpGetsNoJobAndCanClaimAgain() {
        CompletableFuture<List<Lease>> lost = claim("w1", 1);
        settle();
        lost.cancel(true);
        submit("job-1");
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
        assertEquals(1, now(claim("w1", 1)).size());
    }

    @Test
    public void whatIsBeingGrantedToAWorkerThatHangsUpGoesToTheNextAtNoCost() {
        CompletableFuture<List<Lease>> lost = claim("w1", 1);
        settle();
        submitLater("job-1");
        core.runAll();
        lost.cancel(true);
        CompletableFuture<List<Lease>> next = claim("w2", 1);
        settle();
        assertEquals("job-1", next.join().get(0).spec().jobId());
        assertEquals(0, job("job-1").rescues());
        assertEquals(1, next.join().get(0).attempt());
    }

    @Test
    public void aRepeatInTimeGetsWhatIsBeingGranted() {
        CompletableFuture<List<Lease>> lost = claim("w1", 1);
        settle();
        submitLater("job-1");
        core.runAll();
        lost.cancel(true);
        CompletableFuture<List<Lease>> repeat = claim("w1", 1);
        settle();
        assertEquals("job-1", repeat.join().get(0).spec().jobId());
        assertEquals("nothing was given back", 0, job("job-1").attempts().size());
    }

    @Test
    public void aClaimOutlivesOneOfItsTwoCalls() {
        CompletableFuture<List<Lease>> lost = claim("w1", 1);
        CompletableFuture<List<Lease>> repeat = claim("w1", 1);
        settle();
        lost.cancel(true);
        submit("job-1");
        assertEquals(1, repeat.join().size());
    }

    @Test
    public void aNewerClaimThatHangsUpLeavesTheOneThatIsBeingGranted() {
        CompletableFuture<List<Lease>> first = claim("w1", 1, List.of(), "", 2);
        settle();
        submitLater("job-1");
        core.runAll();
        CompletableFuture<List<Lease>> lost = claim("w1", 2, List.of(), "", 2);
        core.runAll();
        lost.cancel(true);
        settle();
        assertEquals(1, first.join().size());
        submit("job-2");
        assertEquals(JobState.AVAILABLE, stateOf("job-2"));
    }

    @Test
    public void aNewIncarnationEndsTheClaimOfTheOneBeforeAndLeavesItsLeases() {
        submit("job-1");
        long lease = now(claim("w1", 1)).get(0).leaseId();
        CompletableFuture<List<Lease>> before = claim("w1", 2);
        settle();
        CompletableFuture<List<Lease>> after = engine.claim(request("w1", "i2", 1, List.of(), "", 1));
        settle();
        assertTrue(before.join().isEmpty());
        assertFalse(after.isDone());
        for (int i = 0; i < 5; i++) {
            advance(Duration.ofSeconds(5));
            beat("w1", "i2");
        }
        assertEquals("perhaps it is still running", JobState.EXECUTING, stateOf("job-1"));
        advance(Duration.ofSeconds(6));
        assertEquals("nobody has kept it", 1, job("job-1").rescues());
        assertTrue(after.join().get(0).leaseId() > lease);
    }

    @Test
    public void ofTwoLivingWorkersWithOneNameTheYoungerIsTold() {
        beat("w1", "old");
        advance(Duration.ofSeconds(1));
        engine.claim(request("w1", "young", 1, List.of(), "", 1));
        settle();
        advance(Duration.ofSeconds(5));
        beat("w1", "old");
        CompletableFuture<List<Lease>> soon = engine.claim(request("w1", "young", 2, List.of(), "", 1));
        settle();
        assertFalse("a late call of one that has ended proves nothing", soon.isDone());
        advance(Duration.ofSeconds(15));
        beat("w1", "old");
        CompletableFuture<List<Lease>> refused = engine.claim(request("w1", "young", 3, List.of(), "", 1));
        settle();
        Throwable e = failure(refused);
        assertTrue(e.toString(), e instanceof InvalidRequestException);
        assertTrue(e.getMessage(), e.getMessage().contains("two workers are named w1"));
        advance(TERM);
        CompletableFuture<List<Lease>> alone = engine.claim(request("w1", "young", 4, List.of(), "", 1));
        settle();
        assertFalse("the older one is gone", alone.isDone());
    }

    @Test
    public void tooManyClaimsAreRefused() {
        for (int i = 0; i < 4; i++) claim("w" + i, 1);
        CompletableFuture<List<Lease>> refused = claim("w9", 1);
        settle();
        assertTrue(failure(refused) instanceof QueueUnavailableException);
    }

    @Test
    public void aLeaseThatIsKeptHoldsAndOneThatIsNotRunsOut() {
        submit("job-1", "job-2");
        long kept = now(claim("w1", 1)).get(0).leaseId();
        now(claim("w2", 1));
        for (int i = 0; i < 4; i++) {
            advance(Duration.ofSeconds(8));
            HeartbeatReply reply = beat("w1", "i1", kept);
            assertEquals(TERM, reply.leaseFor());
            assertTrue(reply.lost().isEmpty());
        }
        assertEquals(JobState.EXECUTING, stateOf("job-1"));
        assertEquals(JobState.AVAILABLE, stateOf("job-2"));
        assertEquals(1, job("job-2").rescues());
    }

    @Test
    public void aLeaseThatALivingWorkerLeavesOutIsReleasedAtNoCost() {
        submit("job-1");
        now(claim("w1", 1));
        advance(Duration.ofSeconds(10));
        beat("w1", "i1");
        assertEquals("within the grace", JobState.EXECUTING, stateOf("job-1"));
        advance(Duration.ofSeconds(6));
        beat("w1", "i1");
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
        assertEquals(0, job("job-1").rescues());
    }

    @Test
    public void aLeaseOfAnotherIsLost() {
        submit("job-1");
        long lease = now(claim("w1", 1)).get(0).leaseId();
        assertEquals(List.of(lease, 99L), beat("w2", "i1", lease, 99L).lost());
        assertEquals(List.of(lease), beat("w1", "i2", lease).lost());
        assertTrue(beat("w1", "i1", lease).lost().isEmpty());
    }

    @Test
    public void aServerThatSleptGivesEveryLeaseAFullTerm() {
        submit("job-1");
        long lease = now(claim("w1", 1)).get(0).leaseId();
        ticker.advance(Duration.ofMinutes(5));
        engine.tick();
        settle();
        assertEquals(JobState.EXECUTING, stateOf("job-1"));
        advance(Duration.ofSeconds(29));
        assertTrue(beat("w1", "i1", lease).lost().isEmpty());
    }

    @Test
    public void aServerThatStartsGivesEveryLeaseAFullTerm() throws Exception {
        submit("job-1");
        long lease = now(claim("w1", 1)).get(0).leaseId();
        ticker.advance(Duration.ofMinutes(5));
        start();
        advance(Duration.ofSeconds(29));
        assertEquals(JobState.EXECUTING, stateOf("job-1"));
        assertEquals(
                "a repeated claim finds its lease",
                lease,
                now(claim("w1", 1)).get(0).leaseId());
        advance(Duration.ofSeconds(20));
        advance(Duration.ofSeconds(20));
        assertEquals(1, job("job-1").rescues());
    }

    @Test
    public void theWorkerHearsOfACancelWithItsHeartbeat() throws Exception {
        submit("job-1");
        long lease = now(claim("w1", 1)).get(0).leaseId();
        now(engine.execute(new Command.Cancel(List.of("job-1"), "")));
        start();
        assertEquals(
                "also after a restart", List.of(lease), beat("w1", "i1", lease).cancelled());
        report("w1", job("job-1"), ReportKind.CANCELLED);
        assertEquals(JobState.CANCELLED, stateOf("job-1"));
    }

    @Test
    public void awaitEndsWithTheJobOrTheTime() {
        submit("job-1");
        CompletableFuture<JobView> patient = engine.await("job-1", Duration.ofSeconds(60));
        CompletableFuture<JobView> hasty = engine.await("job-1", Duration.ofSeconds(1));
        CompletableFuture<JobView> looking = engine.await("job-1", Duration.ZERO);
        CompletableFuture<JobView> tooMany = engine.await("job-1", Duration.ofSeconds(1));
        CompletableFuture<JobView> lost = engine.await("nobody", Duration.ofSeconds(1));
        settle();
        assertEquals(JobState.AVAILABLE, looking.join().state());
        assertTrue(failure(tooMany) instanceof QueueUnavailableException);
        assertTrue(failure(lost) instanceof UnknownJobException);
        advance(Duration.ofSeconds(2));
        assertEquals(JobState.AVAILABLE, hasty.join().state());
        assertFalse(patient.isDone());
        now(engine.execute(new Command.Cancel(List.of("job-1"), "")));
        assertEquals(JobState.CANCELLED, patient.join().state());
    }

    @Test
    public void findGivesPagesInBothOrders() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) all.add("job-" + i);
        for (int i = 0; i < all.size(); i += 500) submit(all.subList(i, i + 500).toArray(String[]::new));
        List<String> found = new ArrayList<>();
        JobQuery query = JobQuery.ALL.withLimit(999);
        JobPage page = now(engine.find(query));
        while (true) {
            page.jobs().forEach(job -> found.add(job.jobId()));
            if (page.next().isEmpty()) break;
            page = now(engine.find(query.withAfter(page.next())));
        }
        assertEquals(all, found);
        JobPage newest = now(engine.find(JobQuery.ALL.withNewestFirst(true).withLimit(2)));
        assertEquals(
                List.of("job-2499", "job-2498"),
                newest.jobs().stream().map(JobView::jobId).toList());
        JobPage exact = now(engine.find(JobQuery.ALL.withLimit(1_000).withAfter("1500")));
        assertEquals("the last page says so", "", exact.next());
        assertEquals(1_000, exact.jobs().size());
    }

    @Test
    public void findSelects() {
        submit(spec("job-1").queue("a").name("n").tags(Map.of("k", "v")).build());
        now(engine.execute(
                new Command.Submit(List.of(spec("job-2").queue("b").build()), Command.Room.AMPLE, "ann@n1")));
        now(engine.execute(new Command.Cancel(List.of("job-2"), "")));
        assertEquals(List.of("job-1"), found(JobQuery.ALL.withQueue("a")));
        assertEquals(List.of("job-2"), found(JobQuery.ALL.withBy("ann@n1")));
        assertEquals(List.of("job-1"), found(JobQuery.ALL.withName("n")));
        assertEquals(List.of("job-1"), found(JobQuery.ALL.withTag("k=v")));
        assertEquals(List.of(), found(JobQuery.ALL.withTag("k=w")));
        assertEquals(List.of("job-2"), found(JobQuery.ALL.withStates(Set.of(JobState.CANCELLED))));
        JobQuery ids = JobQuery.ALL.withJobIds(List.of("job-2", "nobody", "job-1"));
        assertEquals(List.of("job-1", "job-2"), found(ids));
        JobPage first = now(engine.find(ids.withLimit(1)));
        assertEquals(List.of("job-2"), found(ids.withAfter(first.next())));
        assertThrows(InvalidRequestException.class, () -> engine.find(JobQuery.ALL.withAfter("x")));
    }

    @Test
    public void workersAreKnownAWhile() {
        submit("job-1");
        now(claim("w1", 1));
        advance(Duration.ofSeconds(3));
        List<WorkerView> views = now(engine.workers());
        assertEquals("w1", views.get(0).worker());
        assertEquals(List.of("job-1"), views.get(0).jobIds());
        assertEquals(Duration.ofSeconds(3), views.get(0).lastHeard());
        advance(Duration.ofMinutes(11));
        assertTrue(now(engine.workers()).isEmpty());
    }

    @Test
    public void aJobWhoseTimeHasComeIsGranted() {
        submit(spec("job-1").delay(Duration.ofSeconds(5)).build());
        CompletableFuture<List<Lease>> claim = claim("w1", 1);
        settle();
        advance(Duration.ofSeconds(4));
        assertFalse(claim.isDone());
        advance(Duration.ofSeconds(1));
        assertEquals(1, claim.join().size());
    }

    @Test
    public void aJumpOfTheWallClockIsNotBelieved() {
        submit(spec("job-1").delay(Duration.ofHours(1)).build());
        ticker.jump(Duration.ofHours(2));
        advance(Duration.ofSeconds(1));
        assertEquals(JobState.SCHEDULED, stateOf("job-1"));
        assertTrue(engine.problem(), engine.problem().contains("jumped by PT2H"));
        ticker.jump(Duration.ofHours(-2));
        advance(Duration.ofSeconds(1));
        assertEquals("", engine.problem());
        ticker.jump(Duration.ofMinutes(5));
        advance(Duration.ofMinutes(56));
        assertEquals("a small one is followed", JobState.AVAILABLE, stateOf("job-1"));
    }

    @Test
    public void aClockThatWasSetBackIsNamedAndWaitedFor() throws Exception {
        submit(spec("job-1").delay(Duration.ofMinutes(5)).build());
        ticker.jump(Duration.ofHours(-1));
        start();
        advance(Duration.ofMinutes(10));
        assertEquals(JobState.SCHEDULED, stateOf("job-1"));
        assertTrue(engine.problem(), engine.problem().startsWith("the wall clock is PT1H"));
        assertTrue(engine.problem(), engine.problem().contains(" behind the time of the log"));
        ticker.jump(Duration.ofHours(1));
        advance(Duration.ofSeconds(1));
        assertEquals("", engine.problem());
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
    }

    @Test
    public void finalJobsArePruned() throws Exception {
        keepFinal = 2;
        start();
        for (int i = 0; i < 5; i++) {
            submit("job-" + i);
            now(engine.execute(new Command.Cancel(List.of("job-" + i), "")));
        }
        advance(Duration.ofSeconds(1));
        assertEquals(2, engine.machine().finals());
        advance(Duration.ofHours(25));
        assertEquals(0, engine.machine().finals());
    }

    @Test
    public void aFullCommandQueueRefuses() {
        for (int i = 0; i < 3; i++) submitLater("job-" + i);
        assertTrue(failure(submitLater("job-3")) instanceof QueueUnavailableException);
        settle();
        assertFalse(submitLater("job-3").isDone());
    }

    @Test
    public void aLogThatTakesNothingIsSaidSoAndTriedAgain() {
        submit("job-1");
        log.setFull(true);
        CompletableFuture<Result> answer = submitLater("job-2");
        CompletableFuture<List<Lease>> claim = claim("w1", 1);
        settle();
        assertTrue(failure(answer) instanceof QueueUnavailableException);
        assertFalse(claim.isDone());
        log.setFull(false);
        advance(Duration.ofSeconds(1));
        assertEquals("job-1", claim.join().get(0).spec().jobId());
    }

    @Test
    public void aBrokenLogLeavesNoCallUnanswered() {
        CompletableFuture<List<Lease>> claim = claim("w1", 1, List.of("other"), "", 1);
        settle();
        CompletableFuture<Result> logged = submitLater("job-1");
        core.runAll();
        engine.broken(new IllegalStateException("the disk is gone"));
        CompletableFuture<Result> waiting = submitLater("job-2");
        settle();
        assertTrue(failure(logged) instanceof IndeterminateException);
        assertTrue(failure(waiting) instanceof QueueUnavailableException);
        assertTrue(failure(claim) instanceof QueueUnavailableException);
        assertEquals(1, broken.size());
        assertTrue(failure(submitLater("job-3")) instanceof QueueUnavailableException);
        assertTrue(failure(engine.status()) instanceof QueueUnavailableException);
    }

    @Test
    public void stoppingFailsWhatWaitsAndFinishesWhatIsInFlight() {
        CompletableFuture<List<Lease>> claim = claim("w1", 1, List.of("other"), "", 1);
        submit("job-1");
        CompletableFuture<JobView> waiter = engine.await("job-1", Duration.ofSeconds(60));
        settle();
        CompletableFuture<Result> logged = submitLater("job-2");
        core.runAll();
        CompletableFuture<Void> stopped = engine.stop();
        core.runAll();
        assertTrue(failure(claim) instanceof QueueUnavailableException);
        assertTrue(failure(waiter) instanceof QueueUnavailableException);
        assertFalse(stopped.isDone());
        settle();
        assertTrue(logged.join() instanceof Result.Accepted);
        assertTrue(stopped.isDone());
    }

    private static JobSpec.Builder spec(String id) {
        return JobSpec.script("echo hello").jobId(id);
    }

    private CompletableFuture<Result> submitLater(String id) {
        return engine.execute(new Command.Submit(List.of(spec(id).build()), Command.Room.AMPLE));
    }

    private void submit(String... ids) {
        List<JobSpec> jobs = new ArrayList<>();
        for (String id : ids) jobs.add(spec(id).build());
        assertTrue(now(engine.execute(new Command.Submit(jobs, Command.Room.AMPLE))) instanceof Result.Accepted);
    }

    private void submit(JobSpec spec) {
        now(engine.execute(new Command.Submit(List.of(spec), Command.Room.AMPLE)));
    }

    private CompletableFuture<List<Lease>> claim(String worker, long claimId) {
        return claim(worker, claimId, List.of(), "", 1);
    }

    private CompletableFuture<List<Lease>> claim(
            String worker, long claimId, List<String> queues, String jobId, int slots) {
        return engine.claim(request(worker, "i1", claimId, queues, jobId, slots));
    }

    private static ClaimRequest request(
            String worker, String incarnation, long claimId, List<String> queues, String jobId, int slots) {
        return new ClaimRequest(
                worker, incarnation, claimId, queues, "", jobId, slots, slots, 0, Duration.ofSeconds(60));
    }

    private HeartbeatReply beat(String worker, String incarnation, Long... leaseIds) {
        return now(engine.heartbeat(new Heartbeat(worker, incarnation, List.of(leaseIds))));
    }

    private void report(String worker, Lease lease, ReportKind kind) {
        report(worker, engine.machine().byLease(lease.leaseId()), kind);
    }

    private void report(String worker, Job job, ReportKind kind) {
        Report report = new Report(
                worker,
                job.tenure().leaseId(),
                job.id(),
                kind,
                Duration.ZERO,
                "",
                "",
                CapturedText.NONE,
                CapturedText.NONE);
        now(engine.execute(new Command.End(List.of(report))));
    }

    private List<String> found(JobQuery query) {
        return now(engine.find(query)).jobs().stream().map(JobView::jobId).toList();
    }

    private Job job(String id) {
        return engine.machine().job(id);
    }

    private JobState stateOf(String id) {
        return job(id).state();
    }

    private void advance(Duration by) {
        // In steps, as a timer does: a long one would look like a server that slept.
        Duration left = by;
        while (!left.isZero()) {
            Duration step = left.compareTo(Duration.ofSeconds(5)) > 0 ? Duration.ofSeconds(5) : left;
            ticker.advance(step);
            engine.tick();
            settle();
            left = left.minus(step);
        }
    }

    private void settle() {
        do {
            core.runAll();
        } while (log.force());
    }

    private <T> T now(CompletableFuture<T> answer) {
        settle();
        assertTrue("answered", answer.isDone());
        return answer.join();
    }

    private static Throwable failure(CompletableFuture<?> answer) {
        assertTrue("failed", answer.isCompletedExceptionally());
        return assertThrows(CompletionException.class, answer::join).getCause();
    }
}
