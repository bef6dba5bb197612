/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.felix.gogo.runtime.Closure;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LivePart;
import org.gridbatch.api.Progress;
import org.gridbatch.api.Submitted;

/**
 * What a script sees as {@code $job}: which job it is, how to tell how far it is, how to push more work, and how to end it
 * otherwise than by succeeding or throwing, as in {@code $job snooze 5m}. Such a call ends the script at once, and counts
 * even if the script catches what it throws; the first one counts. Thread-safe.
 */
public final class JobHandle {
    private static final Duration SHORTEST_SNOOZE = Duration.ofMillis(1);

    private final JobSpec spec;
    private final int attempt;
    private final Function<JobSpec, CompletionStage<List<Submitted>>> queue;
    private final FollowUps followUps;
    private final long startedNanos = System.nanoTime();
    private Progress progress = Progress.NONE;
    private Map<String, String> notes = Map.of();
    private boolean hasResult;
    private Object result;
    private boolean cancelled;
    private ScriptDecision decision;

    private JobHandle(JobSpec spec, int attempt, Function<JobSpec, CompletionStage<List<Submitted>>> queue) {
        this.spec = spec;
        this.attempt = attempt;
        this.queue = queue;
        followUps = new FollowUps(spec);
    }

    /**
     * The handle of the job that is leased; its time begins now.
     *
     * @param queue submits a job; its stage ends within a bound
     */
    public static JobHandle of(Lease lease, Function<JobSpec, CompletionStage<List<Submitted>>> queue) {
        return new JobHandle(lease.spec(), lease.attempt(), queue);
    }

    public String id() {
        return spec.jobId();
    }

    public String name() {
        return spec.name();
    }

    public int attempt() {
        return attempt;
    }

    public String queue() {
        return spec.queue();
    }

    public String tenant() {
        return spec.tenant();
    }

    public Map<String, String> tags() {
        return spec.tags();
    }

    /** The value of one tag; empty if the job does not have it. */
    public String tag(String key) {
        return spec.tags().getOrDefault(key, "");
    }

    /** What is left of the attempt's time, at least zero; null if it is not limited. */
    public Duration timeLeft() {
        if (spec.timeout().isZero()) return null;
        Duration left = spec.timeout().minusNanos(System.nanoTime() - startedNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /**
     * Whether somebody wants it to end: it was cancelled, its time is up, or its worker stops. A script ends then by
     * itself, with its next command; this is for a command that was given the job, and works for long.
     */
    public synchronized boolean cancelled() {
        return cancelled;
    }

    synchronized void cancel() {
        cancelled = true;
    }

    /** Tells how far it is; the last word counts, and it costs nothing to say it often. */
    public synchronized void progress(long done, long total, String text) {
        progress = new Progress(done, total, Texts.cap(Objects.requireNonNullElse(text, ""), Limits.LIVE_TEXT));
    }

    /** Tells how far it is, and leaves the text as it is. */
    public synchronized void progress(long done, long total) {
        progress = new Progress(done, total, progress.text());
    }

    /** Tells what it does now, and leaves the numbers as they are. */
    public synchronized void progress(String text) {
        progress(progress.done(), progress.total(), text);
    }

    /** Tells something else about itself, in place of what it told under this key before; an empty value takes it back. */
    public synchronized void note(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(notes);
        String kept = Texts.cap(Objects.requireNonNullElse(value, ""), Limits.LIVE_TEXT);
        if (kept.isEmpty()) more.remove(key);
        else more.put(key, kept);
        // The API's own checks, now rather than with the next heartbeat.
        notes = new LivePart(0, Progress.NONE, more, null, null).notes();
    }

    /** Makes this its result, in place of the value of the last expression, if it completes. */
    public synchronized void result(Object value) {
        hasResult = true;
        result = value;
    }

    /**
     * Pushes another job, for which nobody waits.
     *
     * @param words the script and options, as the command {@code push} of the shell takes them
     * @return its id; the same one when another attempt of this job pushes the same
     * @throws IllegalArgumentException if that is no job
     * @throws Exception if the queue did not take it; it may have, and another attempt repeats it
     */
    public String push(String... words) throws Exception {
        JobSpec job;
        synchronized (this) {
            job = followUps.of(Arrays.asList(words));
        }
        try {
            return queue.apply(job).toCompletableFuture().get().get(0).jobId();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) throw cause;
            throw e;
        }
    }

    /** As {@link #push(String...)}, for a script in braces. */
    public String push(Closure script, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(Closures.text(script)));
        words.addAll(Arrays.asList(options));
        return push(words.toArray(String[]::new));
    }

    /** Fails: uses up an attempt, tried again later while attempts are left. */
    public void fail(String why) {
        throw decide(new ScriptDecision(ScriptOutcome.FAILED, Duration.ZERO, why));
    }

    /** Fails, and is not tried again. */
    public void failForGood(String why) {
        throw decide(new ScriptDecision(ScriptOutcome.FAILED_FOR_GOOD, Duration.ZERO, why));
    }

    /**
     * Puts the job back for later, which uses up no attempt.
     *
     * @param delay a number with a unit: {@code 500ms}, {@code 90s}, {@code 5m}, {@code 2h}, {@code 1d}
     * @throws IllegalArgumentException if it is none, or not one that the queue takes
     */
    public void snooze(String delay) {
        Duration time = Durations.parse(delay);
        if (time.compareTo(SHORTEST_SNOOZE) < 0 || time.compareTo(Limits.DELAY) > 0) {
            throw new IllegalArgumentException(
                    "cannot snooze for '" + delay + "', want 1ms to " + Durations.format(Limits.DELAY));
        }
        throw decide(new ScriptDecision(ScriptOutcome.SNOOZED, time, ""));
    }

    /** What it told last; {@link Progress#NONE} if nothing. */
    synchronized Progress told() {
        return progress;
    }

    synchronized Map<String, String> notes() {
        return notes;
    }

    /** What the script says that its result is; otherwise the value that it ended with. */
    synchronized Object resultOr(Object value) {
        return hasResult ? result : value;
    }

    /** What the script decided; null if nothing. */
    synchronized ScriptDecision decision() {
        return decision;
    }

    private synchronized ScriptDecision decide(ScriptDecision wanted) {
        if (decision == null) decision = wanted;
        return wanted;
    }

    @Override
    public String toString() {
        return "job " + spec.jobId() + ", attempt " + attempt;
    }
}
