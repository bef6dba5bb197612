/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.JobConflictException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limits;
import org.gridbatch.api.QueueLimitException;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.junit.Test;

public class QueueMachineTest {
    private QueueMachine machine = new QueueMachine();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    public void aRepeatedSubmitChangesNothing() {
        JobSpec spec = spec("job-1").build();
        assertFalse(submit(spec).get(0).repeated());
        assertTrue(submit(spec).get(0).repeated());
        assertEquals(1, machine.count(JobState.AVAILABLE));
    }

    @Test
    public void aJobTwiceInOneSubmitIsOneJob() {
        JobSpec spec = spec("job-1").build();
        List<Submitted> answers = submit(spec, spec);
        assertFalse(answers.get(0).repeated());
        assertTrue(answers.get(1).repeated());
        assertEquals(1, machine.count(JobState.AVAILABLE));
    }

    @Test
    public void aKnownIdWithAnotherContentRefusesTheWholeSubmit() {
        submit(spec("job-2").build());
        Result result = given(new Command.Submit(
                List.of(spec("job-1").build(), spec("job-2").name("other").build()), Command.Room.AMPLE));
        JobConflictException e = (JobConflictException) ((Result.Refused) result).toException();
        assertEquals("job-2", e.jobId());
        assertNull("all or none", machine.job("job-1"));
    }

    @Test
    public void aFullQueueRefusesNewJobsButNotRepeats() {
        Command.Room room = new Command.Room(2, 3, Long.MAX_VALUE, 100, 100, 100, 100);
        JobSpec first = spec("job-1").build();
        given(new Command.Submit(List.of(first, spec("job-2").build()), room));
        Result full = given(new Command.Submit(List.of(spec("job-3").build()), room));
        assertEquals("default", ((QueueLimitException) ((Result.Refused) full).toException()).queue());
        assertTrue(given(new Command.Submit(List.of(first), room)) instanceof Result.Accepted);

        assertTrue(
                given(new Command.Submit(List.of(spec("job-4").queue("other").build()), room))
                        instanceof Result.Accepted);
        Result all =
                given(new Command.Submit(List.of(spec("job-5").queue("third").build()), room));
        assertTrue(((Result.Refused) all).message().contains("the grid has 3 jobs"));
        Result heavy = given(new Command.Submit(
                List.of(spec("job-6").build()),
                new Command.Room(10, 10, machine.job("job-1").weight(), 100, 100, 100, 100)));
        assertTrue(((Result.Refused) heavy).message().contains("bytes of memory"));
    }

    @Test
    public void aFinalJobMakesRoom() {
        Command.Room room = new Command.Room(1, 1, Long.MAX_VALUE, 100, 100, 100, 100);
        given(new Command.Submit(List.of(spec("job-1").build()), room));
        end(grant("job-1"), "job-1", ReportKind.COMPLETE);
        assertTrue(given(new Command.Submit(List.of(spec("job-2").build()), room)) instanceof Result.Accepted);
    }

    @Test
    public void keysThatAreHeldForATimeAreBoundedWhateverBecameOfTheirJobs() {
        assertTrue(given(keyed(2, "job-1", "a", 60)) instanceof Result.Accepted);
        end(grant("job-1"), "job-1", ReportKind.COMPLETE);
        given(new Command.Prune(now.plusSeconds(1).toEpochMilli(), 0, 0, 10));
        assertNull(machine.job("job-1"));
        assertTrue(given(keyed(2, "job-2", "b", 30)) instanceof Result.Accepted);

        QueueMachine restarted = new QueueMachine(machine.image());
        for (QueueMachine one : List.of(machine, restarted)) {
            Result.Refused full = (Result.Refused) one.apply(keyed(2, "job-3", "c", 60), now);
            assertEquals("the grid has 2 unique keys that are held for a time, and may have 2", full.message());
            assertEquals("default", ((QueueLimitException) full.toException()).queue());
            Result held = one.apply(keyed(2, "job-3", "a", 60), now);
            assertEquals("job-1", ((Result.Accepted) held).jobs().get(0).jobId());
            assertTrue("until it is final", one.apply(keyed(2, "job-4", "d", 0), now) instanceof Result.Accepted);
            assertTrue(one.apply(keyed(2, "job-5", "", 0), now) instanceof Result.Accepted);
        }

        later(30);
        assertTrue("one is free", given(keyed(2, "job-3", "c", 60)) instanceof Result.Accepted);
        assertTrue(given(keyed(2, "job-6", "b", 60)) instanceof Result.Refused);
    }

    @Test
    public void newKeysOfOneSubmitCountOnceEachAndAreTakenAllOrNone() {
        Unique unique = new Unique("a", Duration.ofHours(1));
        List<JobSpec> equal = List.of(
                spec("job-1").unique(unique).build(),
                spec("job-2").unique(unique).build());
        assertTrue(given(new Command.Submit(equal, Command.Room.AMPLE.withUniqueKeys(1))) instanceof Result.Accepted);
        List<JobSpec> two = List.of(
                spec("job-3").unique(new Unique("b", Duration.ofHours(1))).build(),
                spec("job-4").unique(new Unique("c", Duration.ofHours(1))).build());
        assertTrue(given(new Command.Submit(two, Command.Room.AMPLE.withUniqueKeys(2))) instanceof Result.Refused);
        assertNull(machine.job("job-3"));
        assertTrue(given(new Command.Submit(two, Command.Room.AMPLE.withUniqueKeys(3))) instanceof Result.Accepted);
    }

    private static Command keyed(int most, String id, String key, int seconds) {
        JobSpec spec =
                spec(id).unique(new Unique(key, Duration.ofSeconds(seconds))).build();
        return new Command.Submit(List.of(spec), Command.Room.AMPLE.withUniqueKeys(most));
    }

    @Test
    public void theLaterOfDelayAndNotBeforeCounts() {
        submit(
                spec("job-1").delay(Duration.ofSeconds(10)).build(),
                spec("job-2")
                        .delay(Duration.ofSeconds(10))
                        .notBefore(now.plusSeconds(20))
                        .build(),
                spec("job-3").notBefore(now.minusSeconds(20)).build());
        assertEquals(JobState.AVAILABLE, stateOf("job-3"));
        later(10);
        assertEquals(1, promote());
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
        assertEquals(JobState.SCHEDULED, stateOf("job-2"));
        later(10);
        assertEquals(1, promote());
    }

    @Test
    public void timesThatNoCalendarHasDoNotStopTheMachine() {
        submit(
                spec("job-1").notBefore(Instant.MAX).build(),
                spec("job-2").notBefore(Instant.MIN).build(),
                spec("job-3").delay(Limits.DELAY).notBefore(Instant.MAX).build());
        assertEquals(JobState.SCHEDULED, stateOf("job-1"));
        assertEquals(JobState.AVAILABLE, stateOf("job-2"));
        assertTrue(machine.view(machine.job("job-1")).scheduledAt().isAfter(now));
        machine.apply(new Command.Promote(10), Instant.MAX);
        machine.apply(new Command.Promote(10), Instant.MIN);
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
    }

    @Test
    public void timeNeverGoesBack() {
        submit(spec("job-1").build());
        Instant first = now;
        now = now.minusSeconds(3_600);
        submit(spec("job-2").build());
        assertEquals(first, machine.view(machine.job("job-2")).submittedAt());
    }

    @Test
    public void leaseIdsGrowAndOnlyAvailableJobsAreGranted() {
        submit(spec("job-1").build(), spec("job-2").delay(Duration.ofSeconds(1)).build());
        Result.Granted granted =
                (Result.Granted) given(new Command.Grant("w1", "i1", 1, List.of("job-1", "job-2", "nobody", "job-1")));
        assertEquals(1, granted.leases().size());
        long first = granted.leases().get(0).leaseId();
        end(first, "job-1", ReportKind.RELEASE);
        assertTrue(grant("job-1") > first);
    }

    @Test
    public void aReportUnderAnOlderLeaseIsRefusedAndTheRefusalKept() {
        submit(spec("job-1").build());
        long old = grant("job-1");
        expire(old);
        long current = grant("job-1");
        Verdict verdict = end(old, "job-1", ReportKind.COMPLETE);
        assertEquals(VerdictKind.STALE, verdict.kind());
        assertEquals(JobState.EXECUTING, verdict.state());
        assertEquals(JobState.EXECUTING, stateOf("job-1"));
        String kept = attempts("job-1").get(0).error();
        assertTrue(kept, kept.contains("refused COMPLETE") && kept.contains("lease " + old));
        assertEquals(
                VerdictKind.ACCEPTED, end(current, "job-1", ReportKind.COMPLETE).kind());
        assertEquals(
                "a refusal after the end is kept too",
                VerdictKind.STALE,
                end(old, "job-1", ReportKind.FAIL).kind());
        assertEquals(JobState.COMPLETED, stateOf("job-1"));
        assertEquals(2, machine.job("job-1").refusals());
    }

    @Test
    public void aReportOfAnotherWorkerIsRefused() {
        submit(spec("job-1").build());
        long lease = grant("job-1");
        Verdict verdict = end(report("w2", lease, "job-1", ReportKind.COMPLETE, Duration.ZERO));
        assertEquals(VerdictKind.STALE, verdict.kind());
        assertEquals(JobState.EXECUTING, stateOf("job-1"));
    }

    @Test
    public void aRepeatedReportIsAnsweredAsRepeated() {
        for (ReportKind kind : ReportKind.values()) {
            String id = "job-" + kind;
            submit(spec(id).build());
            long lease = grant(id);
            assertEquals(VerdictKind.ACCEPTED, end(lease, id, kind).kind());
            JobState state = stateOf(id);
            assertEquals(kind.name(), VerdictKind.REPEATED, end(lease, id, kind).kind());
            assertEquals(state, stateOf(id));
            ReportKind other = kind == ReportKind.COMPLETE ? ReportKind.FAIL : ReportKind.COMPLETE;
            assertEquals(
                    "another report is not a repeat",
                    VerdictKind.STALE,
                    end(lease, id, other).kind());
        }
    }

    @Test
    public void aReportOfAnUnknownJobIsStale() {
        Verdict verdict = end(1, "nobody", ReportKind.COMPLETE);
        assertEquals(VerdictKind.STALE, verdict.kind());
        assertEquals(JobState.DISCARDED, verdict.state());
    }

    @Test
    public void aFailedJobWaitsAndIsDiscardedWhenItsAttemptsAreUsedUp() {
        submit(spec("job-1")
                .maxAttempts(2)
                .backoff(new Backoff(2, Duration.ofSeconds(100), Duration.ofHours(1)))
                .build());
        end(grant("job-1"), "job-1", ReportKind.FAIL);
        assertEquals(JobState.RETRYABLE, stateOf("job-1"));
        long wait = Duration.between(now, machine.view(machine.job("job-1")).scheduledAt())
                .toSeconds();
        assertTrue("100 s give or take a tenth, is " + wait, wait >= 90 && wait <= 110);
        later(110);
        promote();
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
        long second = grant("job-1");
        assertEquals(2, machine.job("job-1").attempt());
        end(second, "job-1", ReportKind.FAIL);
        assertEquals(JobState.DISCARDED, stateOf("job-1"));
        assertEquals("it broke", machine.view(machine.job("job-1")).error());
        assertEquals(now, machine.view(machine.job("job-1")).finalAt());
    }

    @Test
    public void theWaitGrowsToItsLimitAndIsTheSameOnEveryReplay() {
        JobSpec spec = spec("job-1")
                .maxAttempts(1_000)
                .backoff(new Backoff(10, Duration.ofSeconds(1), Duration.ofHours(1)))
                .build();
        long before = 0;
        for (int failed = 1; failed <= 4; failed++) {
            long wait = RetryWait.millis(spec, failed);
            assertTrue(wait > before);
            assertEquals(wait, RetryWait.millis(spec, failed));
            before = wait;
        }
        for (int failed = 5; failed < 1_000; failed++) {
            long wait = RetryWait.millis(spec, failed);
            assertTrue(wait >= 3_240_000 && wait <= 3_600_000);
        }
        assertEquals(
                0,
                RetryWait.millis(
                        spec("job-1").backoff(Backoff.fixed(Duration.ZERO)).build(), 1));
        long distinct = IntStream.range(0, 100)
                .mapToLong(i -> RetryWait.millis(
                        spec("job-" + i).backoff(Backoff.DEFAULT).build(), 1))
                .distinct()
                .count();
        assertTrue("jobs that failed together come back apart", distinct > 50);
    }

    @Test
    public void withoutBackoffAFailedJobIsAvailableAtOnce() {
        submit(spec("job-1").backoff(Backoff.fixed(Duration.ZERO)).build());
        end(grant("job-1"), "job-1", ReportKind.FAIL);
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
    }

    @Test
    public void failForGoodDiscardsWhateverIsLeft() {
        submit(spec("job-1").build());
        end(grant("job-1"), "job-1", ReportKind.FAIL_FOR_GOOD);
        assertEquals(JobState.DISCARDED, stateOf("job-1"));
        assertEquals(AttemptOutcome.FAILED, attempts("job-1").get(0).outcome());
    }

    @Test
    public void snoozeAndReleaseGiveTheAttemptBack() {
        submit(spec("job-1").maxAttempts(1).build());
        end(report("w1", grant("job-1"), "job-1", ReportKind.SNOOZE, Duration.ofSeconds(60)));
        assertEquals(JobState.SCHEDULED, stateOf("job-1"));
        later(60);
        promote();
        end(grant("job-1"), "job-1", ReportKind.RELEASE);
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
        long third = grant("job-1");
        assertEquals(1, machine.job("job-1").attempt());
        end(third, "job-1", ReportKind.COMPLETE);
        assertEquals(
                List.of(AttemptOutcome.SNOOZED, AttemptOutcome.RELEASED, AttemptOutcome.COMPLETED),
                attempts("job-1").stream().map(AttemptView::outcome).toList());
        assertEquals(
                List.of(1, 1, 1),
                attempts("job-1").stream().map(AttemptView::number).toList());
    }

    @Test
    public void aLostWorkerCostsARescueAndNotAnAttempt() {
        submit(spec("job-1").maxAttempts(1).build());
        for (int i = 1; i <= 3; i++) {
            expire(grant("job-1"));
            assertEquals(JobState.AVAILABLE, stateOf("job-1"));
            assertEquals(i, machine.job("job-1").rescues());
            assertEquals(0, machine.job("job-1").failed());
        }
        expire(grant("job-1"));
        assertEquals(JobState.DISCARDED, stateOf("job-1"));
        String error = machine.view(machine.job("job-1")).error();
        assertEquals(
                "worker w1 was not heard of any more; 4 workers were lost while they ran this script, "
                        + "which may be the cause, and 3 rescues are used up",
                error);
    }

    @Test
    public void aReleaseOfTheServerCostsNothing() {
        submit(spec("job-1").build());
        given(new Command.Release(List.of(grant("job-1"), 99L), "not listed"));
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
        assertEquals(0, machine.job("job-1").rescues());
        assertEquals(AttemptOutcome.RELEASED, attempts("job-1").get(0).outcome());
    }

    @Test
    public void anExpiryAfterTheReportChangesNothing() {
        submit(spec("job-1").build());
        long lease = grant("job-1");
        end(lease, "job-1", ReportKind.COMPLETE);
        expire(lease);
        assertEquals(JobState.COMPLETED, stateOf("job-1"));
        assertEquals(0, machine.job("job-1").rescues());
    }

    @Test
    public void aWaitingJobIsCancelledAtOnce() {
        submit(spec("job-1").build(), spec("job-2").delay(Duration.ofHours(1)).build());
        assertEquals(ChangeOutcome.DONE, cancel("job-1").outcome());
        assertEquals(ChangeOutcome.DONE, cancel("job-2").outcome());
        assertEquals(JobState.CANCELLED, stateOf("job-2"));
        assertEquals("not needed", machine.view(machine.job("job-1")).error());
        assertEquals(ChangeOutcome.ALREADY, cancel("job-1").outcome());
        assertEquals(ChangeOutcome.UNKNOWN, cancel("nobody").outcome());
    }

    @Test
    public void aCancelOfAnExecutingJobSurvivesEverythingButACompletion() {
        for (ReportKind kind : ReportKind.values()) {
            String id = "job-" + kind;
            submit(spec(id).build());
            long lease = grant(id);
            assertEquals(ChangeOutcome.REQUESTED, cancel(id).outcome());
            assertEquals(
                    "repeating is harmless", ChangeOutcome.REQUESTED, cancel(id).outcome());
            assertTrue(machine.byLease(lease).cancelRequested());
            end(lease, id, kind);
            assertEquals(
                    kind.name(), kind == ReportKind.COMPLETE ? JobState.COMPLETED : JobState.CANCELLED, stateOf(id));
        }
        submit(spec("lost").build(), spec("released").build());
        long lost = grant("lost");
        long released = grant("released");
        cancel("lost");
        cancel("released");
        expire(lost);
        given(new Command.Release(List.of(released), "not listed"));
        assertEquals(JobState.CANCELLED, stateOf("lost"));
        assertEquals("not needed", machine.view(machine.job("lost")).error());
        assertEquals(JobState.CANCELLED, stateOf("released"));
    }

    @Test
    public void aFinalJobIsNotCancelled() {
        submit(spec("job-1").build());
        end(grant("job-1"), "job-1", ReportKind.COMPLETE);
        assertEquals(ChangeOutcome.REFUSED, cancel("job-1").outcome());
        assertEquals(JobState.COMPLETED, stateOf("job-1"));
    }

    @Test
    public void cancelledWithoutARequestUsesUpAnAttempt() {
        submit(spec("job-1").maxAttempts(1).build());
        end(grant("job-1"), "job-1", ReportKind.CANCELLED);
        assertEquals(JobState.DISCARDED, stateOf("job-1"));
    }

    @Test
    public void retryMakesWaitingJobsAvailable() {
        submit(spec("job-1").delay(Duration.ofHours(1)).build(), spec("job-2").build());
        end(grant("job-2"), "job-2", ReportKind.FAIL);
        assertEquals(ChangeOutcome.DONE, retry("job-1").outcome());
        assertEquals(ChangeOutcome.DONE, retry("job-2").outcome());
        assertEquals(JobState.AVAILABLE, stateOf("job-1"));
        assertEquals(JobState.AVAILABLE, stateOf("job-2"));
        assertEquals(ChangeOutcome.ALREADY, retry("job-1").outcome());
        grant("job-1");
        assertEquals(ChangeOutcome.REFUSED, retry("job-1").outcome());
        assertEquals(ChangeOutcome.UNKNOWN, retry("nobody").outcome());
    }

    @Test
    public void retryOfAFinalJobMakesANewOneOnce() {
        submit(spec("job-1").delay(Duration.ofHours(1)).build(), spec("job-1~3").build());
        cancel("job-1");
        Changed first = retry("job-1");
        assertEquals(ChangeOutcome.DONE, first.outcome());
        assertEquals("job-1~2", first.newJobId());
        Changed repeated = retry("job-1");
        assertEquals(ChangeOutcome.ALREADY, repeated.outcome());
        assertEquals("job-1~2", repeated.newJobId());
        assertEquals("final stays final", JobState.CANCELLED, stateOf("job-1"));
        assertEquals("job-1~2", machine.view(machine.job("job-1")).retriedAs());
        assertEquals("job-1", machine.view(machine.job("job-1~2")).retryOf());
        assertEquals("the delay is over", JobState.AVAILABLE, stateOf("job-1~2"));
        end(grant("job-1~2"), "job-1~2", ReportKind.FAIL_FOR_GOOD);
        assertEquals("the next free number", "job-1~4", retry("job-1~2").newJobId());
    }

    @Test
    public void aJobThatIsNamedLikeARetryIsNotOne() {
        submit(spec("job~7").build());
        cancel("job~7");
        assertEquals("job~7~2", retry("job~7").newJobId());
    }

    @Test
    public void aRetryOfTheLongestIdFitsToo() {
        String id = "x".repeat(Limits.NAME);
        submit(spec(id).build());
        cancel(id);
        assertEquals("x".repeat(Limits.NAME - 2) + "~2", retry(id).newJobId());
    }

    @Test
    public void retryOfACompletedJobIsRefusedAndOneWithoutRoomToo() {
        submit(spec("job-1").build(), spec("job-2").build());
        end(grant("job-1"), "job-1", ReportKind.COMPLETE);
        assertEquals(ChangeOutcome.REFUSED, retry("job-1").outcome());
        cancel("job-2");
        Result result = given(new Command.Retry(List.of("job-2"), new Command.Room(0, 0, 0, 100, 100, 100, 100)));
        assertEquals(
                ChangeOutcome.REFUSED, ((Result.Altered) result).jobs().get(0).outcome());
        assertEquals(2, machine.jobs().size());
    }

    @Test
    public void snoozePutsWaitingJobsBackAndNeverForward() {
        submit(spec("job-1").build(), spec("job-2").delay(Duration.ofHours(1)).build());
        assertEquals(ChangeOutcome.DONE, snooze("job-1", 60).outcome());
        assertEquals(JobState.SCHEDULED, stateOf("job-1"));
        assertEquals(
                "a repeat at the same time",
                ChangeOutcome.ALREADY,
                snooze("job-1", 60).outcome());
        assertEquals(ChangeOutcome.ALREADY, snooze("job-2", 60).outcome());
        assertEquals(ChangeOutcome.DONE, snooze("job-2", 7_200).outcome());
        assertEquals(now.plusSeconds(7_200), machine.view(machine.job("job-2")).scheduledAt());
        later(60);
        promote();
        grant("job-1");
        assertEquals(ChangeOutcome.REFUSED, snooze("job-1", 60).outcome());
        cancel("job-2");
        assertEquals(ChangeOutcome.REFUSED, snooze("job-2", 60).outcome());
        assertEquals(ChangeOutcome.UNKNOWN, snooze("nobody", 60).outcome());
    }

    @Test
    public void finalJobsArePrunedByAgeAndByNumberAndByWeightOldestFirst() {
        for (int i = 1; i <= 4; i++) {
            submit(spec("job-" + i).build());
            cancel("job-" + i);
            later(10);
        }
        submit(spec("live").build());
        long cut = now.minusSeconds(35).toEpochMilli();
        given(new Command.Prune(cut, 100, Long.MAX_VALUE, 10));
        assertNull("by age", machine.job("job-1"));
        given(new Command.Prune(0, 2, Long.MAX_VALUE, 10));
        assertNull("by number", machine.job("job-2"));
        given(new Command.Prune(0, 100, machine.finalBytes() - 1, 10));
        assertNull("by weight", machine.job("job-3"));
        assertEquals(JobState.CANCELLED, stateOf("job-4"));
        given(new Command.Prune(Long.MAX_VALUE, 0, 0, 10));
        assertEquals("live jobs stay", 1, machine.jobs().size());
        assertEquals(0, machine.finalBytes());
    }

    @Test
    public void onlyTheLastAttemptsAreKeptAndOldOutputIsShortened() {
        submit(spec("job-1")
                .maxAttempts(1_000)
                .backoff(Backoff.fixed(Duration.ZERO))
                .build());
        CapturedText much = new CapturedText("h".repeat(Limits.OUTPUT), "t".repeat(Limits.OUTPUT), 1_000_000);
        for (int i = 0; i < 30; i++) {
            Report report = new Report(
                    "w1", grant("job-1"), "job-1", ReportKind.FAIL, Duration.ZERO, "it broke", "", much, much);
            end(report);
        }
        List<AttemptView> attempts = attempts("job-1");
        assertEquals(Job.MAX_ATTEMPTS_KEPT, attempts.size());
        assertEquals(11, attempts.get(0).number());
        assertEquals(much, attempts.get(19).out());
        assertEquals(1_024, attempts.get(18).out().head().length());
        assertEquals(1_024, attempts.get(18).out().tail().length());
        List<Audit> audits = machine.unarchived(100, Long.MAX_VALUE).audits();
        assertEquals("the others are in the audit trail", 10, audits.size());
        assertEquals("w1", audits.get(0).by());
        assertTrue(audits.get(0).detail(), audits.get(0).detail().startsWith("number 1 failed, from "));
        assertTrue(audits.get(0).detail(), audits.get(0).detail().endsWith("Z: it broke"));
    }

    @Test
    public void anImageLeavesOutTheUniqueKeysThatItsJobsTell() {
        JobSpec untilFinal =
                spec("job-1").unique(new Unique("a", Duration.ZERO)).build();
        submit(
                untilFinal,
                spec("job-2").unique(new Unique("b", Duration.ofHours(1))).build());
        Image image = machine.image();
        assertEquals(
                List.of("b"), image.uniques().stream().map(Image.Holder::key).toList());
        QueueMachine copy = new QueueMachine(image);
        for (String key : List.of("a", "b")) {
            JobSpec equal =
                    spec("other-" + key).unique(new Unique(key, Duration.ZERO)).build();
            Result.Accepted answer =
                    (Result.Accepted) copy.apply(new Command.Submit(List.of(equal), Command.Room.AMPLE), now);
            assertEquals(
                    key.equals("a") ? "job-1" : "job-2", answer.jobs().get(0).jobId());
        }
        copy.apply(new Command.Cancel(List.of("job-1"), ""), now);
        JobSpec after = spec("job-3").unique(untilFinal.unique()).build();
        Result.Accepted taken =
                (Result.Accepted) copy.apply(new Command.Submit(List.of(after), Command.Room.AMPLE), now);
        assertEquals("job-3", taken.jobs().get(0).jobId());
    }

    @Test
    public void aJobKnowsWhoSubmittedItFirst() {
        JobSpec one = spec("job-1").build();
        given(new Command.Submit(List.of(one), Command.Room.AMPLE, "ann@n1"));
        given(new Command.Submit(List.of(one, spec("job-2").build()), Command.Room.AMPLE, "bob@n2"));
        assertEquals("ann@n1", submitter("job-1"));
        assertEquals("bob@n2", submitter("job-2"));
        cancel("job-1");
        given(new Command.Retry(List.of("job-1"), Command.Room.AMPLE, "eve@n3"));
        assertEquals("eve@n3", submitter("job-1~2"));
        assertEquals("ann@n1", submitter("job-1"));
    }

    @Test
    public void anArrayItsItemsAndWhatFollowsAreOfWhoeverSubmittedIt() {
        ArraySpec spec =
                ArraySpec.of(spec("array").build()).withThen(spec("then").build());
        given(new Command.OpenArray(spec, Items.NONE, Command.Room.AMPLE, "ann@n1"));
        given(new Command.AddItems("array", 0, Items.of(List.of("a", "b")), Command.Room.AMPLE));
        given(new Command.SealArray("array", 2));
        grant("array:1");
        machine = new QueueMachine(machine.image());
        for (String id : List.of("array", "array:0", "array:1", "then")) assertEquals(id, "ann@n1", submitter(id));
    }

    private String submitter(String jobId) {
        return machine.view(machine.job(jobId)).by();
    }

    @Test
    public void anImageIsTheWholeStateAndStaysAsItWas() {
        submit(
                spec("job-1").build(),
                spec("job-2").delay(Duration.ofSeconds(5)).build(),
                spec("job-3").build());
        long lease = grant("job-1");
        cancel("job-3");
        Image image = machine.image();
        QueueMachine copy = new QueueMachine(image);
        for (QueueMachine one : List.of(machine, copy)) {
            one.apply(new Command.Promote(10), now.plusSeconds(5));
            one.apply(new Command.Expire(List.of(lease), 3, 1_000), now.plusSeconds(6));
            one.apply(new Command.Submit(List.of(spec("job-4").build()), Command.Room.AMPLE), now);
            one.apply(new Command.Grant("w1", "i1", 2, List.of("job-1")), now);
        }
        assertEquals(machine.image(), copy.image());
        assertEquals(JobState.EXECUTING, image.jobs().get(0).state());
    }

    private static JobSpec.Builder spec(String id) {
        return JobSpec.script("echo hello").jobId(id);
    }

    private Result given(Command command) {
        return machine.apply(command, now);
    }

    private void later(long seconds) {
        now = now.plusSeconds(seconds);
    }

    private List<Submitted> submit(JobSpec... specs) {
        Result result = given(new Command.Submit(Arrays.asList(specs), Command.Room.AMPLE));
        return ((Result.Accepted) result).jobs();
    }

    private long grant(String id) {
        Result result = given(new Command.Grant("w1", "i1", 1, List.of(id)));
        return ((Result.Granted) result).leases().get(0).leaseId();
    }

    private Verdict end(long lease, String id, ReportKind kind) {
        Duration delay = kind == ReportKind.SNOOZE ? Duration.ofSeconds(60) : Duration.ZERO;
        return end(report("w1", lease, id, kind, delay));
    }

    private Verdict end(Report report) {
        return ((Result.Judged) given(new Command.End(List.of(report))))
                .verdicts()
                .get(0);
    }

    private static Report report(String worker, long lease, String id, ReportKind kind, Duration delay) {
        return new Report(worker, lease, id, kind, delay, "it broke", "", CapturedText.NONE, CapturedText.NONE);
    }

    private void expire(long lease) {
        given(new Command.Expire(List.of(lease), 3, 1_000));
    }

    private int promote() {
        return ((Result.Done) given(new Command.Promote(100))).jobs();
    }

    private Changed cancel(String id) {
        return changed(new Command.Cancel(List.of(id), "not needed"));
    }

    private Changed retry(String id) {
        return changed(new Command.Retry(List.of(id), Command.Room.AMPLE));
    }

    private Changed snooze(String id, long seconds) {
        return changed(new Command.Snooze(List.of(id), Duration.ofSeconds(seconds)));
    }

    private Changed changed(Command command) {
        return ((Result.Altered) given(command)).jobs().get(0);
    }

    private JobState stateOf(String id) {
        return machine.job(id).state();
    }

    private List<AttemptView> attempts(String id) {
        return machine.detail(machine.job(id)).attempts();
    }
}
