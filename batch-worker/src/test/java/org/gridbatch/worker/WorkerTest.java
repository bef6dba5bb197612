/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LivePart;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.Placement;
import org.gridbatch.api.Progress;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.UnknownAdException;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.worker.gogo.Script;
import org.gridbatch.worker.gogo.ScriptOutcome;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class WorkerTest {
    private static final Ad AD = new Ad(1, Map.of("cpus", "4"), List.of("ace:cw"));
    private static final Duration TERM = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration STOP_WAIT = Duration.ofSeconds(20);

    @Rule
    public TemporaryFolder folder = new TemporaryFolder();

    private final ManualLoop loop = new ManualLoop();
    private final FakeQueue queue = new FakeQueue();
    private final FakeScripts scripts = new FakeScripts();
    private Worker worker;

    private static Settings settings(int slots, String queue, String accepts) {
        return new Settings(
                "worker-1",
                "",
                slots,
                List.of(queue),
                accepts,
                Map.of("room", "7"),
                Duration.ofSeconds(30),
                1_000,
                STOP_WAIT,
                GRACE,
                false,
                List.of(),
                Script.DEFAULT_DENIED);
    }

    private void start(int slots) {
        Settings settings = settings(slots, "mail", "(size<=3)");
        worker = new Worker(loop, queue, settings, AD, "incarnation-1", scripts);
        worker.start();
        loop.run();
    }

    /** A worker whose first claim was answered, and whose second waits for jobs. */
    private void startInContact(int slots) {
        start(slots);
        grant();
        loop.pass(Duration.ofMillis(100));
        queue.claims.remove(0);
    }

    private static Lease lease(long id) {
        return lease(id, Duration.ZERO);
    }

    private static Lease lease(long id, Duration timeout) {
        return new Lease(
                id,
                1,
                TERM,
                JobSpec.script("echo hello").jobId("job-" + id).timeout(timeout).build());
    }

    private void answer(int claim, Lease... leases) {
        queue.claims.get(claim).answer().complete(List.of(leases));
        loop.run();
    }

    private void grant(Lease... leases) {
        answer(queue.claims.size() - 1, leases);
    }

    private void ends(long leaseId, ScriptOutcome outcome) {
        scripts.of(leaseId).ends(outcome);
        loop.run();
    }

    private ClaimRequest claim(int index) {
        return queue.claims.get(index).request();
    }

    private static void pass(ManualLoop loop, int seconds) {
        loop.pass(Duration.ofSeconds(seconds));
    }

    private Report onlyReport() {
        assertEquals(queue.reported().toString(), 1, queue.reported().size());
        return queue.reported().get(0);
    }

    // Claims.

    @Test
    public void itSaysWhatItOffersWhenTheQueueDoesNotKnow() {
        start(1);
        queue.claims.get(0).answer().completeExceptionally(new UnknownAdException("restarted"));
        loop.run();
        assertEquals(AD, queue.ads.get(0).request());
        assertEquals("the claim is repeated as it was", claim(0), claim(1));
    }

    @Test
    public void itSaysAtOnceWhenItOffersSomethingElse() {
        start(1);
        Ad changed = new Ad(2, Map.of(), List.of("ace:cw", "ace:rw"));
        worker.advertise(changed);
        loop.run();
        assertEquals(changed, queue.ads.get(0).request());
        assertEquals("the open claim goes on", 1, queue.claims.size());
        grant(lease(1));
        ends(1, ScriptOutcome.COMPLETED);
        assertEquals(2, queue.lastClaim().request().ad());
    }

    @Test
    public void itAsksForAsManyLeasesAsSlotsAreFree() {
        start(4);
        assertEquals(1, queue.claims.size());
        assertEquals(4, claim(0).slots());
        assertEquals(4, claim(0).totalSlots());
        assertEquals(List.of("mail"), claim(0).queues());
        assertEquals("(size<=3)", claim(0).accepts());
        assertEquals(1, claim(0).ad());
        grant(lease(1));
        assertEquals(3, claim(1).slots());
        assertEquals(claim(0).claimId() + 1, claim(1).claimId());
        assertEquals(claim(0).incarnation(), claim(1).incarnation());
    }

    @Test
    public void itAsksForNothingWhileNoSlotIsFree() {
        start(2);
        grant(lease(1), lease(2));
        assertEquals(1, queue.claims.size());
        assertEquals(2, scripts.runs.size());
        ends(1, ScriptOutcome.COMPLETED);
        assertEquals(1, claim(1).slots());
    }

    @Test
    public void aSlotThatGetsFreeIsAskedForAtOnce() {
        start(2);
        grant(lease(1));
        assertEquals(1, claim(1).slots());
        pass(loop, 1);
        ends(1, ScriptOutcome.COMPLETED);
        assertEquals(2, claim(2).slots());
        assertTrue(claim(2).claimId() > claim(1).claimId());
    }

    @Test
    public void aClaimThatIsAboutToBeAnsweredIsNotAskedAgain() {
        start(2);
        grant(lease(1), lease(2));
        ends(1, ScriptOutcome.COMPLETED);
        ends(2, ScriptOutcome.COMPLETED);
        assertEquals(2, queue.claims.size());
        answer(1, lease(3));
        assertEquals(1, claim(2).slots());
        loop.pass(Duration.ofMillis(40));
        ends(3, ScriptOutcome.COMPLETED);
        assertEquals(3, queue.claims.size());
        loop.pass(Duration.ofMillis(10));
        assertEquals(2, claim(3).slots());
    }

    @Test
    public void leasesOfAnOlderClaimAreNotLost() {
        start(3);
        grant(lease(1));
        pass(loop, 1);
        ends(1, ScriptOutcome.COMPLETED);
        answer(1, lease(2));
        scripts.of(2);
        answer(2, lease(3), lease(4));
        scripts.of(3);
        scripts.of(4);
    }

    @Test
    public void leasesThatNoSlotIsFreeForAreGivenBack() {
        start(2);
        grant(lease(1));
        pass(loop, 1);
        ends(1, ScriptOutcome.COMPLETED);
        answer(1, lease(2));
        answer(2, lease(3), lease(4));
        Report released = queue.reported().get(1);
        assertEquals(ReportKind.RELEASE, released.kind());
        assertEquals(4, released.leaseId());
    }

    @Test
    public void aClaimIsRepeatedUnderItsIdUntilItIsAnswered() {
        queue.away = true;
        start(2);
        pass(loop, 20);
        queue.away = false;
        pass(loop, 3);
        assertEquals(1, claim(0).claimId());
        queue.lastClaim().answer().completeExceptionally(new QueueUnavailableException("stopping"));
        pass(loop, 3);
        assertEquals(2, queue.claims.size());
        assertEquals(claim(0), claim(1));
        grant(lease(1));
        scripts.of(1);
    }

    @Test
    public void aClaimThatIsNeverAnsweredIsRepeated() {
        startInContact(2);
        pass(loop, 46);
        assertEquals(2, queue.claims.size());
        assertEquals(claim(0).claimId(), claim(1).claimId());
    }

    @Test
    public void aClaimWaitsForJobsOnlyInContactSoThatItsAnswerTellsAtOnceThatThereIsAQueue() {
        start(2);
        assertEquals(Duration.ZERO, claim(0).maxWait());
        grant();
        loop.pass(Duration.ofMillis(100));
        assertEquals(Duration.ofSeconds(30), claim(1).maxWait());
        queue.lastClaim().answer().completeExceptionally(new QueueUnavailableException("stopping"));
        pass(loop, 1);
        assertEquals(Duration.ZERO, claim(2).maxWait());
        assertEquals("still the same claim", claim(1).claimId(), claim(2).claimId());
    }

    @Test
    public void aRepeatedClaimThatIsAnsweredTwiceRunsEachJobOnce() {
        start(2);
        pass(loop, 46);
        answer(1, lease(1));
        ends(1, ScriptOutcome.COMPLETED);
        answer(0, lease(1));
        assertEquals(1, scripts.runs.size());
        assertEquals(ReportKind.COMPLETE, onlyReport().kind());
    }

    @Test
    public void anEmptyAnswerIsFollowedByTheNextClaim() {
        startInContact(2);
        pass(loop, 30);
        grant();
        assertEquals(2, queue.claims.size());
        assertEquals(claim(0).claimId() + 1, claim(1).claimId());
    }

    @Test
    public void emptyAnswersThatComeAtOnceDoNotMakeABusyLoop() {
        start(2);
        for (int i = 0; i < 200; i++) {
            if (!queue.lastClaim().answer().isDone()) grant();
            loop.pass(Duration.ofMillis(50));
        }
        assertTrue("in 10 s it claimed " + queue.claims.size() + " times", queue.claims.size() < 15);
    }

    @Test
    public void aNameInUseIsTriedAgainMoreAndMoreSlowly() {
        start(2);
        for (int i = 0; i < 120; i++) {
            if (!queue.lastClaim().answer().isDone()) {
                queue.lastClaim().answer().completeExceptionally(new InvalidRequestException("worker-1 is in use"));
            }
            pass(loop, 1);
        }
        assertTrue("claims: " + queue.claims.size(), queue.claims.size() >= 8 && queue.claims.size() <= 16);
        pass(loop, 31);
        grant(lease(1));
        scripts.of(1);
    }

    @Test
    public void openClaimsAreBounded() {
        start(8);
        grant(lease(1), lease(2), lease(3), lease(4), lease(5), lease(6), lease(7));
        for (long id = 1; id < 8; id++) {
            pass(loop, 1);
            ends(id, ScriptOutcome.COMPLETED);
        }
        assertEquals(
                4, queue.claims.stream().filter(call -> !call.answer().isDone()).count());
        answer(1);
        answer(2);
        answer(3);
        assertEquals(8, queue.lastClaim().request().slots());
    }

    @Test
    public void aJobWhoseCommandIsGoneIsGivenBackUnstarted() {
        startInContact(1);
        worker.advertise(new Ad(2, Map.of(), List.of("ace:rw")));
        grant(new Lease(
                1,
                1,
                TERM,
                JobSpec.script("cw a b c")
                        .jobId("job-1")
                        .placement(new Placement("", List.of("cw", "ace:rw"), ""))
                        .build()));
        assertTrue(scripts.runs.isEmpty());
        Report report = onlyReport();
        assertEquals(ReportKind.RELEASE, report.kind());
        assertEquals("worker worker-1 has no command cw any more", report.error());
        assertEquals("the slot is free again", 1, queue.lastClaim().request().slots());
        assertEquals(2, queue.lastClaim().request().ad());
    }

    @Test
    public void aScriptThatFailsWhenACommandThatItNeedsHasGoneIsGivenBack() {
        start(1);
        worker.advertise(new Ad(2, Map.of(), List.of("ace:cw")));
        grant(needsCw(1));
        worker.advertise(new Ad(3, Map.of(), List.of()));
        ends(1, ScriptOutcome.FAILED);
        Report report = onlyReport();
        assertEquals(ReportKind.RELEASE, report.kind());
        assertEquals(
                "worker worker-1 lost command ace:cw while the script ran, which failed: it failed", report.error());
    }

    @Test
    public void whatAScriptSaysOfItselfCountsAlsoWhenItsCommandsHaveGone() {
        Map<ScriptOutcome, ReportKind> kinds = Map.of(
                ScriptOutcome.COMPLETED, ReportKind.COMPLETE,
                ScriptOutcome.FAILED_FOR_GOOD, ReportKind.FAIL_FOR_GOOD,
                ScriptOutcome.SNOOZED, ReportKind.SNOOZE);
        start(1);
        long lease = 1;
        for (Map.Entry<ScriptOutcome, ReportKind> kind : kinds.entrySet()) {
            worker.advertise(new Ad(2 * lease, Map.of(), List.of("ace:cw")));
            grant(needsCw(lease));
            worker.advertise(new Ad(2 * lease + 1, Map.of(), List.of()));
            ends(lease, kind.getKey());
            assertEquals(
                    kind.getValue(),
                    queue.reported().get(queue.reported().size() - 1).kind());
            lease++;
        }
    }

    private static Lease needsCw(long id) {
        return new Lease(
                id,
                1,
                TERM,
                JobSpec.script("ace:cw a b c")
                        .jobId("job-" + id)
                        .placement(new Placement("", List.of("ace:cw"), ""))
                        .build());
    }

    // Leases.

    @Test
    public void heartbeatsListAllLeasesEveryThirdOfTheTerm() {
        start(2);
        grant(lease(1), lease(2));
        pass(loop, 9);
        assertEquals(0, queue.heartbeats.size());
        pass(loop, 1);
        assertEquals(List.of(1L, 2L), queue.heartbeats.get(0).request().leaseIds());
        pass(loop, 50);
        assertEquals(6, queue.heartbeats.size());
    }

    @Test
    public void aLeaseOfAClaimThatWaitedLongIsConfirmedBeforeItsScriptStarts() {
        startInContact(1);
        queue.answersHeartbeats = false;
        pass(loop, 29);
        grant(lease(1));
        assertTrue(scripts.runs.isEmpty());
        assertEquals(1, queue.heartbeats.size());
        queue.heartbeats.get(0).answer().complete(new org.gridbatch.api.HeartbeatReply(TERM, List.of(), List.of()));
        loop.run();
        scripts.of(1);
    }

    @Test
    public void aLeaseThatArrivesDuringAHeartbeatIsConfirmedByTheNextAtOnce() {
        startInContact(2);
        queue.answersHeartbeats = false;
        pass(loop, 29);
        grant(lease(1));
        pass(loop, 2);
        grant(lease(2));
        assertEquals(1, queue.heartbeats.size());
        scripts.of(2);
        Lease waited = lease(3);
        assertEquals(2, queue.claims.size());
        ends(2, ScriptOutcome.COMPLETED);
        pass(loop, 29);
        grant(waited);
        int beats = queue.heartbeats.size();
        queue.answersHeartbeats = true;
        queue.heartbeats
                .get(beats - 1)
                .answer()
                .complete(new org.gridbatch.api.HeartbeatReply(TERM, List.of(), List.of()));
        loop.run();
        pass(loop, 1);
        scripts.of(3);
    }

    @Test
    public void aLeaseThatAllowsForTheWaitOfItsClaimStartsAtOnce() {
        startInContact(1);
        pass(loop, 29);
        Lease brief = lease(1);
        grant(new Lease(brief.leaseId(), 1, TERM.plusSeconds(29), brief.spec()));
        scripts.of(1);
        assertTrue(queue.heartbeats.isEmpty());
        pass(loop, 11);
        assertEquals(1, queue.heartbeats.size());
    }

    @Test
    public void aLeaseCountsFromTheCallThatBroughtIt() {
        start(1);
        pass(loop, 46);
        answer(1, lease(1));
        scripts.of(1);
        queue.away = true;
        pass(loop, 23);
        assertFalse(scripts.of(1).interrupted);
        pass(loop, 3);
        assertTrue(scripts.of(1).interrupted);
    }

    @Test
    public void aLeaseThatIsLostBeforeItIsConfirmedIsNeverStarted() {
        startInContact(1);
        queue.lost = List.of(1L);
        pass(loop, 29);
        grant(lease(1));
        assertTrue(scripts.runs.isEmpty());
        assertTrue(queue.reported().isEmpty());
        assertEquals(1, queue.lastClaim().request().slots());
    }

    @Test
    public void aScriptIsStoppedBeforeItsLeaseEndsWhenNoHeartbeatGetsThrough() {
        start(1);
        grant(lease(1));
        pass(loop, 20);
        queue.away = true;
        pass(loop, 24);
        assertFalse(scripts.of(1).interrupted);
        pass(loop, 2);
        assertTrue("25 s after the heartbeat of second 20", scripts.of(1).interrupted);
        queue.away = false;
        pass(loop, 5);
        assertTrue(queue.reported().isEmpty());
        assertEquals(1, queue.lastClaim().request().slots());
    }

    @Test
    public void heartbeatsThatAreLostAreSentAgainSooner() {
        start(1);
        grant(lease(1));
        queue.away = true;
        pass(loop, 20);
        queue.away = false;
        pass(loop, 2);
        assertFalse(queue.heartbeats.isEmpty());
        pass(loop, 60);
        assertFalse(scripts.of(1).interrupted);
    }

    @Test
    public void aHeartbeatThatIsAnsweredLateCountsFromItsSending() {
        start(1);
        grant(lease(1));
        queue.answersHeartbeats = false;
        pass(loop, 19);
        queue.heartbeats.get(0).answer().complete(new org.gridbatch.api.HeartbeatReply(TERM, List.of(), List.of()));
        loop.run();
        pass(loop, 15);
        assertFalse("sent at second 10, so it may run until 35", scripts.of(1).interrupted);
        pass(loop, 2);
        assertTrue(scripts.of(1).interrupted);
    }

    @Test
    public void theScriptOfALostLeaseIsStoppedAndNotReported() {
        start(1);
        grant(lease(1));
        queue.lost = List.of(1L);
        pass(loop, 10);
        assertTrue(scripts.of(1).interrupted);
        assertTrue(queue.reported().isEmpty());
        assertEquals(1, queue.lastClaim().request().slots());
    }

    @Test
    public void aCancelledJobIsStoppedAndReportedSo() {
        start(1);
        grant(lease(1));
        queue.cancelled = List.of(1L);
        pass(loop, 10);
        assertTrue(scripts.of(1).interrupted);
        assertEquals(ReportKind.CANCELLED, onlyReport().kind());
    }

    @Test
    public void aJobThatIsCancelledBeforeItStartsIsReportedSo() {
        startInContact(1);
        queue.cancelled = List.of(1L);
        pass(loop, 29);
        grant(lease(1));
        assertTrue(scripts.runs.isEmpty());
        assertEquals(ReportKind.CANCELLED, onlyReport().kind());
    }

    // Scripts.

    @Test
    public void outcomesAreReportedAsTheyAre() {
        start(4);
        grant(lease(1), lease(2), lease(3), lease(4));
        scripts.of(1).ends(ScriptOutcome.COMPLETED);
        scripts.of(2).ends(ScriptOutcome.FAILED);
        scripts.of(3).ends(ScriptOutcome.FAILED_FOR_GOOD);
        scripts.of(4).ends(ScriptOutcome.SNOOZED, Duration.ofMinutes(5), "");
        loop.run();
        assertEquals("what ends together is reported together", 1, queue.reports.size());
        List<Report> reports = queue.reported();
        assertEquals(
                List.of(ReportKind.COMPLETE, ReportKind.FAIL, ReportKind.FAIL_FOR_GOOD, ReportKind.SNOOZE),
                reports.stream().map(Report::kind).toList());
        assertEquals("it failed", reports.get(1).error());
        assertEquals(Duration.ofMinutes(5), reports.get(3).delay());
        assertEquals("job-1", reports.get(0).jobId());
    }

    @Test
    public void anAttemptThatTakesTooLongIsStoppedAndFails() {
        start(1);
        grant(lease(1, Duration.ofSeconds(5)));
        pass(loop, 4);
        assertFalse(scripts.of(1).interrupted);
        pass(loop, 1);
        assertTrue(scripts.of(1).interrupted);
        assertEquals(ReportKind.FAIL, onlyReport().kind());
        assertEquals("timed out after PT5S, in: sleep 60", onlyReport().error());
    }

    @Test
    public void aScriptThatHadEndedWhenItsTimeWasUpCounts() {
        start(1);
        grant(lease(1, Duration.ofSeconds(5)));
        scripts.of(1).ends(ScriptOutcome.COMPLETED);
        pass(loop, 6);
        assertEquals(ReportKind.COMPLETE, onlyReport().kind());
    }

    @Test
    public void aSlotWhoseScriptDoesNotHeedAnInterruptIsNotUsedAgain() {
        start(2);
        grant(lease(1, Duration.ofSeconds(5)));
        scripts.of(1).heeds = false;
        pass(loop, 14);
        assertTrue(queue.reported().isEmpty());
        pass(loop, 1);
        assertThat(onlyReport().error(), containsString("timed out after PT5S"));
        assertThat(onlyReport().error(), containsString("still runs on worker worker-1"));
        grant(lease(2));
        assertEquals(List.of(0, 1), scripts.slots);
        assertEquals("all slots are taken", 2, queue.claims.size());
        ends(2, ScriptOutcome.COMPLETED);
        assertEquals(1, queue.lastClaim().request().slots());
        assertEquals(1, queue.lastClaim().request().totalSlots());
    }

    @Test
    public void aWorkerWhoseSlotsAreAllOutOfUseClaimsNothingUntilOneEnds() {
        start(1);
        grant(lease(1, Duration.ofSeconds(5)));
        scripts.of(1).heeds = false;
        pass(loop, 300);
        assertEquals(1, queue.claims.size());
        ends(1, ScriptOutcome.INTERRUPTED);
        assertEquals(2, queue.claims.size());
        assertEquals("reported once", ReportKind.FAIL, onlyReport().kind());
    }

    // Other settings.

    @Test
    public void otherQueuesAndFiltersHoldForTheNextClaimAtOnceAndTouchNoScript() {
        startInContact(2);
        grant(lease(1));
        loop.pass(Duration.ofMillis(100));
        int claims = queue.claims.size();
        worker.configure(settings(2, "reports", ""));
        loop.run();

        assertEquals("the claim that waits is replaced", claims + 1, queue.claims.size());
        assertEquals(List.of("reports"), queue.lastClaim().request().queues());
        assertEquals("", queue.lastClaim().request().accepts());
        worker.configure(settings(2, "reports", ""));
        loop.run();
        assertEquals("the same is no change", claims + 1, queue.claims.size());
        ends(1, ScriptOutcome.COMPLETED);
        assertEquals(ReportKind.COMPLETE, onlyReport().kind());
    }

    @Test
    public void moreSlotsAreUsedAtOnce() {
        startInContact(1);
        grant(lease(1));
        int claims = queue.claims.size();
        worker.configure(settings(3, "mail", "(size<=3)"));
        loop.run();

        assertEquals(claims + 1, queue.claims.size());
        assertEquals(2, queue.lastClaim().request().slots());
        assertEquals(3, queue.lastClaim().request().totalSlots());
        grant(lease(2), lease(3));
        assertEquals(List.of(0, 1, 2), scripts.slots);
    }

    @Test
    public void ofFewerSlotsThoseThatAreTakenStaySoUntilTheirScriptsEnd() {
        startInContact(3);
        grant(lease(1), lease(2), lease(3));
        int claims = queue.claims.size();
        worker.configure(settings(1, "mail", "(size<=3)"));
        loop.run();
        ends(1, ScriptOutcome.COMPLETED);
        ends(2, ScriptOutcome.COMPLETED);
        assertEquals("one runs in the only slot", claims, queue.claims.size());
        assertEquals(2, queue.reported().size());
        ends(3, ScriptOutcome.COMPLETED);
        assertEquals(claims + 1, queue.claims.size());
        assertEquals(1, queue.lastClaim().request().slots());
        assertEquals(1, queue.lastClaim().request().totalSlots());
        assertEquals(3, queue.reported().size());
    }

    // Scripts that do not stop.

    private void sticks(long leaseId) {
        scripts.of(leaseId).heeds = false;
        queue.cancelled = List.of(leaseId);
        pass(loop, 10);
        loop.pass(GRACE.plusSeconds(1));
    }

    /** @return true each time that it tells that it is stuck */
    private List<Boolean> startWithOneJob() {
        start(1);
        List<Boolean> told = new ArrayList<>();
        worker.whenStuck(() -> told.add(true));
        grant(lease(1));
        return told;
    }

    @Test
    public void aWorkerWhoseSlotsAreAllStuckLeavesTheGridAndComesBackWithAScriptsEnd() {
        List<Boolean> told = startWithOneJob();
        sticks(1);

        assertThat(onlyReport().error(), containsString("\nstuck: its script does not heed the interrupt"));
        Ad withdrawn = queue.ads.get(queue.ads.size() - 1).request();
        assertEquals(List.of(), withdrawn.commands());
        assertEquals(Map.of(), withdrawn.labels());
        assertEquals("said once, when all was reported", List.of(true), told);
        int claims = queue.claims.size();
        worker.advertise(new Ad(2, Map.of("room", "8"), List.of("ace:cw")));
        pass(loop, 60);
        assertEquals("it claims nothing", claims, queue.claims.size());
        assertEquals(
                "and offers nothing",
                withdrawn,
                queue.ads.get(queue.ads.size() - 1).request());

        ends(1, ScriptOutcome.INTERRUPTED);
        assertEquals(claims + 1, queue.claims.size());
        queue.lastClaim().answer().completeExceptionally(new UnknownAdException("another version"));
        loop.run();
        Ad back = queue.ads.get(queue.ads.size() - 1).request();
        assertEquals("what it offers by now", List.of("ace:cw"), back.commands());
        assertTrue(back.version() > withdrawn.version());
        assertEquals(back.version(), queue.lastClaim().request().ad());
    }

    @Test
    public void aStuckWorkerDoesNotWaitForAQueueThatIsAway() {
        List<Boolean> told = startWithOneJob();
        queue.answersReports = false;
        sticks(1);
        assertEquals(List.of(), told);
        pass(loop, 5);
        assertEquals(List.of(true), told);
    }

    @Test
    public void aWorkerThatIsStuckAgainOrGetsOtherSettingsSaysSoAgain() {
        List<Boolean> told = startWithOneJob();
        sticks(1);
        assertEquals(1, told.size());

        worker.configure(settings(1, "mail", ""));
        loop.run();
        assertEquals("settings may say something else to do now", 2, told.size());
        pass(loop, 60);
        assertEquals("once", 2, told.size());

        ends(1, ScriptOutcome.INTERRUPTED);
        worker.configure(settings(1, "mail", ""));
        pass(loop, 60);
        assertEquals("it is well", 2, told.size());
        grant(lease(2));
        sticks(2);
        assertEquals(3, told.size());
    }

    @Test
    public void otherSettingsForAStuckWorkerHoldAlsoWhenTheQueueIsAway() {
        List<Boolean> told = startWithOneJob();
        queue.answersReports = false;
        sticks(1);
        pass(loop, 5);
        worker.configure(settings(1, "mail", ""));
        pass(loop, 5);
        assertEquals(2, told.size());
    }

    @Test
    public void aScriptThatCannotBeStartedIsGivenBack() {
        Settings settings = new Settings(
                "worker-1",
                "",
                1,
                List.of(),
                "",
                Map.of(),
                Duration.ofSeconds(30),
                1_000,
                STOP_WAIT,
                GRACE,
                false,
                List.of(),
                List.of());
        new Worker(loop, queue, settings, AD, "incarnation-1", (lease, slot) -> {
                    throw new OutOfMemoryError("unable to create native thread");
                })
                .start();
        loop.run();
        grant(lease(1));
        assertEquals(ReportKind.RELEASE, onlyReport().kind());
        assertEquals(2, queue.claims.size());
    }

    // Reports.

    @Test
    public void aReportIsRepeatedUntilItIsAnsweredAndItsLeaseIsKept() {
        start(1);
        grant(lease(1));
        queue.answersReports = false;
        ends(1, ScriptOutcome.COMPLETED);
        pass(loop, 40);
        assertTrue(queue.reports.size() >= 2);
        assertEquals(
                List.of(1L),
                queue.heartbeats.get(queue.heartbeats.size() - 1).request().leaseIds());
        queue.answersReports = true;
        pass(loop, 20);
        int sent = queue.reports.size();
        int beats = queue.heartbeats.size();
        pass(loop, 60);
        assertEquals(sent, queue.reports.size());
        assertEquals(beats, queue.heartbeats.size());
    }

    @Test
    public void aFlightRecordingTellsWhereTheTimeOfAnAttemptWent() throws IOException {
        Path file = folder.newFile("attempts.jfr").toPath();
        try (Recording recording = new Recording()) {
            recording.start();
            start(1);
            grant(lease(1));
            pass(loop, 3);
            queue.answersReports = false;
            ends(1, ScriptOutcome.COMPLETED);
            pass(loop, 2);
            FakeQueue.Call<List<Report>, List<Verdict>> call = queue.reports.get(0);
            call.answer().complete(queue.verdicts(call.request()));
            loop.run();
            recording.stop();
            recording.dump(file);
        }
        RecordedEvent event = RecordingFile.readAllEvents(file).stream()
                .filter(one -> one.getEventType().getName().equals("org.gridbatch.Attempt"))
                .findFirst()
                .orElseThrow();
        assertEquals("job-1", event.getString("job"));
        assertEquals(1, event.getLong("lease"));
        assertEquals(Duration.ZERO, event.getDuration("starting"));
        assertEquals(Duration.ofSeconds(3), event.getDuration("running"));
        assertEquals(Duration.ZERO, event.getDuration("sending"));
        assertEquals(Duration.ofSeconds(2), event.getDuration("answering"));
    }

    @Test
    public void reportsWaitWhileTheQueueIsAway() {
        start(2);
        grant(lease(1), lease(2));
        queue.away = true;
        ends(1, ScriptOutcome.COMPLETED);
        pass(loop, 5);
        ends(2, ScriptOutcome.FAILED);
        pass(loop, 5);
        queue.away = false;
        pass(loop, 3);
        assertEquals(1, queue.reports.size());
        assertEquals(2, queue.reported().size());
    }

    @Test
    public void aReportThatWasNeverSentIsDroppedWithItsLease() {
        start(1);
        grant(lease(1));
        queue.takesReports = false;
        ends(1, ScriptOutcome.COMPLETED);
        queue.lost = List.of(1L);
        pass(loop, 20);
        queue.takesReports = true;
        pass(loop, 60);
        assertTrue(queue.reported().isEmpty());
    }

    @Test
    public void aReportThatMayHaveArrivedIsAskedForAlthoughItsLeaseIsGone() {
        start(1);
        grant(lease(1));
        queue.answersReports = false;
        ends(1, ScriptOutcome.COMPLETED);
        queue.lost = List.of(1L);
        pass(loop, 12);
        queue.answersReports = true;
        pass(loop, 10);
        assertEquals(2, queue.reports.size());
        pass(loop, 60);
        assertEquals(2, queue.reports.size());
    }

    @Test
    public void aStaleReportIsNotRepeated() {
        start(1);
        grant(lease(1));
        queue.verdict = VerdictKind.STALE;
        ends(1, ScriptOutcome.COMPLETED);
        pass(loop, 60);
        assertEquals(1, queue.reports.size());
    }

    @Test
    public void aReportThatTheQueueRefusesDoesNotHoldUpTheOthers() {
        start(2);
        grant(lease(1), lease(2));
        queue.answersReports = false;
        scripts.of(1).ends(ScriptOutcome.COMPLETED);
        scripts.of(2).ends(ScriptOutcome.COMPLETED);
        loop.run();
        queue.reports.get(0).answer().completeExceptionally(new InvalidRequestException("too much"));
        pass(loop, 1);
        queue.reports.get(1).answer().completeExceptionally(new InvalidRequestException("too much"));
        queue.answersReports = true;
        pass(loop, 5);
        assertEquals(3, queue.reports.size());
        assertEquals(2, queue.reports.get(2).request().get(0).leaseId());
    }

    @Test
    public void unansweredReportsStopTheClaims() {
        start(2);
        queue.answersReports = false;
        for (long id = 1; id < 20; id++) {
            if (queue.lastClaim().answer().isDone()) break;
            grant(lease(id));
            ends(id, ScriptOutcome.COMPLETED);
        }
        assertTrue("claims: " + queue.claims.size(), queue.claims.size() < 10);
        queue.reports
                .get(0)
                .answer()
                .complete(queue.verdicts(queue.reports.get(0).request()));
        queue.answersReports = true;
        pass(loop, 60);
        assertFalse(queue.lastClaim().answer().isDone());
    }

    @Test
    public void longOutputsAreReportedInSeveralCalls() {
        start(200);
        grant(java.util.stream.LongStream.rangeClosed(1, 200)
                .mapToObj(WorkerTest::lease)
                .toArray(Lease[]::new));
        for (long id = 1; id <= 200; id++) scripts.of(id).ends(ScriptOutcome.FAILED, Duration.ZERO, "x".repeat(16_000));
        loop.run();
        assertEquals(200, queue.reported().size());
        assertTrue(queue.reports.size() >= 6);
    }

    // The end.

    private CompletableFuture<Void> stop() {
        CompletableFuture<Void> stopped = worker.stop().toCompletableFuture();
        loop.run();
        return stopped;
    }

    @Test
    public void aStopEndsTheClaimThatWaitsAndGivesBackWhatItBrings() {
        start(2);
        CompletableFuture<Void> stopped = stop();
        assertEquals(2, queue.claims.size());
        assertEquals(Duration.ZERO, claim(1).maxWait());
        assertFalse(stopped.isDone());
        answer(0, lease(1));
        answer(1, lease(2));
        assertTrue(scripts.runs.isEmpty());
        assertEquals(
                List.of(ReportKind.RELEASE, ReportKind.RELEASE),
                queue.reported().stream().map(Report::kind).toList());
        assertTrue(stopped.isDone());
        pass(loop, 100);
        assertEquals(2, queue.claims.size());
    }

    @Test
    public void aStopLetsScriptsEnd() {
        start(1);
        grant(lease(1));
        CompletableFuture<Void> stopped = stop();
        pass(loop, 15);
        assertFalse(stopped.isDone());
        assertFalse("leases are kept meanwhile", queue.heartbeats.isEmpty());
        ends(1, ScriptOutcome.COMPLETED);
        assertEquals(ReportKind.COMPLETE, onlyReport().kind());
        assertTrue(stopped.isDone());
        assertEquals(1, queue.claims.size());
    }

    @Test
    public void aStopGivesBackWhatDoesNotEndInTime() {
        start(1);
        grant(lease(1));
        CompletableFuture<Void> stopped = stop();
        pass(loop, 20);
        assertTrue(scripts.of(1).interrupted);
        assertEquals(ReportKind.RELEASE, onlyReport().kind());
        assertTrue(stopped.isDone());
    }

    @Test
    public void aStopGivesBackWhatHasNotStarted() {
        startInContact(1);
        queue.answersHeartbeats = false;
        pass(loop, 29);
        grant(lease(1));
        CompletableFuture<Void> stopped = stop();
        assertEquals(ReportKind.RELEASE, onlyReport().kind());
        assertTrue(stopped.isDone());
    }

    @Test
    public void aStopIsBoundedWhateverHappens() {
        start(1);
        grant(lease(1));
        scripts.of(1).heeds = false;
        CompletableFuture<Void> stopped = stop();
        queue.away = true;
        pass(loop, 36);
        assertTrue(stopped.isDone());
        assertTrue("what still runs is not given back", queue.reported().isEmpty());
    }

    @Test
    public void aStopWithoutAQueueIsBounded() {
        queue.away = true;
        start(1);
        CompletableFuture<Void> stopped = stop();
        pass(loop, 6);
        assertTrue(stopped.isDone());
    }

    // What scripts tell.

    private List<LivePart> told() {
        return queue.heartbeats.stream()
                .flatMap(call -> call.request().live().stream())
                .toList();
    }

    private String printed(long leaseId) {
        return told().stream()
                .filter(part -> part.leaseId() == leaseId)
                .map(part -> part.out().text())
                .collect(Collectors.joining());
    }

    @Test
    public void whatIsNewIsToldWithinTwoSecondsAndOnce() {
        start(1);
        grant(lease(1));
        scripts.of(1).out = "one\n";
        scripts.of(1).progress = new Progress(1, 2, "first");
        pass(loop, 2);
        scripts.of(1).out = "one\ntwo\n";
        pass(loop, 1);
        assertEquals(
                List.of(
                        new LivePart(1, new Progress(1, 2, "first"), Map.of(), new LiveText(0, "one\n"), null),
                        new LivePart(1, new Progress(1, 2, "first"), Map.of(), new LiveText(4, "two\n"), null)),
                told());
        assertEquals(2, queue.heartbeats.size());
        scripts.of(1).notes = Map.of("shop", "42");
        pass(loop, 1);
        assertEquals(Map.of("shop", "42"), told().get(2).notes());
        pass(loop, 9);
        assertEquals("nothing is new", 3, queue.heartbeats.size());
    }

    @Test
    public void aShortJobTellsNothing() {
        start(1);
        for (long id = 1; id <= 20; id++) {
            grant(lease(id));
            scripts.of(id).out = "hello\n";
            loop.pass(Duration.ofMillis(900));
            ends(id, ScriptOutcome.COMPLETED);
        }
        assertEquals(List.of(), told());
    }

    @Test
    public void whatWasToldInVainIsToldAgain() {
        start(1);
        grant(lease(1));
        scripts.of(1).out = "one\n";
        queue.answersHeartbeats = false;
        pass(loop, 2);
        assertEquals(1, told().size());
        queue.heartbeats.get(0).answer().completeExceptionally(new IllegalStateException("the line broke"));
        scripts.of(1).out = "one\ntwo\n";
        queue.answersHeartbeats = true;
        pass(loop, 2);
        assertEquals(new LiveText(0, "one\ntwo\n"), told().get(1).out());
        assertEquals(2, told().size());
    }

    @Test
    public void aRegularHeartbeatTellsAgainHowFarItIs() {
        start(1);
        grant(lease(1));
        scripts.of(1).progress = new Progress(1, 2, "");
        pass(loop, 2);
        assertEquals(1, told().size());
        pass(loop, 10);
        assertEquals(
                "a server that has started since does not know it",
                new LivePart(1, new Progress(1, 2, ""), Map.of(), null, null).progress(),
                told().get(1).progress());
    }

    @Test
    public void ofManyScriptsThatPrintWithoutEndEachTellsAndTheWholeIsBounded() {
        start(256);
        Lease[] leases = new Lease[256];
        for (int i = 0; i < 256; i++) leases[i] = lease(i + 1);
        grant(leases);
        for (long id = 1; id <= 256; id++) {
            scripts.of(id).out = "x".repeat(200);
            scripts.of(id).progress = new Progress(id, 256, "y".repeat(Limits.LIVE_TEXT));
        }
        pass(loop, 12);
        assertTrue("beats: " + queue.heartbeats.size(), queue.heartbeats.size() <= 13);
        for (var call : queue.heartbeats) {
            int chars = call.request().live().stream().mapToInt(LivePart::chars).sum();
            assertTrue("chars: " + chars, chars <= LiveNews.STATUS_CHARS + LiveNews.UNWATCHED_CHARS);
        }
        for (long id = 1; id <= 256; id++)
            assertEquals("job " + id, 200, printed(id).length());
    }

    @Test
    public void whatSomebodyLooksAtGoesFirstAndFaster() {
        start(2);
        grant(lease(1), lease(2));
        scripts.of(1).out = "x".repeat(200_000);
        scripts.of(2).out = "y".repeat(200_000);
        pass(loop, 1);
        assertEquals(LiveNews.UNWATCHED_CHARS, printed(1).length() + printed(2).length());
        queue.watched = List.of(2L);
        pass(loop, 1);
        int before = printed(2).length();
        pass(loop, 1);
        assertEquals(LiveNews.WATCHED_CHARS, printed(2).length() - before);
        assertTrue("the other one is not forgotten", printed(1).length() > 0);
    }

    @Test
    public void aQueueThatRefusesNewsStillHearsThatTheWorkerLives() {
        start(1);
        grant(lease(1));
        queue.refusesNews = true;
        scripts.of(1).out = "one\n";
        pass(loop, 60);
        assertEquals(1, told().size());
        assertFalse("its script goes on", scripts.of(1).interrupted);
        assertTrue(queue.heartbeats.size() >= 5);
    }
}
