/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.Placement;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Rate;
import org.gridbatch.queue.core.Command;
import org.junit.Test;

public class FairnessTest {
    private final TestEngine queue = new TestEngine();

    /** The tenants of the next jobs, each of which completes before the next is taken. */
    private List<String> turns(int count) {
        List<String> tenants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = queue.take("w");
            tenants.add(queue.machine().job(id).spec().tenant());
            queue.complete(id);
        }
        return tenants;
    }

    private void submit(String tenant, int count) {
        JobSpec.Builder[] jobs = new JobSpec.Builder[count];
        for (int i = 0; i < count; i++) jobs[i] = job(tenant + "-" + i).tenant(tenant);
        queue.submit(jobs);
    }

    @Test
    public void aTenantWithManyJobsDelaysAnotherByNoMoreThanATurn() {
        submit("big", 100_000);
        assertEquals(List.of("big", "big", "big"), turns(3));
        submit("small", 1);
        List<String> next = turns(2);
        assertTrue(next.toString(), next.contains("small"));
    }

    private JobSpec.Builder[] many(int count) {
        JobSpec.Builder[] jobs = new JobSpec.Builder[count];
        for (int i = 0; i < count; i++) jobs[i] = job("big-" + i).tenant("big");
        return jobs;
    }

    /** The tenants of the jobs that a claim got, in the order in which it got them. */
    private List<String> tenants(CompletableFuture<List<Lease>> claim) {
        assertTrue("the claim is answered", claim.isDone());
        return claim.join().stream().map(lease -> lease.spec().tenant()).toList();
    }

    @Test
    public void norDoesItIfTheOthersJobIsOfAnotherShape() {
        queue.advertise("w", Map.of("cpus", "8"));
        submit("big", 10_000);
        assertEquals(List.of("big", "big", "big"), turns(3));
        queue.submit(job("small").tenant("small").placement(new Placement("(cpus>=4)", List.of(), "")));
        List<String> next = turns(2);
        assertTrue(next.toString(), next.contains("small"));
    }

    @Test
    public void norDoesItIfTheOthersJobHasAnotherLimitKey() {
        queue.execute(new Command.Restrict("disk", new Limit(2, Rate.UNLIMITED), "ann@n1"));
        JobSpec.Builder[] bigs = many(2_000);
        for (JobSpec.Builder one : bigs) one.limitKey("disk");
        queue.submit(bigs);
        assertEquals(List.of("big", "big", "big"), turns(3));
        queue.submit(job("small").tenant("small").limitKey("tape"));
        List<String> next = turns(2);
        assertTrue(next.toString(), next.contains("small"));
        // Its own key is at its limit: the other does not wait for it.
        assertEquals("big", queue.machine().job(queue.take("w1")).spec().tenant());
        assertEquals("big", queue.machine().job(queue.take("w2")).spec().tenant());
        queue.submit(job("late").tenant("small").limitKey("tape"));
        assertEquals("late", queue.take("w3"));
    }

    @Test
    public void norDoesItIfTheOthersJobHasTheSameLimitKey() {
        queue.execute(new Command.Restrict("disk", new Limit(1, Rate.UNLIMITED), "ann@n1"));
        JobSpec.Builder[] bigs = many(2_000);
        for (JobSpec.Builder one : bigs) one.limitKey("disk");
        queue.submit(bigs);
        String first = queue.take("w1");
        CompletableFuture<List<Lease>> waiting = queue.claim("w2", 1);
        queue.submit(job("small").tenant("small").limitKey("disk"));
        queue.complete(first);
        assertEquals(List.of("small"), tenants(waiting));
    }

    @Test
    public void norDoesItIfAClaimTakesManyJobs() {
        submit("big", 10_000);
        assertEquals(Collections.nCopies(16, "big"), tenants(queue.claim("w1", 16)));
        submit("small", 3);
        List<String> next = tenants(queue.claim("w2", 16));
        assertEquals(16, next.size());
        assertEquals(3, next.subList(0, 6).stream().filter("small"::equals).count());
    }

    @Test
    public void norDoesItIfClaimsWaitForAll() {
        CompletableFuture<List<Lease>> first = queue.claim("w1", 16);
        CompletableFuture<List<Lease>> second = queue.claim("w2", 16);
        queue.submit(many(20));
        assertEquals(Collections.nCopies(16, "big"), tenants(first));
        assertEquals(Collections.nCopies(4, "big"), tenants(second));
        CompletableFuture<List<Lease>> third = queue.claim("w3", 2);
        JobSpec.Builder[] both = many(1_000);
        for (int i = 0; i < 999; i++) both[i].jobId("more-" + i);
        both[999] = job("small").tenant("small");
        queue.submit(both);
        assertTrue(tenants(third).toString(), tenants(third).contains("small"));
    }

    @Test
    public void jobsThatComeTogetherGoToWaitingClaimsByClassAndPriority() {
        queue.execute(new Command.Configure(
                new QueueSettings("fast", false, 1, Limit.NONE, 0, null, Duration.ZERO), "ann@n1"));
        CompletableFuture<List<Lease>> claim = queue.claim("w", 2);
        queue.submit(
                job("plain"),
                job("urgent").priority(5),
                job("late").queue("fast").priority(-5));
        assertEquals(
                List.of("late", "urgent"),
                claim.join().stream().map(lease -> lease.spec().jobId()).toList());
    }

    @Test
    public void tenantsTakeTurnsAndAWeightCountsAsSoManyTenants() {
        submit("a", 40);
        submit("b", 40);
        queue.execute(new Command.Weigh("b", 3, "ann@n1"));
        List<String> tenants = turns(40);
        assertEquals(10, tenants.stream().filter("a"::equals).count(), 1);
        assertEquals(30, tenants.stream().filter("b"::equals).count(), 1);
    }

    @Test
    public void aTenantThatSubmitsOneJobAtATimeGetsNoMoreThanItsTurn() {
        submit("many", 20);
        int fewTurns = 0;
        for (int i = 0; i < 10; i++) {
            queue.submit(job("few-" + i).tenant("few"));
            for (String tenant : turns(2)) if (tenant.equals("few")) fewTurns++;
        }
        assertEquals(10, fewTurns, 1);
    }

    @Test
    public void timeWithoutJobsGivesNoCredit() {
        submit("a", 60);
        submit("b", 1);
        turns(31);
        submit("b2", 0);
        queue.submit(
                job("b-late-1").tenant("b"),
                job("b-late-2").tenant("b"),
                job("b-late-3").tenant("b"));
        List<String> next = turns(6);
        assertEquals(next.toString(), 3, next.stream().filter("b"::equals).count());
        assertEquals(
                "they alternate",
                2,
                next.subList(0, 4).stream().filter("a"::equals).count());
    }

    @Test
    public void timeWithoutJobsGivesNoCreditBesideAQuietClassEither() {
        queue.execute(new Command.Configure(
                new QueueSettings("fast", false, 1, Limit.NONE, 0, null, Duration.ZERO), "ann@n1"));
        queue.submit(job("rare").tenant("rare").queue("fast"));
        submit("a", 10);
        submit("b", 200);
        turns(211);
        submit("c", 10);
        turns(10);
        JobSpec.Builder[] more = new JobSpec.Builder[100];
        for (int i = 0; i < more.length; i++) more[i] = job("a-late-" + i).tenant("a");
        queue.submit(more);
        queue.submit(job("b-late").tenant("b"));
        List<String> next = turns(3);
        assertTrue(next.toString(), next.contains("b"));
    }

    @Test
    public void priorityCountsWithinTheTenantAndAgeCatchesUp() {
        queue.submit(job("old").tenant("t"));
        queue.pass(Duration.ofMinutes(15));
        queue.submit(
                job("urgent").tenant("t").priority(1), job("more").tenant("t").priority(2));
        assertEquals("twenty minutes ahead", "more", queue.take("w1"));
        assertEquals("its age counts more than ten minutes", "old", queue.take("w2"));
        assertEquals("urgent", queue.take("w3"));
    }

    @Test
    public void aQueueOfAHigherClassGoesFirst() {
        queue.submit(job("a").queue("slow"), job("b").queue("fast"), job("c").queue("slow"));
        queue.execute(new Command.Configure(
                new QueueSettings("fast", false, 1, Limit.NONE, 0, null, Duration.ZERO), "ann@n1"));
        assertEquals("b", queue.take("w1"));
        assertEquals("a", queue.take("w2"));
        queue.execute(new Command.Configure(
                new QueueSettings("fast", false, -1, Limit.NONE, 0, null, Duration.ZERO), "ann@n1"));
        queue.submit(job("d").queue("fast"), job("e").queue("slow"));
        assertEquals("c", queue.take("w3"));
        assertEquals("e", queue.take("w4"));
        assertEquals("d", queue.take("w5"));
    }
}
