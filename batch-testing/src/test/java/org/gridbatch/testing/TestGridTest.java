/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.testing;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Placement;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.VerdictKind;
import org.junit.After;
import org.junit.Test;

public class TestGridTest {
    private final TestGrid grid = new TestGrid();

    @After
    public void close() {
        grid.close();
    }

    private void submit(JobSpec.Builder job) {
        grid.jobs().submit(List.of(job.build())).toCompletableFuture().join();
    }

    private JobView job(String id) {
        return grid.jobs().get(id).toCompletableFuture().join().view();
    }

    @Test
    public void aJobIsSubmittedTakenAndCompletedWithoutWaiting() {
        submit(JobSpec.script("cw a").jobId("a"));
        CompletableFuture<JobView> end =
                grid.jobs().await("a", Duration.ofSeconds(10)).toCompletableFuture();
        assertFalse(end.isDone());

        TestWorker worker = grid.worker("w1");
        Lease lease = worker.take().orElseThrow();
        assertEquals("cw a", lease.spec().script());
        assertEquals(Optional.empty(), worker.take());
        assertEquals(VerdictKind.ACCEPTED, worker.complete(lease, "done").kind());

        assertTrue(end.isDone());
        assertEquals(JobState.COMPLETED, end.join().state());
        assertEquals("done", end.join().result());
    }

    @Test
    public void aWorkerTakesMoreThanAThousandJobsBeforeItReportsOnOne() {
        int most = 1_200;
        for (int i = 0; i < most; i++) submit(JobSpec.script("cw shop").jobId("customer-" + i));
        TestWorker worker = grid.worker("w1");
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < most; i++) leases.add(worker.take().orElseThrow());

        grid.advance(Duration.ofMinutes(10));

        for (Lease lease : leases) {
            assertEquals(VerdictKind.ACCEPTED, worker.complete(lease, "").kind());
        }
    }

    @Test
    public void aListenerHearsOfTheJobsThatBecomeFinalWhenTimePasses() {
        List<String> heard = new ArrayList<>();
        TestWorker worker = grid.worker("w1");
        submit(JobSpec.script("x").jobId("before"));
        worker.complete(worker.take().orElseThrow(), "");
        grid.advance(Duration.ofMillis(1));

        grid.listen(job -> heard.add(job.view().jobId() + " " + job.view().state()));
        List<String> all = new ArrayList<>();
        grid.listen(job -> all.add(job.view().jobId()), Map.of(JobListener.AFTER, FinalJobs.BEGINNING));
        List<String> mail = new ArrayList<>();
        grid.listen(job -> mail.add(job.view().jobId()), Map.of(JobListener.FILTER, "(queue=mail)"));
        submit(JobSpec.script("x").jobId("a"));
        submit(JobSpec.script("x").jobId("b").queue("mail"));
        worker.complete(worker.take().orElseThrow(), "");
        worker.failForGood(worker.take().orElseThrow(), "no such shop");
        assertEquals(List.of(), heard);

        grid.advance(Duration.ofMillis(1));
        assertEquals(List.of("a COMPLETED", "b DISCARDED"), heard);
        assertEquals(List.of("before", "a", "b"), all);
        assertEquals(List.of("b"), mail);
        grid.advance(Duration.ofHours(1));
        assertEquals(2, heard.size());
    }

    @Test
    public void aListenerGoesOnAtThePositionThatItRemembers() {
        List<FinalJob> heard = new ArrayList<>();
        TestWorker worker = grid.worker("w1");
        grid.listen(heard::add);
        for (String id : List.of("a", "b", "c")) {
            submit(JobSpec.script("x").jobId(id));
            worker.complete(worker.take().orElseThrow(), "");
        }
        grid.advance(Duration.ofMillis(1));

        List<String> again = new ArrayList<>();
        grid.listen(
                job -> again.add(job.view().jobId()),
                Map.of(JobListener.AFTER, heard.get(0).position()));
        grid.advance(Duration.ofMillis(1));
        assertEquals(List.of("b", "c"), again);
    }

    @Test
    public void aListenerWithAWrongFilterIsRefused() {
        assertThrows(
                InvalidRequestException.class, () -> grid.listen(job -> {}, Map.of(JobListener.FILTER, "queue=mail")));
        assertThrows(
                InvalidRequestException.class, () -> grid.listen(job -> {}, Map.of(JobListener.AFTER, "yesterday")));
    }

    @Test
    public void timePassesOnlyWhenItIsTold() {
        submit(JobSpec.script("x").jobId("a").delay(Duration.ofHours(5)));
        TestWorker worker = grid.worker("w1");
        grid.advance(Duration.ofHours(5).minusMillis(1));
        assertTrue(worker.take().isEmpty());
        grid.advance(Duration.ofMillis(1));
        assertEquals(TestGrid.START.plus(Duration.ofHours(5)), grid.now());
        assertTrue(worker.take().isPresent());
    }

    @Test
    public void whatFailsIsTriedAgainUntilItsAttemptsAreUsedUp() {
        submit(JobSpec.script("x").jobId("a").maxAttempts(2));
        TestWorker worker = grid.worker("w1");
        worker.fail(worker.take().orElseThrow(), "no shop");
        assertEquals(JobState.RETRYABLE, job("a").state());
        grid.advance(Duration.ofMinutes(10));
        worker.fail(worker.take().orElseThrow(), "no shop again");
        assertEquals(JobState.DISCARDED, job("a").state());
        assertEquals("no shop again", job("a").error());
    }

    @Test
    public void aKilledWorkersJobIsRescuedAndALivingOnesIsNot() {
        submit(JobSpec.script("x").jobId("a"));
        submit(JobSpec.script("x").jobId("b"));
        TestWorker dies = grid.worker("w1");
        TestWorker lives = grid.worker("w2");
        Lease first = dies.take().orElseThrow();
        Lease second = lives.take().orElseThrow();
        dies.kill();
        grid.advance(TestGrid.LEASE.multipliedBy(3));
        assertEquals(JobState.AVAILABLE, job(first.spec().jobId()).state());
        assertEquals(JobState.EXECUTING, job(second.spec().jobId()).state());
        assertThrows(IllegalStateException.class, dies::take);
    }

    @Test
    public void jobsComeToWorkersThatOfferWhatTheyNeed() {
        submit(JobSpec.script("cw a").jobId("a").placement(new Placement("", List.of("ace:cw"), "")));
        assertTrue(grid.worker("w1", "gogo:echo").take().isEmpty());
        assertTrue(grid.worker("w2", "ace:cw").take().isPresent());
    }

    @Test
    public void aWorkerHearsThatItsJobIsCancelled() {
        submit(JobSpec.script("x").jobId("a"));
        TestWorker worker = grid.worker("w1");
        Lease lease = worker.take().orElseThrow();
        grid.jobs().cancel(List.of("a"), "not wanted").toCompletableFuture().join();
        assertFalse(worker.isCancelled(lease));
        grid.advance(Duration.ofSeconds(1));
        assertTrue(worker.isCancelled(lease));
        worker.cancelled(lease);
        assertEquals(JobState.CANCELLED, job("a").state());
    }

    @Test
    public void schedulesFire() {
        Instant nine = Instant.parse("2026-01-01T09:00:00Z");
        try (TestGrid early = new TestGrid(nine.minusSeconds(10))) {
            early.schedules()
                    .put(
                            new ScheduleSpec(
                                    "nightly",
                                    "0 9 * * *",
                                    "",
                                    JobSpec.script("x").build(),
                                    null,
                                    null),
                            "test")
                    .toCompletableFuture()
                    .join();
            TestWorker worker = early.worker("w1");
            early.advance(Duration.ofSeconds(9));
            assertTrue(worker.take().isEmpty());
            early.advance(Duration.ofSeconds(2));
            assertTrue(worker.take().isPresent());
        }
    }

    @Test
    public void aCallThatCannotBeServedSaysWhatWasWrong() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> grid.advance(Duration.ZERO));
        assertEquals("time is to pass for PT0S, want more than nothing and at most 100000 s", refused.getMessage());
    }
}
