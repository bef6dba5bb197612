/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;

/**
 * What a script sees as {@code $job}: which job it is, and how to end it otherwise than by succeeding or throwing, as in
 * {@code $job snooze 5m}. Such a call ends the script at once, and counts even if the script catches what it throws; the
 * first one counts.
 */
public final class JobHandle {
    private static final Duration SHORTEST_SNOOZE = Duration.ofMillis(1);

    private final String id;
    private final int attempt;
    private final String queue;
    private final Map<String, String> tags;
    private ScriptDecision decision;

    public JobHandle(String id, int attempt, String queue, Map<String, String> tags) {
        this.id = Objects.requireNonNull(id, "id");
        this.attempt = attempt;
        this.queue = Objects.requireNonNull(queue, "queue");
        this.tags = Map.copyOf(tags);
    }

    /** The handle of the job that is leased. */
    public static JobHandle of(Lease lease) {
        return new JobHandle(
                lease.spec().jobId(),
                lease.attempt(),
                lease.spec().queue(),
                lease.spec().tags());
    }

    public String id() {
        return id;
    }

    public int attempt() {
        return attempt;
    }

    public String queue() {
        return queue;
    }

    public Map<String, String> tags() {
        return tags;
    }

    /** The value of one tag; empty if the job does not have it. */
    public String tag(String key) {
        return tags.getOrDefault(key, "");
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
        return "job " + id + ", attempt " + attempt;
    }
}
