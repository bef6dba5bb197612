/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Submitted;
import org.gridbatch.worker.gogo.Durations;
import org.gridbatch.worker.gogo.JobHandle;
import org.gridbatch.worker.gogo.Script;
import org.gridbatch.worker.gogo.ScriptOutcome;
import org.gridbatch.worker.gogo.ScriptResult;
import org.gridbatch.worker.gogo.ScriptRun;
import org.gridbatch.worker.gogo.ScriptRunner;
import org.gridbatch.worker.gogo.ScriptSession;

/**
 * The script of a pulled job while it runs, as a worker would run it: with its arguments, {@code $job} and its timeout.
 * Thread-safe.
 */
final class PulledRun {
    private static final long LOOK_MILLIS = 100;
    /** How long a script may take to end after it was interrupted, before its user is told that it goes on. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final String jobId;
    private final Duration timeout;
    private final ScriptRun script;
    private final CompletableFuture<Ended> ended;
    private String stopped = "";

    /**
     * How it ended.
     *
     * @param error why it failed, or was stopped; empty if it did not fail
     */
    record Ended(
            ScriptOutcome outcome, Duration delay, String error, String result, CapturedText out, CapturedText err) {
        /** Before the first run. */
        static final Ended NEVER_RAN =
                new Ended(ScriptOutcome.COMPLETED, Duration.ZERO, "", "", CapturedText.NONE, CapturedText.NONE);
    }

    private PulledRun(Lease lease, ScriptRun script) {
        jobId = lease.spec().jobId();
        timeout = lease.spec().timeout();
        this.script = script;
        ended = script.result().thenApply(this::ended).toCompletableFuture();
    }

    /**
     * @param puller who runs it: in the script of a job, it is held to what that one is held to
     * @param queue submits what the script pushes
     */
    static PulledRun start(
            ScriptRunner scripts,
            CommandSession puller,
            Lease lease,
            Function<JobSpec, CompletionStage<List<Submitted>>> queue) {
        Script script = Script.of(lease.spec().script())
                .withArgs(lease.spec().args())
                .withVariable("job", JobHandle.of(lease, queue))
                .withFailOn(lease.spec().failOn())
                .withThreadName("gridbatch-pulled");
        if (puller instanceof ScriptSession outer) script = outer.held(script);
        return new PulledRun(lease, scripts.start(script));
    }

    /** When nothing of it runs any more; never completes exceptionally. */
    CompletableFuture<Ended> ended() {
        return ended;
    }

    /** @param why what to say if that ends it; the first one counts */
    void stop(String why) {
        synchronized (this) {
            if (stopped.isEmpty()) stopped = why;
        }
        script.interrupt();
    }

    /**
     * Waits until it has ended, shows meanwhile what it prints, and stops it when its time is up or when the caller is
     * interrupted, say by Ctrl-C.
     *
     * @throws CommandFailed if it goes on although it was stopped
     */
    Ended watch(Shown out, Shown err) {
        long start = System.nanoTime();
        boolean interrupted = false;
        long stopSent = 0;
        try {
            while (true) {
                try {
                    Ended end = ended.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                    out.last(end.out());
                    err.last(end.err());
                    return end;
                } catch (TimeoutException e) {
                    out.more(script.out());
                    err.more(script.err());
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop("stopped by its user");
                } catch (ExecutionException e) {
                    throw new CommandFailed("the script of job " + jobId + " could not be run: " + e.getCause(), e);
                }
                long now = System.nanoTime();
                if (!timeout.isZero() && now - start >= timeout.toNanos()) {
                    stop("timed out after " + Durations.format(timeout));
                }
                if (stopSent == 0 && isStopped()) stopSent = now;
                if (stopSent != 0 && now - stopSent >= GRACE.toNanos()) {
                    throw new CommandFailed("the script of job " + jobId + " was stopped but does not heed it: the job"
                            + " is held until it ends");
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isStopped() {
        return !stopped.isEmpty();
    }

    private synchronized Ended ended(ScriptResult result) {
        String during = script.executing();
        String error = result.outcome() == ScriptOutcome.INTERRUPTED
                ? stopped + (during.isEmpty() ? "" : ", in: " + during)
                : result.error();
        return new Ended(result.outcome(), result.delay(), error, result.result(), result.out(), result.err());
    }
}
