/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.List;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.junit.Test;

/** Jobs that depend on others, are unique, or have a deadline. */
public class TiesTest {
    private final TestEngine queue = new TestEngine();

    private static JobSpec.Builder after(String id, Dependency... dependencies) {
        return job(id).after(List.of(dependencies));
    }

    private static Dependency holding(String id) {
        return new Dependency(id, Dependency.When.COMPLETED, Dependency.Otherwise.HOLD);
    }

    private void run(String id, ReportKind end) {
        assertEquals(id, queue.take("w-" + id));
        queue.end(id, end);
    }

    private ChangeOutcome retry(String id) {
        Result result = queue.execute(new Command.Retry(List.of(id), Command.Room.AMPLE));
        return ((Result.Altered) result).jobs().get(0).outcome();
    }

    private Submitted submitted(JobSpec.Builder job) {
        Result result = queue.execute(new Command.Submit(List.of(job.build()), Command.Room.AMPLE));
        return ((Result.Accepted) result).jobs().get(0);
    }

    @Test
    public void aJobWaitsUntilAllThatItWaitsForHaveCompleted() {
        queue.submit(job("a"), job("b"), after("c", Dependency.completed("a"), Dependency.completed("b")));
        assertEquals(JobState.BLOCKED, queue.state("c"));
        run("a", ReportKind.COMPLETE);
        assertEquals(JobState.BLOCKED, queue.state("c"));
        assertEquals(
                "it waits until job b, which is available, completes",
                queue.why("c").text());
        run("b", ReportKind.COMPLETE);
        run("c", ReportKind.COMPLETE);
    }

    @Test
    public void whenOneFailsThoseThatWaitForItAreCancelledAndThoseThatWaitForThemAsWell() {
        queue.submit(job("a"), after("b", Dependency.completed("a")), after("c", Dependency.completed("b")));
        run("a", ReportKind.FAIL_FOR_GOOD);
        assertEquals(JobState.CANCELLED, queue.state("b"));
        assertEquals(
                "job a, which it waited for, did not complete",
                queue.machine().job("b").error());
        assertEquals(JobState.CANCELLED, queue.state("c"));
    }

    @Test
    public void oneThatWaitsForAnyEndRunsAfterAFailure() {
        queue.submit(job("a"), after("cleanup", Dependency.ended("a")));
        run("a", ReportKind.FAIL_FOR_GOOD);
        assertEquals("cleanup", queue.take("w"));
    }

    @Test
    public void oneThatHoldsOutWaitsForTheRetryInstead() {
        queue.submit(job("a"), after("b", holding("a")));
        run("a", ReportKind.FAIL_FOR_GOOD);
        assertEquals(JobState.BLOCKED, queue.state("b"));
        assertEquals(ChangeOutcome.DONE, retry("a"));
        run("a~2", ReportKind.COMPLETE);
        assertEquals("b", queue.take("w"));
    }

    @Test
    public void aRetryOfABlockedJobEndsTheWait() {
        queue.submit(job("a"), after("b", holding("a")));
        assertEquals(ChangeOutcome.DONE, retry("b"));
        queue.submit(job("c"));
        queue.take("w1");
        assertEquals("b", queue.take("w2"));
    }

    @Test
    public void whatIsFinalAlreadyIsNotWaitedFor() {
        queue.submit(job("good"), job("bad"));
        run("good", ReportKind.COMPLETE);
        run("bad", ReportKind.FAIL_FOR_GOOD);
        queue.submit(after("b", Dependency.completed("good"), Dependency.ended("bad")));
        assertEquals(JobState.AVAILABLE, queue.state("b"));
        queue.submit(after("c", Dependency.completed("bad")));
        assertEquals(JobState.CANCELLED, queue.state("c"));
    }

    @Test
    public void aDependencyThatTheQueueDoesNotKnowIsRefusedSoNoCycleCanBeMade() {
        List<JobSpec> cycle = List.of(
                after("a", Dependency.completed("b")).build(),
                after("b", Dependency.completed("a")).build());
        Result result = queue.execute(new Command.Submit(cycle, Command.Room.AMPLE));
        assertEquals(
                "job a is to wait for job b, which the queue does not know; submit that one first",
                ((Result.Refused) result).message());
        assertTrue(queue.machine().jobs().isEmpty());
    }

    @Test
    public void thousandsThatWaitForOneAreToldInSteps() {
        JobSpec.Builder[] jobs = new JobSpec.Builder[5_001];
        jobs[0] = job("first");
        for (int i = 1; i < jobs.length; i++) jobs[i] = after("j" + i, Dependency.completed("first"));
        queue.submit(jobs);
        queue.submit(job("other"), after("last", holding("first")));
        assertEquals("first", queue.take("w"));
        queue.complete("first");
        queue.pass(Duration.ofSeconds(1));
        assertEquals(5_002, queue.machine().count(JobState.AVAILABLE));
        assertEquals(0, queue.machine().count(JobState.BLOCKED));
    }

    @Test
    public void aRetryTakesThePlaceForThoseThatHoldOutOnly() {
        JobSpec.Builder[] jobs = new JobSpec.Builder[2_502];
        jobs[0] = job("first");
        for (int i = 1; i <= 2_500; i++) jobs[i] = after("j" + i, Dependency.completed("first"));
        jobs[2_501] = after("last", holding("first"));
        queue.submit(jobs);
        assertEquals("first", queue.take("w"));
        queue.end("first", ReportKind.FAIL_FOR_GOOD);
        assertTrue("some have not been told yet", queue.machine().count(JobState.BLOCKED) > 1);
        assertEquals(ChangeOutcome.DONE, retry("first"));
        queue.pass(Duration.ofSeconds(2));
        assertEquals(2_500, queue.machine().count(JobState.CANCELLED));
        run("first~2", ReportKind.COMPLETE);
        assertEquals("last", queue.take("w"));
    }

    @Test
    public void aDelayedJobThatIsNotBlockedAnyMoreWaitsForItsTime() {
        queue.submit(job("a"), after("b", Dependency.completed("a")).delay(Duration.ofMinutes(5)));
        run("a", ReportKind.COMPLETE);
        assertEquals(JobState.SCHEDULED, queue.state("b"));
        queue.pass(Duration.ofMinutes(5));
        assertEquals(JobState.AVAILABLE, queue.state("b"));
    }

    @Test
    public void aUniqueJobIsTakenOnceUntilItIsFinal() {
        Unique unique = new Unique("nightly", Duration.ZERO);
        assertEquals("a", submitted(job("a").unique(unique)).jobId());
        Submitted second = submitted(job("b").unique(unique));
        assertEquals("a", second.jobId());
        assertTrue(second.repeated());
        run("a", ReportKind.COMPLETE);
        assertEquals("b", submitted(job("b").unique(unique)).jobId());
    }

    @Test
    public void aUniqueJobThatIsFinalFromTheStartHoldsNoKey() {
        queue.submit(job("a"));
        run("a", ReportKind.FAIL_FOR_GOOD);
        Unique unique = new Unique("nightly", Duration.ZERO);
        assertEquals(
                JobState.CANCELLED,
                submitted(after("b", Dependency.completed("a")).unique(unique)).state());
        assertEquals(new Submitted("c", false, JobState.AVAILABLE), submitted(job("c").unique(unique)));
    }

    @Test
    public void aUniquePeriodOutlastsTheJob() {
        Unique unique = new Unique("hourly", Duration.ofHours(1));
        submitted(job("a").unique(unique));
        run("a", ReportKind.COMPLETE);
        Submitted second = submitted(job("b").unique(unique));
        assertEquals(new Submitted("a", true, JobState.COMPLETED), second);
        queue.pass(Duration.ofHours(1));
        assertEquals("c", submitted(job("c").unique(unique)).jobId());
    }

    @Test
    public void ofTwoEqualUniqueJobsInOneSubmitOneIsTaken() {
        Unique unique = new Unique("u", Duration.ZERO);
        Result result = queue.execute(new Command.Submit(
                List.of(job("a").unique(unique).build(), job("b").unique(unique).build()), Command.Room.AMPLE));
        assertEquals(
                List.of("a", "a"),
                ((Result.Accepted) result).jobs().stream().map(Submitted::jobId).toList());
    }

    @Test
    public void aJobThatWaitsBeyondItsDeadlineIsDiscarded() {
        queue.submit(job("a").deadline(queue.now().plusSeconds(60)));
        queue.pass(Duration.ofSeconds(59));
        assertEquals(JobState.AVAILABLE, queue.state("a"));
        queue.pass(Duration.ofSeconds(2));
        assertEquals(JobState.DISCARDED, queue.state("a"));
    }

    @Test
    public void aJobThatExecutesBeyondItsDeadlineIsStoppedAndDiscarded() {
        queue.submit(job("a").deadline(queue.now().plusSeconds(10)));
        assertEquals("a", queue.take("w"));
        queue.pass(Duration.ofSeconds(11));
        assertTrue(queue.machine().job("a").cancelRequested());
        queue.end("a", ReportKind.CANCELLED);
        assertEquals(JobState.DISCARDED, queue.state("a"));
    }

    @Test
    public void aJobThatCompletesAfterAllIsCompleted() {
        queue.submit(job("a").deadline(queue.now().plusSeconds(10)));
        assertEquals("a", queue.take("w"));
        queue.pass(Duration.ofSeconds(11));
        queue.complete("a");
        assertEquals(JobState.COMPLETED, queue.state("a"));
    }

    @Test
    public void whatAJobDoesNotSayComesFromItsQueue() {
        queue.execute(new Command.Configure(
                new QueueSettings(
                        "default",
                        false,
                        0,
                        Limit.NONE,
                        2,
                        Backoff.fixed(Duration.ofSeconds(7)),
                        Duration.ofMinutes(3)),
                "ann@n1"));
        queue.submit(job("a"));
        var lease = queue.claim("w", 1).join().get(0);
        assertEquals(Duration.ofMinutes(3), lease.spec().timeout());
        queue.end("a", ReportKind.FAIL);
        assertEquals(JobState.RETRYABLE, queue.state("a"));
        queue.pass(Duration.ofSeconds(8));
        assertEquals("a", queue.take("w2"));
        queue.end("a", ReportKind.FAIL);
        assertEquals(JobState.DISCARDED, queue.state("a"));
    }
}
