/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.QueueSettings;

/**
 * Everything the queue knows of a job, immutable, so that a snapshot is a list of references.
 *
 * @param sequence when it was accepted, relative to the others; its age for ever
 * @param attempt the number of the current or last attempt; 0 before the first
 * @param failed how many attempts failed
 * @param rescues how often its worker was lost
 * @param finalAtMillis when it became final; 0 before
 * @param tenure the current lease; null unless executing
 * @param cancelRequested whether somebody wants it cancelled while it executes
 * @param cancelReason why; empty if nobody said
 * @param error why it failed last, or why it was cancelled
 * @param attempts the ended ones, oldest first, the last {@link #MAX_ATTEMPTS_KEPT} of them
 * @param refusals how many reports came too late
 * @param waitsFor what it still waits for; empty unless blocked
 * @param outbox its number on the way to the archive; 0 until it is final
 * @param arrayId the array that it is an item of; empty if it is none
 * @param index which item
 * @param by who submitted it; empty if that is not known
 */
public record Job(
        long sequence,
        JobSpec spec,
        JobState state,
        int attempt,
        int failed,
        int rescues,
        long submittedAtMillis,
        long scheduledAtMillis,
        long finalAtMillis,
        Tenure tenure,
        boolean cancelRequested,
        String cancelReason,
        String worker,
        String error,
        String result,
        String retryOf,
        String retriedAs,
        List<Attempt> attempts,
        int refusals,
        List<Dependency> waitsFor,
        long outbox,
        String arrayId,
        int index,
        String by) {
    static final int MAX_ATTEMPTS_KEPT = 20;

    public Job {
        attempts = List.copyOf(attempts);
        waitsFor = List.copyOf(waitsFor);
    }

    /** An item of an array that was never touched. */
    static Job item(JobArray array, int index) {
        return new Job(
                array.firstSequence + index,
                array.itemSpec(index),
                JobState.AVAILABLE,
                0,
                0,
                0,
                array.sealedAtMillis,
                array.sealedAtMillis,
                0,
                null,
                false,
                "",
                "",
                "",
                "",
                "",
                "",
                List.of(),
                0,
                List.of(),
                0,
                array.id(),
                index,
                array.by);
    }

    public boolean isItem() {
        return !arrayId.isEmpty();
    }

    public String id() {
        return spec.jobId();
    }

    /** About how many bytes of memory it takes; the same on every replay. */
    long weight() {
        // The items of an array share its script.
        long weight =
                weight(spec) - (isItem() ? spec.script().length() : 0) + error.length() + result.length() + by.length();
        for (Attempt one : attempts) weight += one.weight();
        return weight;
    }

    /** The weight of a new job. */
    static long weight(JobSpec spec) {
        long weight = 600L + spec.script().length() + spec.name().length();
        for (String arg : spec.args()) weight += 60 + arg.length();
        for (var tag : spec.tags().entrySet())
            weight += 150 + tag.getKey().length() + tag.getValue().length();
        weight += spec.placement().requires().length()
                + 60L * spec.placement().needs().size();
        weight += 200L * spec.after().size();
        return weight;
    }

    Job withOutbox(long number) {
        Draft same = draft();
        same.outbox = number;
        return same.build();
    }

    /**
     * What callers see, with what the job does not say taken from its queue.
     *
     * @param array the array that it is; null if it is none
     */
    JobView view(QueueSettings settings, JobArray array) {
        return new JobView(
                id(),
                spec.queue(),
                spec.tenant(),
                spec.name(),
                state,
                attempt,
                spec.maxAttempts() == 0 ? settings.maxAttempts() : spec.maxAttempts(),
                rescues,
                worker,
                Instant.ofEpochMilli(submittedAtMillis),
                Instant.ofEpochMilli(scheduledAtMillis),
                Instant.ofEpochMilli(finalAtMillis),
                error,
                result,
                spec.tags(),
                retryOf,
                retriedAs,
                arrayId,
                isItem() ? spec.args().get(0) : "",
                array == null ? ArrayView.NONE : array.view(),
                by);
    }

    /** What callers see of all of it. */
    JobDetail detail(QueueSettings settings, JobArray array) {
        List<AttemptView> views = new ArrayList<>(attempts.size() + 1);
        for (Attempt one : attempts) views.add(one.view());
        if (tenure != null) {
            views.add(new AttemptView(
                    attempt,
                    tenure.leaseId(),
                    tenure.worker(),
                    Instant.ofEpochMilli(tenure.startedAtMillis()),
                    Instant.EPOCH,
                    AttemptOutcome.EXECUTING,
                    cancelRequested ? "a cancel was requested" : "",
                    "",
                    CapturedText.NONE,
                    CapturedText.NONE));
        }
        return new JobDetail(view(settings, array), spec.withDefaultsOf(settings), views);
    }

    /** When it is discarded if it is not final by then; {@link Long#MAX_VALUE} if never. */
    long deadlineMillis() {
        return spec.deadline().equals(Instant.EPOCH) ? Long.MAX_VALUE : State.millis(spec.deadline());
    }

    /** The same job with its place in the order. */
    Job numbered(long number) {
        Draft same = draft();
        same.sequence = number;
        same.outbox = 0;
        return same.build();
    }

    /** The same job with another script or other arguments. */
    Job respecified(JobSpec other) {
        Draft same = draft();
        same.spec = other;
        return same.build();
    }

    Draft draft() {
        return new Draft(this);
    }

    /** A changeable copy of a job, from which the next version of it is made. */
    static final class Draft {
        private final Job base;
        private long sequence;
        private JobSpec spec;
        JobState state;
        int attempt;
        int failed;
        int rescues;
        long scheduledAtMillis;
        long finalAtMillis;
        Tenure tenure;
        boolean cancelRequested;
        String cancelReason;
        String worker;
        String error;
        String result;
        String retriedAs;
        List<Attempt> attempts;
        int refusals;
        List<Dependency> waitsFor;
        private long outbox;

        private Draft(Job job) {
            base = job;
            sequence = job.sequence;
            spec = job.spec;
            state = job.state;
            attempt = job.attempt;
            failed = job.failed;
            rescues = job.rescues;
            scheduledAtMillis = job.scheduledAtMillis;
            finalAtMillis = job.finalAtMillis;
            tenure = job.tenure;
            cancelRequested = job.cancelRequested;
            cancelReason = job.cancelReason;
            worker = job.worker;
            error = job.error;
            result = job.result;
            retriedAs = job.retriedAs;
            attempts = job.attempts;
            refusals = job.refusals;
            waitsFor = job.waitsFor;
            outbox = job.outbox;
        }

        Draft state(JobState value) {
            state = value;
            return this;
        }

        /** Adds an ended attempt; those before it give up the bulk of their output, the oldest their place. */
        Draft ended(Attempt last) {
            List<Attempt> list = new ArrayList<>(MAX_ATTEMPTS_KEPT);
            for (Attempt one : attempts.subList(Math.max(0, attempts.size() - MAX_ATTEMPTS_KEPT + 1), attempts.size()))
                list.add(one.shortened());
            list.add(last);
            attempts = list;
            tenure = null;
            return this;
        }

        Job build() {
            if (state != JobState.BLOCKED) waitsFor = List.of();
            return new Job(
                    sequence,
                    spec,
                    state,
                    attempt,
                    failed,
                    rescues,
                    base.submittedAtMillis,
                    scheduledAtMillis,
                    finalAtMillis,
                    tenure,
                    cancelRequested,
                    cancelReason,
                    worker,
                    error,
                    result,
                    base.retryOf,
                    retriedAs,
                    attempts,
                    refusals,
                    waitsFor,
                    outbox,
                    base.arrayId,
                    base.index,
                    base.by);
        }
    }
}
