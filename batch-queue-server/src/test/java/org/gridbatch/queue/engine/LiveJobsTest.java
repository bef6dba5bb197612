/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LivePart;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.Progress;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.UnknownJobException;
import org.junit.Test;

/** What executing jobs tell of themselves. */
public class LiveJobsTest {
    private static final Progress HALF = new Progress(5, 10, "halfway");

    private final TestEngine grid = new TestEngine();

    @Test
    public void whatAWorkerTellsIsReadUntilItsLeaseEnds() {
        long lease = executing("job-1", "w1");
        beat("w1", part(lease, HALF, 0, "one\n"));

        LiveView live = live("job-1", 0);
        assertEquals(JobState.EXECUTING, live.state());
        assertEquals("w1", live.worker());
        assertEquals(lease, live.leaseId());
        assertEquals(grid.now(), live.since());
        assertEquals(HALF, live.progress());
        assertEquals(Map.of("shop", "42"), live.notes());
        assertEquals(new LiveText(0, "one\n"), live.out());
        assertEquals(new LiveText(4, ""), live("job-1", 4).out());

        beat("w1", part(lease, HALF, 4, "two\n"));
        assertEquals(new LiveText(4, "two\n"), live("job-1", 4).out());

        grid.complete("job-1");
        LiveView ended = live("job-1", 8);
        assertEquals(JobState.COMPLETED, ended.state());
        assertEquals(0, ended.leaseId());
        assertEquals(Progress.NONE, ended.progress());
        assertEquals(new LiveText(8, ""), ended.out());
    }

    @Test
    public void anotherAttemptBeginsWithNothing() {
        long lease = executing("job-1", "w1");
        beat("w1", part(lease, HALF, 0, "one\n"));
        grid.end("job-1", ReportKind.RELEASE);
        long next = takeAgain("w2");
        beat("w1", part(lease, HALF, 4, "two\n"));
        assertTrue(next > lease);
        LiveView live = live("job-1", 0);
        assertEquals(next, live.leaseId());
        assertEquals(Progress.NONE, live.progress());
        assertEquals("", live.out().text());
    }

    @Test
    public void nobodyTellsOfALeaseThatIsNotItsOwn() {
        long lease = executing("job-1", "w1");
        beat("w2", part(lease, HALF, 0, "false\n"));
        grid.engine.heartbeat(new Heartbeat("w1", "i", List.of(), List.of(part(lease, HALF, 0, "unlisted\n"))));
        grid.settle();
        assertEquals("", live("job-1", 0).out().text());
        assertEquals(Progress.NONE, live("job-1", 0).progress());
    }

    @Test
    public void aWorkerHearsForAWhileThatSomebodyLooks() {
        long lease = executing("job-1", "w1");
        assertEquals(List.of(), beat("w1", part(lease, HALF, 0, "")).watched());
        grid.engine.progress(List.of("job-1"));
        grid.settle();
        assertEquals(
                "progress needs no hurry",
                List.of(),
                beat("w1", part(lease, HALF, 0, "")).watched());
        live("job-1", 0);
        assertEquals(List.of(lease), beat("w1", part(lease, HALF, 0, "")).watched());
        grid.pass(Duration.ofSeconds(9));
        assertEquals(List.of(lease), beat("w1", part(lease, HALF, 0, "")).watched());
        grid.pass(Duration.ofSeconds(1));
        assertEquals(List.of(), beat("w1", part(lease, HALF, 0, "")).watched());
    }

    @Test
    public void progressListsThoseThatAreExecuting() {
        long lease = executing("job-1", "w1");
        executing("job-2", "w2");
        grid.submit(job("job-3"));
        beat("w1", part(lease, HALF, 0, "one\n"));
        CompletableFuture<List<LiveView>> answer = grid.engine.progress(List.of("job-3", "job-2", "nope", "job-1"));
        grid.settle();
        List<LiveView> views = answer.join();
        assertEquals(
                List.of("job-2", "job-1"), views.stream().map(LiveView::jobId).toList());
        assertEquals(Progress.NONE, views.get(0).progress());
        assertEquals(HALF, views.get(1).progress());
        assertEquals("without output", LiveText.NONE, views.get(1).out());
    }

    @Test
    public void aServerThatStartsAgainKnowsNothingButHearsTheRest() {
        long lease = executing("job-1", "w1");
        beat("w1", part(lease, HALF, 0, "one\n"));
        grid.restart();
        assertEquals(Progress.NONE, live("job-1", 0).progress());
        beat("w1", part(lease, HALF, 4, "two\n"));
        assertEquals(new LiveText(4, "two\n"), live("job-1", 0).out());
    }

    @Test
    public void withoutRoomThoseThatWereSilentLongestAreForgotten() {
        String full = "x".repeat(Limits.LIVE);
        List<Long> leases = new ArrayList<>();
        for (int i = 0; i < 260; i++) {
            leases.add(executing("job-" + i, "w" + i));
            beat("w" + i, new LivePart(leases.get(i), null, null, new LiveText(0, full), null));
        }
        assertEquals("", live("job-0", 0).out().text());
        assertEquals("", live("job-3", 0).out().text());
        assertEquals(full, live("job-100", 0).out().text());
        assertEquals(full, live("job-259", 0).out().text());
        beat("w0", new LivePart(leases.get(0), null, null, new LiveText(Limits.LIVE, "more"), null));
        assertEquals(new LiveText(Limits.LIVE, "more"), live("job-0", 0).out());
    }

    @Test
    public void anUnknownJobIsSaidToBeUnknown() {
        CompletableFuture<LiveView> answer = grid.engine.live("nope", 0, 0);
        grid.settle();
        Throwable failure = assertThrows(CompletionException.class, answer::join);
        assertTrue(failure.toString(), failure.getCause() instanceof UnknownJobException);
    }

    private long executing(String id, String worker) {
        grid.submit(job(id));
        assertEquals(id, grid.take(worker));
        return grid.machine().job(id).tenure().leaseId();
    }

    private long takeAgain(String worker) {
        return grid.machine().job(grid.take(worker)).tenure().leaseId();
    }

    private static LivePart part(long lease, Progress progress, long offset, String out) {
        return new LivePart(lease, progress, Map.of("shop", "42"), new LiveText(offset, out), null);
    }

    private HeartbeatReply beat(String worker, LivePart part) {
        CompletableFuture<HeartbeatReply> reply =
                grid.engine.heartbeat(new Heartbeat(worker, "i", List.of(part.leaseId()), List.of(part)));
        grid.settle();
        return reply.join();
    }

    private LiveView live(String jobId, long outFrom) {
        CompletableFuture<LiveView> answer = grid.engine.live(jobId, outFrom, 0);
        grid.settle();
        return answer.join();
    }
}
