/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.Canary;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Placement;
import org.gridbatch.api.Reason;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;
import org.gridbatch.api.Verdict;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.log.ImageCodec;
import org.junit.Test;

/** Arrays: their items, gates, canary, ends, and what follows. */
public class ArraysTest {
    private final TestEngine queue = new TestEngine();

    private static ArraySpec array(String id) {
        return ArraySpec.of(job(id).build());
    }

    private Result open(ArraySpec spec) {
        CompletableFuture<Result> answer = queue.engine.openArray(spec, "");
        queue.settle();
        return answer.join();
    }

    private Result add(String id, int from, String... items) {
        return queue.execute(new Command.AddItems(id, from, Items.of(List.of(items)), Command.Room.AMPLE));
    }

    private Result seal(String id, int count) {
        return queue.execute(new Command.SealArray(id, count));
    }

    private void submit(ArraySpec spec, String... items) {
        assertTrue(open(spec) instanceof Result.Accepted);
        if (items.length > 0) assertEquals(new Result.Done(items.length), add(spec.arrayId(), 0, items));
        assertTrue(seal(spec.arrayId(), items.length) instanceof Result.Accepted);
    }

    private static String[] numbered(int count) {
        String[] items = new String[count];
        for (int i = 0; i < count; i++) items[i] = "item-" + i;
        return items;
    }

    private JobView view(String id) {
        return queue.machine().view(queue.machine().job(id));
    }

    private ArrayView counts(String id) {
        return view(id).array();
    }

    private Changed cancel(String id) {
        return ((Result.Altered) queue.execute(new Command.Cancel(List.of(id), "enough")))
                .jobs()
                .get(0);
    }

    private Changed retry(String id) {
        return ((Result.Altered) queue.execute(new Command.Retry(List.of(id), Command.Room.AMPLE)))
                .jobs()
                .get(0);
    }

    private List<String> takeAll(String worker, int slots) {
        CompletableFuture<List<Lease>> claim = queue.claim(worker, slots);
        List<String> ids = new ArrayList<>();
        if (claim.isDone())
            for (Lease lease : claim.join()) ids.add(lease.spec().jobId());
        return ids;
    }

    private void runAll(String worker, ReportKind end) {
        for (String id = queue.take(worker); !id.isEmpty(); id = queue.take(worker)) queue.end(id, end);
    }

    @Test
    public void eachItemIsAJobWithTheItemAsItsFirstArgument() {
        submit(ArraySpec.of(job("a").args(List.of("x")).build()), "one", "two");
        List<Lease> leases = queue.claim("w", 5).join();
        assertEquals(2, leases.size());
        assertEquals("a:0", leases.get(0).spec().jobId());
        assertEquals(List.of("one", "x"), leases.get(0).spec().args());
        assertEquals(List.of("two", "x"), leases.get(1).spec().args());
        assertEquals("two", view("a:1").item());
        assertEquals("a", view("a:1").arrayId());
    }

    @Test
    public void nothingOfAnArrayRunsBeforeItIsSealed() {
        open(array("a"));
        add("a", 0, "one");
        assertEquals("", queue.take("w"));
        assertEquals(Reason.Kind.ARRAY, queue.why("a").kind());
        assertEquals(
                "array a is not sealed, and has 1 items so far", queue.why("a").text());
        seal("a", 1);
        assertEquals("the claim that waits", JobState.EXECUTING, queue.state("a:0"));
    }

    @Test
    public void aWaitingClaimGetsItemsWhenTheArrayIsSealed() {
        CompletableFuture<List<Lease>> claim = queue.claim("w", 2);
        CompletableFuture<List<Lease>> choosy = queue.claim("c", 1, "(queue=default)", List.of());
        submit(array("a"), numbered(5));
        assertEquals(2, claim.join().size());
        assertEquals(1, choosy.join().size());
    }

    @Test
    public void itIsExecutingFromItsFirstItemAndCompletedWithItsLast() {
        submit(array("a"), "one", "two");
        assertEquals(JobState.AVAILABLE, queue.state("a"));
        queue.take("w");
        assertEquals(JobState.EXECUTING, queue.state("a"));
        queue.complete("a:0");
        assertEquals(JobState.EXECUTING, queue.state("a"));
        assertEquals(1, counts("a").done());
        queue.take("w");
        queue.complete("a:1");
        assertEquals(JobState.COMPLETED, queue.state("a"));
        assertEquals("2 of 2 items completed", view("a").result());
    }

    @Test
    public void anArrayWithoutItemsIsCompletedAtOnce() {
        submit(array("a"));
        assertEquals(JobState.COMPLETED, queue.state("a"));
    }

    @Test
    public void piecesCanBeRepeatedButNotChangedNorLeftOut() {
        open(array("a"));
        assertEquals(new Result.Done(2), add("a", 0, "one", "two"));
        assertEquals(new Result.Done(2), add("a", 0, "one", "two"));
        assertEquals("an overlap adds what is new", new Result.Done(4), add("a", 1, "two", "three", "four"));
        assertEquals(Result.Refusal.CONFLICT, ((Result.Refused) add("a", 1, "other")).refusal());
        Result.Refused gap = (Result.Refused) add("a", 5, "six");
        assertEquals("array a has 4 items, so the next begin at 4 and not at 5", gap.message());
        assertEquals(Result.Refusal.CONFLICT, ((Result.Refused) seal("a", 3)).refusal());
        seal("a", 4);
        assertEquals("repeated after the seal", new Result.Done(4), add("a", 2, "three", "four"));
        assertEquals(Result.Refusal.CONFLICT, ((Result.Refused) add("a", 4, "five")).refusal());
        assertTrue(((Result.Accepted) seal("a", 4)).jobs().get(0).repeated());
        assertEquals(Result.Refusal.UNKNOWN, ((Result.Refused) add("b", 0, "one")).refusal());
    }

    @Test
    public void theSameArrayAgainIsRepeatedAndAnotherOneRefused() {
        open(array("a"));
        assertTrue(((Result.Accepted) open(array("a"))).jobs().get(0).repeated());
        assertEquals(Result.Refusal.CONFLICT, ((Result.Refused) open(array("a").withThrottle(3))).refusal());
        Result job = queue.execute(new Command.Submit(List.of(job("a").build()), Command.Room.AMPLE));
        assertEquals("a job is no array", Result.Refusal.CONFLICT, ((Result.Refused) job).refusal());
    }

    @Test
    public void theThrottleHoldsAndCanBeChanged() {
        submit(array("a").withThrottle(2), numbered(10));
        assertEquals(List.of("a:0", "a:1"), takeAll("w", 5));
        assertEquals(List.of(), takeAll("w2", 5));
        assertEquals(Reason.Kind.LIMIT, queue.why("a:5").kind());
        queue.complete("a:0");
        assertEquals("the claim that waits", JobState.EXECUTING, queue.state("a:2"));
        queue.execute(new Command.ThrottleArray("a", 4, "me"));
        assertEquals(List.of("a:3", "a:4"), takeAll("w3", 9));
        queue.execute(new Command.ThrottleArray("a", 0, "me"));
        assertEquals(5, takeAll("w4", 9).size());
    }

    @Test
    public void aThrottledArrayLetsOtherJobsOfItsTenantPass() {
        submit(array("a").withThrottle(1), numbered(3));
        queue.submit(job("single"));
        assertEquals(List.of("a:0", "single"), takeAll("w", 5));
    }

    @Test
    public void aPausedArrayWaitsAndItsExecutingItemsGoOn() {
        submit(array("a"), numbered(3));
        queue.take("w");
        queue.execute(new Command.PauseArray("a", true, "me"));
        assertEquals("", queue.take("w2"));
        assertEquals("array a is paused", queue.why("a:1").text());
        queue.complete("a:0");
        queue.execute(new Command.PauseArray("a", false, "me"));
        assertEquals("the claim that waits", JobState.EXECUTING, queue.state("a:1"));
    }

    @Test
    public void aFailedItemIsRetriedBeforeThoseBehindIt() {
        submit(ArraySpec.of(job("a").maxAttempts(2).build()), numbered(3));
        queue.take("w");
        queue.end("a:0", ReportKind.FAIL);
        assertEquals(JobState.RETRYABLE, queue.state("a:0"));
        assertEquals(1, counts("a").count(JobState.RETRYABLE));
        queue.pass(Duration.ofMinutes(10));
        assertEquals("a:0", queue.take("w2"));
        queue.end("a:0", ReportKind.FAIL);
        runAll("w3", ReportKind.COMPLETE);
        assertEquals(JobState.DISCARDED, queue.state("a"));
        assertEquals("2 of 3 items completed", view("a").error());
    }

    @Test
    public void ofItemsWithOneKeyOneRunsAtATimeAndOthersPass() {
        ArraySpec spec = ArraySpec.of(job("a").exclusiveKey("c-").build()).withKeyPerItem(true);
        submit(spec, "x", "x", "y", "x", "z");
        assertEquals(List.of("a:0", "a:2", "a:4"), takeAll("w", 9));
        assertEquals("key c-x is busy with job a:0", queue.why("a:1").text());
        queue.complete("a:0");
        assertEquals(List.of("a:1"), takeAll("w2", 9));
    }

    @Test
    public void twoArraysWithTheSameKeysNeverRunOneKeyTwice() {
        submit(array("a").withKeyPerItem(true), numbered(3));
        submit(array("b").withKeyPerItem(true).withThrottle(2), numbered(5));
        assertEquals(List.of("a:0", "a:1", "a:2", "b:3", "b:4"), takeAll("w", 9));
        queue.complete("a:1");
        assertEquals("its throttle is reached", List.of(), takeAll("w2", 9));
        queue.complete("b:3");
        assertEquals(JobState.EXECUTING, queue.state("b:1"));
        assertEquals(JobState.AVAILABLE, queue.state("b:0"));
    }

    @Test
    public void aKeyThatIsNoNameIsRefusedWithItsPlace() {
        open(array("a").withKeyPerItem(true));
        Result.Refused refused = (Result.Refused) add("a", 0, "good", "not good");
        assertTrue(refused.message(), refused.message().startsWith("item 1 is 'not good', want at most 128 letters"));
        assertEquals(0, counts("a").items());
    }

    @Test
    public void theCanaryRunsAloneAndThenTheOthers() {
        submit(array("a").withCanary(new Canary(2, 50)), numbered(5));
        assertEquals(List.of("a:0", "a:1"), takeAll("w", 9));
        assertEquals(
                "array a runs its first 2 items alone, of which 2 are not final",
                queue.why("a:3").text());
        assertEquals(2, counts("a").canary());
        queue.end("a:0", ReportKind.FAIL_FOR_GOOD);
        assertEquals(List.of(), takeAll("w2", 1));
        queue.complete("a:1");
        assertEquals("half may fail", JobState.EXECUTING, queue.state("a:2"));
        assertEquals(0, counts("a").canary());
    }

    @Test
    public void whenTooManyOfTheCanaryFailTheOthersAreCancelled() {
        submit(array("a").withCanary(new Canary(2, 49)), numbered(500));
        takeAll("w", 9);
        queue.complete("a:0");
        queue.end("a:1", ReportKind.FAIL_FOR_GOOD);
        queue.pass(Duration.ofSeconds(1));
        assertEquals(JobState.DISCARDED, queue.state("a"));
        assertEquals(498, counts("a").count(JobState.CANCELLED));
        assertEquals(
                "1 of the first 2 items failed, and 49 % may", view("a:400").error());
        assertEquals(
                "1 of 500 items completed; 1 of the first 2 items failed, and 49 % may",
                view("a").error());
    }

    @Test
    public void aCancelEndsWaitingItemsAndAsksExecutingOnesToStop() {
        submit(array("a"), numbered(3_000));
        takeAll("w", 2);
        assertEquals(ChangeOutcome.REQUESTED, cancel("a").outcome());
        assertEquals(List.of(), takeAll("w2", 1));
        queue.pass(Duration.ofSeconds(1));
        assertEquals(2_998, counts("a").count(JobState.CANCELLED));
        assertEquals(JobState.EXECUTING, queue.state("a"));
        assertTrue(queue.machine().job("a:0").cancelRequested());
        queue.end("a:0", ReportKind.CANCELLED);
        queue.complete("a:1");
        assertEquals(JobState.CANCELLED, queue.state("a"));
        assertEquals("1 of 3000 items completed; enough", view("a").error());
        assertEquals(ChangeOutcome.ALREADY, cancel("a").outcome());
    }

    @Test
    public void aLargeCancelGoesOnAfterARestart() {
        submit(array("a"), numbered(3_000));
        CompletableFuture<Result> answer = queue.engine.execute(new Command.Cancel(List.of("a"), "enough"));
        queue.settle();
        assertTrue(answer.isDone());
        queue.restart();
        queue.pass(Duration.ofSeconds(1));
        assertEquals(JobState.CANCELLED, queue.state("a"));
        assertEquals(3_000, counts("a").count(JobState.CANCELLED));
    }

    @Test
    public void theEndOfASmallArrayDoesNotWaitForThatOfALargeOne() {
        submit(array("large"), numbered(5_000));
        submit(array("small"), numbered(50));
        queue.machine().apply(new Command.Cancel(List.of("large"), "enough"), queue.now());
        queue.machine().apply(new Command.Cancel(List.of("small"), "enough"), queue.now());
        assertEquals(JobState.CANCELLED, queue.state("small"));
        assertEquals(JobState.AVAILABLE, queue.state("large"));
        queue.pass(Duration.ofSeconds(1));
        assertEquals(JobState.CANCELLED, queue.state("large"));
    }

    @Test
    public void anArrayThatIsOpenCanBeCancelledAndTakesNoMoreItems() {
        open(array("a"));
        add("a", 0, "one");
        assertEquals(ChangeOutcome.DONE, cancel("a").outcome());
        assertEquals(JobState.CANCELLED, queue.state("a"));
        assertEquals("array a is cancelled with 0 items", ((Result.Refused) add("a", 0, "one")).message());
        assertEquals(0, queue.machine().count(JobState.BLOCKED));
    }

    @Test
    public void oneThatIsNeverSealedIsCancelledAfterADay() {
        open(array("a"));
        add("a", 0, "one");
        queue.ticker.advance(Duration.ofHours(23));
        queue.engine.tick();
        queue.settle();
        assertEquals(JobState.BLOCKED, queue.state("a"));
        queue.ticker.advance(Duration.ofHours(1));
        queue.engine.tick();
        queue.settle();
        assertEquals(JobState.CANCELLED, queue.state("a"));
    }

    @Test
    public void singleItemsCanBeCancelledSnoozedAndTriedAgain() {
        submit(array("a"), numbered(5));
        assertEquals(ChangeOutcome.DONE, cancel("a:0").outcome());
        queue.execute(new Command.Snooze(List.of("a:1"), Duration.ofMinutes(1)));
        assertEquals(JobState.SCHEDULED, queue.state("a:1"));
        assertEquals(List.of("a:2", "a:3", "a:4"), takeAll("w", 9));
        Changed again = retry("a:0");
        assertEquals("a:0~2", again.newJobId());
        assertEquals(List.of("item-0"), queue.machine().job("a:0~2").spec().args());
        assertEquals("a:0~2", queue.take("w2"));
    }

    @Test
    public void aRetryOfAnArrayIsANewOneOfTheItemsThatDidNotComplete() {
        submit(array("a").withThen(job("after").build()), "good", "bad", "ugly");
        takeAll("w", 3);
        assertEquals("items of it have started", retry("a").message());
        queue.complete("a:0");
        queue.end("a:1", ReportKind.FAIL_FOR_GOOD);
        queue.end("a:2", ReportKind.FAIL_FOR_GOOD);
        assertEquals("after", queue.take("w"));
        assertEquals("a~2", retry("a").newJobId());
        assertEquals(ChangeOutcome.ALREADY, retry("a").outcome());
        assertEquals(2, counts("a~2").items());
        assertEquals(List.of("a~2:0", "a~2:1"), takeAll("w2", 9));
        assertEquals(List.of("bad"), queue.machine().job("a~2:0").spec().args());
        queue.complete("a~2:0");
        queue.complete("a~2:1");
        assertEquals("after~2", queue.take("w3"));
    }

    @Test
    public void theFollowingJobGetsTheCounts() {
        submit(array("a").withThen(job("then").args(List.of("more")).build()), numbered(4));
        assertEquals(JobState.BLOCKED, queue.state("then"));
        takeAll("w", 9);
        queue.complete("a:0");
        queue.complete("a:1");
        queue.end("a:2", ReportKind.FAIL_FOR_GOOD);
        cancel("a:3");
        queue.end("a:3", ReportKind.CANCELLED);
        assertEquals("then", queue.take("w"));
        assertEquals(
                List.of("a", "4", "2", "1", "1", "more"),
                queue.machine().job("then").spec().args());
    }

    @Test
    public void jobsCanWaitForAnArrayAndAnArrayForJobs() {
        queue.submit(job("before"));
        submit(
                ArraySpec.of(
                        job("a").after(List.of(Dependency.completed("before"))).build()),
                "one");
        queue.submit(job("behind").after(List.of(Dependency.completed("a"))));
        assertEquals(
                "it waits until job before, which is available, completes",
                queue.why("a").text());
        assertEquals("array a is blocked", queue.why("a:0").text());
        assertEquals("before", queue.take("w"));
        assertEquals("", queue.take("w2"));
        queue.complete("before");
        queue.pass(Duration.ofSeconds(1));
        assertEquals(JobState.EXECUTING, queue.state("a:0"));
        queue.complete("a:0");
        assertEquals("behind", queue.take("w3"));
    }

    @Test
    public void anArrayIsCancelledWhenTheJobThatItWaitsForFails() {
        queue.submit(job("before"));
        open(ArraySpec.of(
                job("open").after(List.of(Dependency.completed("before"))).build()));
        submit(
                ArraySpec.of(
                        job("a").after(List.of(Dependency.completed("before"))).build()),
                "one");
        queue.take("w");
        queue.end("before", ReportKind.FAIL_FOR_GOOD);
        assertEquals(JobState.CANCELLED, queue.state("a"));
        assertEquals(JobState.CANCELLED, queue.state("a:0"));
        assertEquals(JobState.CANCELLED, queue.state("open"));
        ArraySpec late = ArraySpec.of(job("late")
                        .after(List.of(Dependency.completed("before")))
                        .build())
                .withThen(job("then").build());
        Submitted answer = ((Result.Accepted) open(late)).jobs().get(0);
        assertEquals(JobState.CANCELLED, answer.state());
        assertEquals("then", queue.take("w"));
        assertEquals(
                List.of("late", "0", "0", "0", "0"),
                queue.machine().job("then").spec().args());
    }

    @Test
    public void aDelayHoldsForTheWholeArray() {
        submit(ArraySpec.of(job("a").delay(Duration.ofSeconds(30)).build()), "one");
        assertEquals(JobState.SCHEDULED, queue.state("a"));
        assertEquals("", queue.take("w"));
        queue.pass(Duration.ofSeconds(30));
        assertEquals(JobState.EXECUTING, queue.state("a:0"));
    }

    @Test
    public void whatIsNotDoneByTheDeadlineIsDiscarded() {
        submit(ArraySpec.of(job("a").deadline(queue.now().plusSeconds(20)).build()), numbered(3));
        queue.take("w");
        queue.complete("a:0");
        queue.take("w");
        queue.pass(Duration.ofSeconds(21));
        assertEquals(JobState.DISCARDED, queue.state("a:2"));
        assertTrue(queue.machine().job("a:1").cancelRequested());
        queue.end("a:1", ReportKind.CANCELLED);
        assertEquals(JobState.DISCARDED, queue.state("a"));
        assertEquals(
                Map.of(JobState.COMPLETED, 1, JobState.DISCARDED, 2),
                counts("a").states());
    }

    @Test
    public void onEachRunsOnceOnEveryWorkerThatMeetsTheFilter() {
        queue.advertise("a1", Map.of("site", "a"));
        queue.advertise("a2", Map.of("site", "a"));
        queue.advertise("b1", Map.of("site", "b"));
        for (String worker : List.of("a1", "a2", "b1")) queue.claim(worker, 1);
        open(array("each").withOnEach("(site=a)"));
        assertEquals(2, counts("each").items());
        assertEquals("a1", queue.machine().job("each:0").worker());
        assertEquals("a2", queue.machine().job("each:1").worker());
        queue.complete("each:0");
        queue.complete("each:1");
        assertEquals(JobState.COMPLETED, queue.state("each"));
    }

    @Test
    public void onEachLeavesOutWorkersThatHaveStoppedAsking() {
        queue.advertise("gone", Map.of());
        queue.pass(Duration.ofSeconds(6));
        queue.advertise("there", Map.of());
        queue.claim("there", 1);
        open(array("each").withOnEach("(worker=*)"));
        assertEquals(1, counts("each").items());
        queue.complete("each:0");
        assertEquals(JobState.COMPLETED, queue.state("each"));
    }

    @Test
    public void onEachCanRollOverTheWorkersOneAtATime() {
        for (String worker : List.of("w1", "w2", "w3")) queue.advertise(worker, Map.of());
        for (String worker : List.of("w1", "w2", "w3")) queue.claim(worker, 1);
        JobSpec template = job("each")
                .placement(new Placement("(worker=*)", List.of(), ""))
                .build();
        open(ArraySpec.of(template).withOnEach("(worker=w*)").withThrottle(1));
        assertEquals(1, counts("each").count(JobState.EXECUTING));
        for (int i = 0; i < 3; i++) {
            queue.complete("each:" + i);
            if (i < 2) assertEquals(JobState.EXECUTING, queue.state("each:" + (i + 1)));
        }
        assertEquals(JobState.COMPLETED, queue.state("each"));
    }

    @Test
    public void aBusyWorkerDoesNotKeepTheOthersFromTheirItem() {
        for (String worker : List.of("w1", "w2")) queue.advertise(worker, Map.of());
        queue.claim("w2", 1);
        open(array("each").withOnEach("(worker=w*)"));
        assertEquals(JobState.AVAILABLE, queue.state("each:0"));
        assertEquals(JobState.EXECUTING, queue.state("each:1"));
    }

    @Test
    public void twoTenantsTakeTurnsThoughOneHasAnArray() {
        submit(ArraySpec.of(job("big").tenant("t1").build()), numbered(1_000));
        assertEquals("big:0", queue.take("w"));
        queue.submit(job("small").tenant("t2"));
        List<String> next = List.of(queue.take("w1"), queue.take("w2"));
        assertTrue(next.toString(), next.contains("small"));
    }

    @Test
    public void allIsAsItWasAfterARestart() {
        submit(array("a").withThrottle(3).withCanary(new Canary(2, 0)), numbered(20));
        takeAll("w", 9);
        queue.complete("a:0");
        queue.end("a:1", ReportKind.RELEASE);
        queue.execute(new Command.PauseArray("a", true, "me"));
        JobView before = view("a");
        queue.restart();
        assertEquals(before, view("a"));
        queue.execute(new Command.PauseArray("a", false, "me"));
        assertEquals("a:1", queue.take("w2"));
        queue.complete("a:1");
        assertEquals(List.of("a:2", "a:3", "a:4"), takeAll("w3", 9));
    }

    @Test
    public void aLostWorkersItemGoesToAnother() {
        submit(array("a"), numbered(2));
        takeAll("lost", 2);
        queue.pass(TestEngine.TERM.plusSeconds(2));
        assertEquals(List.of("a:0", "a:1"), takeAll("w", 2));
        assertEquals(1, queue.machine().job("a:0").rescues());
    }

    @Test
    public void theCountersOfTheQueueHaveTheItemsAndNotTheArray() {
        submit(array("a"), numbered(10));
        takeAll("w", 3);
        queue.complete("a:0");
        assertEquals(7, queue.machine().count(JobState.AVAILABLE));
        assertEquals(2, queue.machine().count(JobState.EXECUTING));
        assertEquals(1, queue.machine().count(JobState.COMPLETED));
        assertEquals(
                Map.of(JobState.AVAILABLE, 7L, JobState.EXECUTING, 2L, JobState.COMPLETED, 1L),
                queue.machine().queueViews().get(0).counts());
    }

    @Test
    public void theRoomOfTheQueueHoldsForItems() {
        Command.Room room = new Command.Room(5, 5, Long.MAX_VALUE, 10, 10, 10, 10);
        open(array("a"));
        Result first = queue.execute(new Command.AddItems("a", 0, Items.of(List.of(numbered(4))), room));
        assertEquals(new Result.Done(4), first);
        Result second = queue.execute(new Command.AddItems("a", 4, Items.of(List.of("x", "y")), room));
        assertEquals(Result.Refusal.LIMIT, ((Result.Refused) second).refusal());
        assertEquals(4, counts("a").items());
    }

    @Test
    public void anEqualUniqueArrayIsAnsweredWithTheOneThatIsThere() {
        ArraySpec one = ArraySpec.of(
                job("one").unique(new Unique("shop", Duration.ZERO)).build());
        ArraySpec two = ArraySpec.of(
                job("two").unique(new Unique("shop", Duration.ZERO)).build());
        submit(one, "x");
        assertEquals("one", ((Result.Accepted) open(two)).jobs().get(0).jobId());
        queue.take("w");
        queue.complete("one:0");
        assertEquals("two", ((Result.Accepted) open(two)).jobs().get(0).jobId());
    }

    @Test
    public void theUniqueKeyOfAnArrayCountsOnceIfItIsHeldForATime() {
        Command.Room room = Command.Room.AMPLE.withUniqueKeys(1);
        for (String id : List.of("one", "two")) {
            JobSpec template =
                    job(id).unique(new Unique(id, Duration.ofHours(1))).build();
            Result result = queue.execute(new Command.OpenArray(ArraySpec.of(template), Items.NONE, room));
            assertEquals(id, id.equals("one"), result instanceof Result.Accepted);
        }
        Result items = queue.execute(new Command.AddItems("one", 0, Items.of(List.of(numbered(4))), room));
        assertEquals(new Result.Done(4), items);
    }

    @Test
    public void prunedItemsLeaveTheirStateWithTheArray() {
        submit(array("a"), numbered(3));
        queue.take("w");
        long first = queue.machine().job("a:0").tenure().leaseId();
        queue.complete("a:0");
        queue.execute(new Command.Prune(0, 0, Long.MAX_VALUE, 10));
        assertNull(queue.machine().job("a:0"));
        Report repeated = new Report(
                "w", first, "a:0", ReportKind.COMPLETE, Duration.ZERO, "", "", CapturedText.NONE, CapturedText.NONE);
        Verdict verdict = ((Result.Judged) queue.execute(new Command.End(List.of(repeated))))
                .verdicts()
                .get(0);
        assertEquals(JobState.COMPLETED, verdict.state());
        assertTrue(verdict.message(), verdict.message().contains("it cannot be told whether by this report"));
        assertEquals(
                "it is completed, and in the history only; try its array again",
                cancel("a:0").message());
        assertEquals(1, counts("a").count(JobState.COMPLETED));
        assertEquals("a:1", queue.take("w"));
        queue.complete("a:1");
        queue.take("w");
        queue.complete("a:2");
        assertEquals(JobState.COMPLETED, queue.state("a"));
        queue.execute(new Command.Prune(0, 0, Long.MAX_VALUE, 10));
        assertNull(queue.machine().job("a"));
        assertEquals(0, queue.machine().arrays().size());
    }

    @Test
    public void aRetryFindsAnIdForAFollowerWhoseIdIsANumber() {
        submit(array("a").withThen(job("42").build()), numbered(1));
        queue.take("w");
        queue.end("a:0", ReportKind.FAIL_FOR_GOOD);
        assertEquals(ChangeOutcome.DONE, retry("a").outcome());
        assertEquals("a~2", queue.machine().array("a~2").id());
        assertEquals(JobState.BLOCKED, queue.state("42~2"));
    }

    @Test
    public void aMistakeInWhatFollowsIsNoAnswerToACommand() {
        // No call gets such an id past the service.
        queue.submit(job("a:0"));
        cancel("a:0");
        submit(array("a"), numbered(2));
        cancel("a");
        assertNotNull(queue.machine().mistake());
        queue.submit(job("other"));
        assertEquals("other", queue.take("w"));
        queue.pass(Duration.ofSeconds(1));
        assertTrue(queue.engine.problem(), queue.engine.problem().contains("are stuck"));
    }

    @Test
    public void aClaimCanAskForOneItemAndAFilterFindsOneInTheMiddle() {
        submit(array("a").withThrottle(3), numbered(2_000));
        assertEquals("a:0", queue.take("w"));
        CompletableFuture<List<Lease>> choosy = queue.claim("c", 1, "(id=a:1234)", List.of());
        assertTrue(choosy.isDone());
        assertEquals("a:1234", choosy.join().get(0).spec().jobId());
        assertEquals("a:1", queue.take("w2"));
        assertEquals("the throttle", "", queue.take("w3"));
    }

    @Test
    public void aClaimWithAFilterGoesOnWhenTheThrottleLetsIt() {
        submit(array("a").withThrottle(1), numbered(3));
        assertEquals("a:0", queue.take("w"));
        CompletableFuture<List<Lease>> choosy = queue.claim("c", 1, "(queue=default)", List.of());
        assertFalse(choosy.isDone());
        queue.complete("a:0");
        assertEquals("a:1", choosy.join().get(0).spec().jobId());
    }

    @Test
    public void aSnapshotIsTheSameStateAgain() throws IOException {
        submit(array("a").withKeyPerItem(true), numbered(50));
        takeAll("w", 5);
        queue.complete("a:3");
        open(array("b"));
        add("b", 0, "x");
        byte[] image = image(queue.machine());
        QueueMachine again = new QueueMachine(ImageCodec.read(new ByteArrayInputStream(image)));
        assertArrayEquals(image, image(again));
        assertEquals(queue.machine().job("a:1"), again.job("a:1"));
        assertSame(
                "an item shares the script of its array",
                again.job("a").spec().script(),
                again.job("a:1").spec().script());
    }

    private static byte[] image(QueueMachine machine) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageCodec.write(machine.image(), out);
        return out.toByteArray();
    }
}
