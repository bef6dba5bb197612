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
import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;
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
