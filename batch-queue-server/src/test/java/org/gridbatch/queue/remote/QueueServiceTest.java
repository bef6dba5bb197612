/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobConflictException;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limits;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.ScheduleView;
import org.gridbatch.api.UnknownJobException;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.engine.QueueEngine;
import org.gridbatch.queue.engine.Settings;
import org.gridbatch.queue.engine.Ticker;
import org.gridbatch.queue.log.CommandLog;
import org.gridbatch.queue.log.Replica;
import org.junit.Before;
import org.junit.Test;

public class QueueServiceTest {
    private static final JobSpec SPEC =
            JobSpec.script("echo hello").jobId("job-1").build();

    static final Settings SETTINGS = new Settings(
            Duration.ofSeconds(30),
            3,
            100,
            Command.Room.AMPLE,
            1_000,
            Duration.ofHours(24),
            Long.MAX_VALUE,
            Settings.Bounds.DEFAULT);

    private final ImmediateLog log = new ImmediateLog();
    private final Deque<Runnable> times = new ArrayDeque<>();
    private Executor computing = times::add;
    private QueueService service;

    @Before
    public void start() throws Exception {
        QueueEngine engine = new QueueEngine(SETTINGS, log, Ticker.system(), Runnable::run, Runnable::run, 1, e -> {});
        engine.start();
        service = new QueueService(engine, SETTINGS, task -> computing.execute(task), null);
    }

    @Test
    public void whatIsMissingOrTooMuchIsInvalid() {
        assertInvalid(service.submit(null), "jobs is missing");
        assertInvalid(service.submit(List.of()), "jobs has 0 entries, want 1 to 1000");
        assertInvalid(service.submit(Collections.nCopies(1_001, SPEC)), "jobs has 1001 entries");
        assertInvalid(service.submit(Arrays.asList(SPEC, null)), "entry in jobs is missing");
        assertInvalid(service.get(null), "job id is missing");
        assertInvalid(service.find((JobQuery) null), "query is missing");
        assertInvalid(service.await("job-1", null), "at most is null");
        assertInvalid(service.await("job-1", Duration.ofSeconds(61)), "want PT0S to PT1M");
        assertInvalid(service.cancel(null, ""), "job ids is missing");
        assertInvalid(service.cancel(List.of("x".repeat(129)), ""), "want 1 to 128 characters");
        assertInvalid(service.cancel(List.of("job-1"), "x".repeat(Limits.TEXT + 1)), "the reason has 4097");
        assertInvalid(service.retry(Arrays.asList("job-1", null)), "entry in job ids is missing");
        assertInvalid(service.snooze(List.of("job-1"), Duration.ZERO), "delay is PT0S");
        assertInvalid(service.snooze(List.of("job-1"), null), "delay is null");
        assertInvalid(service.claim(null), "claim is missing");
        assertInvalid(service.heartbeat(null), "heartbeat is missing");
        assertInvalid(service.live(null, 0, 0), "job id is missing");
        assertInvalid(service.live("job-1", -1, 0), "output offset is -1");
        assertInvalid(service.live("job-1", 0, -1), "output offset is -1");
        assertInvalid(service.progress(null), "job ids is missing");
        assertInvalid(service.report(null), "reports is missing");
        assertInvalid(service.report(List.of()), "reports has 0 entries");
    }

    @Test
    public void anIdThatCouldBeThatOfAnItemIsRefused() {
        for (String id : List.of("a:0", "a:1234567", "a:0000000", "a:b:7", "a::7", "a:1:2")) {
            assertInvalid(service.submit(List.of(job(id))), "job id " + id + " ends in a colon and a number");
            assertInvalid(service.openArray(ArraySpec.of(job(id))), "job id " + id + " ends in a colon and a number");
            assertInvalid(service.runNow("nightly", id, "ann"), "job id " + id + " ends in a colon and a number");
        }
        for (String id : List.of("a", "7", "a7", "a:", "a:12345678", "a:7b", "a:-7", "a:7:", "a:7:b", "a:7~2")) {
            service.submit(List.of(job(id))).toCompletableFuture().join();
        }
    }

    private static JobSpec job(String id) {
        return JobSpec.script("echo hello").jobId(id).build();
    }

    @Test
    public void theCapOnAScriptCountsBytesOfUtf8() {
        JobSpec fits = JobSpec.script("é".repeat(50)).jobId("fits").build();
        JobSpec over = JobSpec.script("\ud83d\ude00".repeat(26)).jobId("over").build();
        assertEquals(
                1, service.submit(List.of(fits)).toCompletableFuture().join().size());
        assertInvalid(service.submit(List.of(over)), "the script of job over has 104 bytes, want at most 100");
    }

    @Test
    public void refusalsComeBare() {
        service.submit(List.of(SPEC));
        JobSpec other = JobSpec.script("echo other").jobId("job-1").build();
        assertTrue(failure(service.submit(List.of(other))) instanceof JobConflictException);
        assertTrue(failure(service.get("nobody")) instanceof UnknownJobException);
        assertTrue(failure(service.await("nobody", Duration.ZERO)) instanceof UnknownJobException);
    }

    @Test
    public void theTimesOfSchedulesAreNotComputedByWhoAnswers() {
        putEvery5Minutes();
        CompletableFuture<List<ScheduleView>> list = service.list("", 10, 3).toCompletableFuture();
        CompletableFuture<ScheduleView> one = service.get("s", 2).toCompletableFuture();
        CompletableFuture<List<Instant>> preview =
                service.preview("0 3 * * *", "UTC", 5).toCompletableFuture();
        assertEquals(3, times.size());
        for (CompletableFuture<?> wanted : List.of(list, one, preview)) {
            assertFalse(wanted.isDone());
            times.remove().run();
            assertTrue(wanted.isDone());
        }
        assertEquals(3, list.join().get(0).next().size());
        assertEquals(2, one.join().next().size());
        assertEquals(5, preview.join().size());
    }

    @Test
    public void aScheduleThatThereIsNotIsInvalid() {
        CompletionStage<ScheduleView> nobody = service.get("nobody", 1);
        times.forEach(Runnable::run);
        assertInvalid(nobody, "there is no schedule 'nobody'");
    }

    @Test
    public void whoWantsTimesWhileTooManyWaitIsRefused() {
        putEvery5Minutes();
        computing = task -> {
            throw new QueueUnavailableException("too many");
        };
        assertTrue(failure(service.list("", 10, 3)) instanceof QueueUnavailableException);
        assertTrue(failure(service.get("s", 2)) instanceof QueueUnavailableException);
        assertTrue(failure(service.preview("0 3 * * *", "UTC", 5)) instanceof QueueUnavailableException);
    }

    private void putEvery5Minutes() {
        ScheduleSpec spec =
                new ScheduleSpec("s", "*/5 * * * *", "UTC", SPEC, ScheduleSpec.Missed.SKIP, ScheduleSpec.Overlap.ALLOW);
        service.put(spec, "ann@n1").toCompletableFuture().join();
    }

    @Test
    public void nothingToChangeIsNothingToDo() {
        assertTrue(service.cancel(List.of(), null).toCompletableFuture().join().isEmpty());
        assertEquals(0, log.entries);
    }

    @Test
    public void aClaimIsCancelledByTheStageThatTheTransportHas() {
        ClaimRequest request = new ClaimRequest("w1", "i1", 1, List.of(), "", "", 1, 1, 0, Duration.ofSeconds(60));
        service.claim(request).toCompletableFuture().cancel(true);
        service.submit(List.of(SPEC));
        assertEquals(
                JobState.AVAILABLE,
                service.get("job-1").toCompletableFuture().join().view().state());
    }

    @Test
    public void manyBigReportsAreAnsweredInOrder() {
        CapturedText big = new CapturedText("x".repeat(Limits.OUTPUT), "y".repeat(Limits.OUTPUT), 1_000_000);
        List<Report> reports = LongStream.range(0, 300)
                .mapToObj(i -> new Report("w1", i, "job", ReportKind.COMPLETE, Duration.ZERO, "", "", big, big))
                .toList();
        List<Verdict> verdicts = service.report(reports).toCompletableFuture().join();
        assertEquals(300, verdicts.size());
        for (int i = 0; i < 300; i++) {
            assertEquals(i, verdicts.get(i).leaseId());
            assertEquals(VerdictKind.STALE, verdicts.get(i).kind());
        }
        assertTrue("in pieces", log.entries > 30);
    }

    @Test
    public void anItemHasSoManyCharactersAtMost() {
        service.openArray(ArraySpec.of(SPEC));
        List<String> items = List.of("x".repeat(1_024), "y".repeat(1_025));
        assertInvalid(
                service.addItems("job-1", 7, items), "item 8 of array job-1 has 1025 characters, want at most 1024");
        AtomicReference<Integer> size = new AtomicReference<>();
        service.addItems("job-1", 0, items.subList(0, 1)).thenAccept(size::set);
        assertEquals(Integer.valueOf(1), size.get());
    }

    private static void assertInvalid(CompletionStage<?> stage, String message) {
        Throwable e = failure(stage);
        assertTrue(String.valueOf(e), e instanceof InvalidRequestException);
        assertTrue(e.getMessage(), e.getMessage().contains(message));
    }

    /** As a provider sees it: a stage that wraps its failure would show the wrapping here. */
    private static Throwable failure(CompletionStage<?> stage) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        stage.whenComplete((value, e) -> failure.set(e));
        return failure.get();
    }

    /** Commits at once, on the thread of the caller. */
    static final class ImmediateLog implements CommandLog {
        private Replica replica;
        int entries;

        @Override
        public void open(Replica opened) throws IOException {
            replica = opened;
        }

        @Override
        public String grid() {
            return "grid";
        }

        @Override
        public long term() {
            return 1;
        }

        @Override
        public CompletionStage<Void> append(byte[] entry) {
            entries++;
            replica.apply(entry, () -> {});
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }
}
