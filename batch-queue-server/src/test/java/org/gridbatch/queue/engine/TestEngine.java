/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.Ad;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Reason;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.WorkerFit;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;

/** An engine with a fake log and clocks that the test sets, on the thread of the test. */
final class TestEngine {
    static final Duration TERM = Duration.ofSeconds(30);

    final ManualTicker ticker = new ManualTicker();
    QueueEngine engine;
    private final Tasks core = new Tasks();
    private final FakeLog log = new FakeLog(core);
    private final Map<String, Long> claimIds = new HashMap<>();
    private final Map<String, Long> ads = new HashMap<>();

    private final Command.Room room;
    private final Settings.Archiving archiving;
    private long run;

    TestEngine() {
        this(Command.Room.AMPLE);
    }

    TestEngine(Command.Room room) {
        this(room, Settings.Archiving.OFF);
    }

    TestEngine(Command.Room room, Settings.Archiving archiving) {
        this.room = room;
        this.archiving = archiving;
        restart();
    }

    /** The process has died, and another one goes on with the log. */
    void restart() {
        core.dropAll();
        log.crash(0);
        Settings settings = new Settings(
                TERM,
                3,
                1 << 20,
                room,
                1_000_000,
                Duration.ofHours(24),
                Long.MAX_VALUE,
                archiving,
                Settings.Bounds.DEFAULT);
        engine = new QueueEngine(settings, log, ticker, core, Runnable::run, ++run, cause -> {
            throw new AssertionError(cause);
        });
        try {
            engine.start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        settle();
    }

    QueueMachine machine() {
        return engine.machine();
    }

    Instant now() {
        return ticker.wall();
    }

    /** Lets everything happen that can. */
    void settle() {
        core.runAll();
        while (log.force()) core.runAll();
    }

    /** Lets time pass, in steps in which a living worker would have been heard. */
    void pass(Duration time) {
        for (Duration left = time; !left.isZero(); ) {
            Duration step = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
            ticker.advance(step);
            engine.tick();
            settle();
            left = left.minus(step);
        }
    }

    Result execute(Command command) {
        CompletableFuture<Result> answer = engine.execute(command);
        settle();
        return answer.join();
    }

    void submit(JobSpec.Builder... jobs) {
        List<JobSpec> specs = new ArrayList<>();
        for (JobSpec.Builder one : jobs) specs.add(one.build());
        for (int i = 0; i < specs.size(); i += 1_000) {
            Result result = execute(
                    new Command.Submit(specs.subList(i, Math.min(specs.size(), i + 1_000)), Command.Room.AMPLE));
            assertTrue(result.toString(), result instanceof Result.Accepted);
        }
    }

    static JobSpec.Builder job(String id) {
        return JobSpec.script("echo").jobId(id);
    }

    /** What a worker offers from now on. */
    void advertise(String worker, Map<String, String> labels, String... commands) {
        long version = ads.merge(worker, 1L, Long::sum);
        engine.advertise(worker, "i", new Ad(version, labels, List.of(commands)));
        settle();
    }

    /** A claim that waits; one of a worker that has advertised nothing takes anything. */
    CompletableFuture<List<Lease>> claim(String worker, int slots) {
        return claim(worker, slots, "", List.of());
    }

    CompletableFuture<List<Lease>> claim(String worker, int slots, String accepts, List<String> queues) {
        long id = claimIds.merge(worker, 1L, Long::sum);
        CompletableFuture<List<Lease>> answer = engine.claim(new ClaimRequest(
                worker,
                "i",
                id,
                queues,
                accepts,
                "",
                slots,
                slots,
                ads.getOrDefault(worker, 0L),
                Duration.ofSeconds(60)));
        settle();
        return answer;
    }

    /** The id of the job that a worker gets at once; empty if there is none. */
    String take(String worker) {
        CompletableFuture<List<Lease>> claim = claim(worker, 1);
        if (!claim.isDone()) return "";
        return claim.join().get(0).spec().jobId();
    }

    void end(String jobId, ReportKind kind) {
        var job = machine().job(jobId);
        Report report = new Report(
                job.worker(),
                job.tenure().leaseId(),
                jobId,
                kind,
                Duration.ZERO,
                "it broke",
                "",
                CapturedText.NONE,
                CapturedText.NONE);
        execute(new Command.End(List.of(report)));
    }

    void complete(String jobId) {
        end(jobId, ReportKind.COMPLETE);
    }

    void beat(String worker, Long... leaseIds) {
        engine.heartbeat(new Heartbeat(worker, "i", List.of(leaseIds)));
        settle();
    }

    JobState state(String jobId) {
        return machine().job(jobId).state();
    }

    Reason why(String jobId) {
        return reasons(jobId).get(0);
    }

    List<Reason> reasons(String jobId) {
        CompletableFuture<List<Reason>> answer = engine.why(jobId);
        settle();
        return answer.join();
    }

    List<WorkerFit> fits(JobSpec job) {
        CompletableFuture<List<WorkerFit>> answer = engine.fits(job);
        settle();
        return answer.join();
    }
}
