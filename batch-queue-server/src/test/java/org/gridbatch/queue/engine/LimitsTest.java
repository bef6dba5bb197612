/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Reason;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.junit.Test;

public class LimitsTest {
    private final TestEngine queue = new TestEngine();

    private void limit(String name, Limit limit) {
        queue.execute(
                new Command.Configure(new QueueSettings(name, false, 0, limit, 0, null, Duration.ZERO), "ann@n1"));
    }

    @Test
    public void twoWhoChangeDifferentThingsOfAQueueDoNotUndoEachOther() {
        QueueChange order = new QueueChange("mail", false, 5, null, null, null, Duration.ofMinutes(1));
        queue.execute(new Command.Adjust(order, "ann@n1"));
        queue.execute(new Command.Pause("mail", true, "bob@n2"));
        Result result = queue.execute(new Command.Adjust(QueueChange.of("mail", new LimitChange(2, null)), "bob@n2"));
        QueueSettings wanted =
                new QueueSettings("mail", true, 5, new Limit(2, Rate.UNLIMITED), 0, null, Duration.ofMinutes(1));
        assertEquals(new Result.Adjusted(wanted), result);
        assertEquals(wanted, queue.machine().rules().queue("mail"));

        QueueChange reset = new QueueChange("mail", true, null, null, 7, null, null);
        QueueSettings after = new QueueSettings("mail", true, 0, wanted.limit(), 7, null, Duration.ZERO);
        assertEquals(new Result.Adjusted(after), queue.execute(new Command.Adjust(reset, "ann@n1")));
    }

    @Test
    public void theRateAndTheConcurrencyOfALimitKeyChangeApart() {
        Rate rate = new Rate(10, Duration.ofMinutes(1));
        queue.execute(new Command.AdjustLimit("db", new LimitChange(null, rate), "ann@n1"));
        Result result = queue.execute(new Command.AdjustLimit("db", new LimitChange(3, null), "bob@n2"));
        assertEquals(new Result.Limited(new Limit(3, rate)), result);
        queue.execute(new Command.AdjustLimit("db", LimitChange.RESET, "ann@n1"));
        assertEquals(Map.of(), queue.machine().rules().limits());
    }

    @Test
    public void aPausedQueueWaitsAndGoesOn() {
        queue.execute(new Command.Pause("default", true, "ann@n1"));
        CompletableFuture<List<Lease>> claim = queue.claim("w", 1);
        queue.submit(job("a"));
        assertFalse(claim.isDone());
        queue.execute(new Command.Pause("default", false, "ann@n1"));
        assertTrue(claim.isDone());
    }

    @Test
    public void noMoreJobsOfAQueueRunThanItsLimit() {
        limit("default", new Limit(2, Rate.UNLIMITED));
        queue.submit(job("a"), job("b"), job("c"), job("d"));
        CompletableFuture<List<Lease>> first = queue.claim("w", 4);
        assertEquals(2, first.join().size());
        CompletableFuture<List<Lease>> second = queue.claim("w2", 4);
        assertFalse(second.isDone());
        assertEquals(
                "queue default has as many jobs executing as it may: 2",
                queue.why("c").text());
        queue.complete("a");
        assertEquals("c", second.join().get(0).spec().jobId());
        assertEquals(2, queue.machine().executing("default"));
    }

    @Test
    public void jobsOfSeveralQueuesShareTheLimitOfTheirKey() {
        queue.execute(new Command.Restrict("db", new Limit(1, Rate.UNLIMITED), "ann@n1"));
        queue.submit(job("a").queue("x").limitKey("db"), job("b").queue("y").limitKey("db"), job("c"));
        assertEquals("a", queue.take("w1"));
        assertEquals("c", queue.take("w2"));
        assertEquals(
                "limit key db has as many jobs executing as it may: 1",
                queue.why("b").text());
        CompletableFuture<List<Lease>> waiting = queue.claim("w3", 1);
        queue.complete("a");
        assertEquals("b", waiting.join().get(0).spec().jobId());
    }

    @Test
    public void aRateLetsABurstStartAndThenOneAtATime() {
        limit("default", new Limit(0, new Rate(3, Duration.ofSeconds(30))));
        for (int i = 0; i < 10; i++) queue.submit(job("j" + i));
        List<Integer> started = new ArrayList<>();
        queue.claim("w", 10);
        for (int second = 0; second < 60; second++) {
            queue.claim("w" + second, 10);
            started.add((int) queue.machine().count(JobState.EXECUTING));
            for (int i = 0; i < 10; i++) {
                var job = queue.machine().job("j" + i);
                if (job.tenure() != null) queue.beat(job.worker(), job.tenure().leaseId());
            }
            queue.pass(Duration.ofSeconds(1));
        }
        assertEquals("a burst", 3, (int) started.get(0));
        assertEquals(3, (int) started.get(9));
        assertEquals(4, (int) started.get(11));
        assertEquals(5, (int) started.get(21));
        assertEquals(8, (int) started.get(52));
        assertEquals(Reason.Kind.RATE, queue.why("j9").kind());
    }

    @Test
    public void whatIsPromisedOfAQueueTakesNothingOfALimitKey() {
        queue.execute(new Command.Restrict("db", new Limit(1, Rate.UNLIMITED), "ann@n1"));
        queue.submit(job("a"), job("b"), job("c").limitKey("db"), job("d").limitKey("db"));
        assertEquals(List.of("a", "b", "c"), ids(queue.claim("w", 4)));
    }

    @Test
    public void theRateOfAKeyHoldsForAllQueues() {
        queue.execute(new Command.Restrict("db", new Limit(0, new Rate(2, Duration.ofSeconds(20))), "ann@n1"));
        queue.submit(
                job("a").queue("q1").limitKey("db"),
                job("b").queue("q2").limitKey("db"),
                job("c").queue("q3").limitKey("db"),
                job("d").queue("q1"));
        assertEquals(List.of("a", "b", "d"), ids(queue.claim("w1", 4)));
        assertEquals(
                new Reason(
                        Reason.Kind.RATE,
                        "limit key db may start the next job at " + queue.now().plusSeconds(10)),
                queue.why("c"));
        CompletableFuture<List<Lease>> waiting = queue.claim("w2", 1);
        queue.pass(Duration.ofSeconds(9));
        assertFalse(waiting.isDone());
        queue.pass(Duration.ofSeconds(2));
        assertEquals(List.of("c"), ids(waiting));
    }

    @Test
    public void aWaitingClaimGetsItsJobWhenTheRateAllows() {
        limit("default", new Limit(0, new Rate(1, Duration.ofSeconds(10))));
        queue.submit(job("a"), job("b"));
        assertEquals("a", queue.take("w1"));
        CompletableFuture<List<Lease>> waiting = queue.claim("w2", 1);
        queue.pass(Duration.ofSeconds(9));
        assertFalse(waiting.isDone());
        queue.pass(Duration.ofSeconds(2));
        assertTrue(waiting.isDone());
    }

    @Test
    public void ofJobsWithOneExclusiveKeyOneRunsAndTheOthersHoldUpNobody() {
        queue.submit(job("a").exclusiveKey("k"), job("b").exclusiveKey("k").tenant("t"), job("c"));
        CompletableFuture<List<Lease>> claim = queue.claim("w", 3);
        assertEquals(List.of("a", "c"), ids(claim));
        assertEquals("key k is busy with job a", queue.why("b").text());
        CompletableFuture<List<Lease>> waiting = queue.claim("w2", 1);
        assertFalse(waiting.isDone());
        queue.complete("a");
        assertEquals(List.of("b"), ids(waiting));
    }

    @Test
    public void aJobWithAFreeKeyIsNotHeldUpByOneThatNobodyCanRun() {
        queue.advertise("w", java.util.Map.of("cpus", "2"));
        var impossible = new org.gridbatch.api.Placement("(cpus>=64)", List.of(), "");
        queue.submit(job("a").exclusiveKey("k").placement(impossible), job("b").exclusiveKey("k"));
        assertEquals("b", queue.take("w"));
    }

    @Test
    public void theKeyOfALostWorkersJobStaysClosedForATerm() {
        queue.submit(job("a").exclusiveKey("k"));
        assertEquals("a", queue.take("w1"));
        queue.pass(TestEngine.TERM.plusSeconds(1));
        assertEquals(JobState.AVAILABLE, queue.state("a"));
        CompletableFuture<List<Lease>> waiting = queue.claim("w2", 1);
        assertFalse(waiting.isDone());
        assertEquals(Reason.Kind.KEY, queue.why("a").kind());
        queue.pass(TestEngine.TERM);
        assertTrue(waiting.isDone());
    }

    private static List<String> ids(CompletableFuture<List<Lease>> claim) {
        return claim.join().stream().map(lease -> lease.spec().jobId()).sorted().toList();
    }
}
