/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Unarchived;
import org.junit.Rule;
import org.junit.Test;

public class HistoryRetriesTest {
    @Rule
    public final HistoryFixture queue = new HistoryFixture();

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Changed retry(String jobId) throws Exception {
        return get(queue.service.retry(List.of("unknown", jobId, "unknown"), "ann@n1"))
                .get(1);
    }

    private void cancelled(JobSpec... jobs) throws Exception {
        get(queue.service.submit(List.of(jobs)));
        for (JobSpec job : jobs) get(queue.service.cancel(List.of(job.jobId()), "wrong", "ann@n1"));
        leaveMemory(0);
    }

    /** What is final is in the history only; so many of the ids stay known. */
    private void leaveMemory(int knownIds) throws Exception {
        Unarchived some = get(queue.engine.unarchived(1_000, Long.MAX_VALUE));
        queue.archive.write(some);
        get(queue.engine.execute(new Command.Archived(some.through())));
        get(queue.engine.execute(new Command.Prune(Long.MAX_VALUE, 0, 0, 1_000, true, knownIds, 0)));
    }

    private static JobSpec.Builder job(String id) {
        return JobSpec.script("echo " + id).jobId(id);
    }

    @Test
    public void aJobThatIsOnlyInTheHistoryIsTriedAgainOnce() throws Exception {
        cancelled(job("job-1")
                .queue("mail")
                .deadline(Instant.now().plusSeconds(60))
                .build());
        Changed done = retry("job-1");
        assertEquals(new Changed("job-1", ChangeOutcome.DONE, "job-1~2", ""), done);
        JobSpec spec = get(queue.service.get("job-1~2")).spec();
        assertEquals("echo job-1", spec.script());
        assertEquals("mail", spec.queue());
        assertEquals(Instant.EPOCH, spec.deadline());
        assertEquals("job-1", get(queue.service.get("job-1~2")).view().retryOf());

        Changed again = retry("job-1");
        assertEquals(new Changed("job-1", ChangeOutcome.ALREADY, "job-1~2", "that job is available"), again);
        get(queue.service.cancel(List.of("job-1~2"), "", "ann@n1"));
        assertEquals(ChangeOutcome.ALREADY, retry("job-1").outcome());
        leaveMemory(0);
        assertEquals(
                new Changed("job-1", ChangeOutcome.ALREADY, "job-1~2", "it was so before the job left memory"),
                retry("job-1"));
        assertEquals("job-1~3", retry("job-1~2").newJobId());
    }

    @Test
    public void aJobWhoseIdIsStillKnownIsTriedAgainAsWell() throws Exception {
        get(queue.service.submit(List.of(job("job-1").build())));
        get(queue.service.cancel(List.of("job-1"), "", "ann@n1"));
        leaveMemory(100);
        assertEquals("job-1~2", retry("job-1").newJobId());
    }

    @Test
    public void aJobThatHoldsOutForItWaitsForTheNewOne() throws Exception {
        get(queue.service.submit(List.of(
                job("job-1").build(),
                job("next")
                        .after(List.of(new Dependency("job-1", Dependency.When.COMPLETED, Dependency.Otherwise.HOLD)))
                        .build())));
        get(queue.service.cancel(List.of("job-1"), "", "ann@n1"));
        leaveMemory(0);
        assertEquals("job-1~2", retry("job-1").newJobId());
        assertEquals(JobState.BLOCKED, get(queue.service.get("next")).view().state());
        get(queue.service.cancel(List.of("job-1~2"), "", "ann@n1"));
        assertEquals("job-1~3", retry("job-1~2").newJobId());
    }

    @Test
    public void anArrayThatIsOnlyInTheHistoryIsNotTriedAgainAsAJob() throws Exception {
        get(queue.service.openArray(ArraySpec.of(job("array").build())));
        get(queue.service.addItems("array", 0, List.of("one", "two")));
        get(queue.service.sealArray("array", 2));
        get(queue.service.cancel(List.of("array"), "", "ann@n1"));
        leaveMemory(0);
        assertEquals(2, get(queue.service.get("array")).view().array().items());
        Changed refused = retry("array");
        assertEquals(ChangeOutcome.REFUSED, refused.outcome());
        assertTrue(refused.message(), refused.message().startsWith("it is an array, and in the history only"));
    }

    @Test
    public void whatCompletedOrIsNowhereIsNotTriedAgain() throws Exception {
        cancelled(job("other").build());
        assertEquals(ChangeOutcome.UNKNOWN, retry("nobody").outcome());
        get(queue.service.submit(List.of(job("job-1").build())));
        assertEquals("it is available", retry("job-1").message());
    }
}
