/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Unarchived;
import org.junit.Rule;
import org.junit.Test;

/** Final jobs in their order, in memory and in the history. */
public class FinalJobsTest {
    @Rule
    public final HistoryFixture queue = new HistoryFixture();

    @Test
    public void whoIsFarBehindReadsFromTheHistoryAndThenFromMemory() throws Exception {
        for (int i = 0; i < 6; i++) cancelled("old-" + i);
        archiveAll();
        forgetAllBut(2);
        cancelled("new");
        assertEquals(List.of("old-0", "old-1", "old-2", "old-3", "old-4", "old-5", "new"), all(queue.service, false));
    }

    @Test
    public void withoutAHistoryWhoIsFarBehindHearsThatItMissedSome() throws Exception {
        QueueService alone = new QueueService(queue.engine, QueueServiceTest.SETTINGS, Runnable::run, null);
        for (int i = 0; i < 6; i++) cancelled("old-" + i);
        forgetAllBut(2);
        assertEquals(List.of("old-4", "old-5"), all(alone, true));
    }

    @Test
    public void whatIsWrongIsInvalid() {
        assertInvalid("x", "", 1, Duration.ZERO, "position is 'x', want one that");
        assertInvalid("1-", "", 1, Duration.ZERO, "position is '1-', want one that");
        assertInvalid("-1-1", "", 1, Duration.ZERO, "position is '-1-1', want one that");
        assertInvalid("1".repeat(200), "", 1, Duration.ZERO, "position is '111");
        assertInvalid("", "queue=mail", 1, Duration.ZERO, "filter is 'queue=mail', want an LDAP filter");
        assertInvalid("", "x".repeat(5_000), 1, Duration.ZERO, "the filter has 5000 characters");
        assertInvalid("", "", 0, Duration.ZERO, "most is 0, want 1 to 1000");
        assertInvalid("", "", 1_001, Duration.ZERO, "most is 1001, want 1 to 1000");
        assertInvalid("", "", 1, Duration.ofSeconds(61), "at most is PT1M1S, want PT0S to PT1M");
    }

    private void assertInvalid(String position, String filter, int most, Duration atMost, String message) {
        ExecutionException e = assertThrows(
                ExecutionException.class,
                () -> queue.service
                        .after(position, filter, most, atMost)
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS));
        assertTrue(e.toString(), e.getCause() instanceof InvalidRequestException);
        assertTrue(e.toString(), e.getCause().getMessage().startsWith(message));
    }

    @Test
    public void whoHangsUpWaitsNoMore() throws Exception {
        String now = queue.service
                .after("", "", 1, Duration.ZERO)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .next();
        CompletableFuture<FinalPage> waiting =
                queue.service.after(now, "", 1, Duration.ofSeconds(60)).toCompletableFuture();
        assertFalse(waiting.isDone());
        assertTrue(waiting.cancel(false));
        cancelled("a");
        assertEquals(List.of("a"), all(queue.service, false));
    }

    /** Reads by two until the newest has come. */
    private static List<String> all(FinalJobs jobs, boolean missed) throws Exception {
        List<String> ids = new ArrayList<>();
        boolean told = false;
        String at = FinalJobs.BEGINNING;
        for (int pages = 0; pages < 20; pages++) {
            // A moment has to be over before it is told.
            TimeUnit.MILLISECONDS.sleep(2);
            FinalPage page =
                    jobs.after(at, "", 2, Duration.ZERO).toCompletableFuture().get(20, TimeUnit.SECONDS);
            told |= page.missed();
            page.jobs().forEach(job -> ids.add(job.view().jobId()));
            at = page.next();
        }
        assertEquals(missed, told);
        return ids;
    }

    private void cancelled(String id) {
        queue.service.submit(List.of(JobSpec.script("echo").jobId(id).build()));
        queue.service.cancel(List.of(id), "");
    }

    private void archiveAll() throws Exception {
        Unarchived some = queue.engine.unarchived(100, Long.MAX_VALUE).get();
        queue.archive.write(some);
        queue.engine.execute(new Command.Archived(some.through())).get();
    }

    private void forgetAllBut(int kept) {
        queue.engine
                .execute(new Command.Prune(Long.MIN_VALUE, kept, Long.MAX_VALUE, 1_000, false, 100, 0))
                .join();
    }
}
