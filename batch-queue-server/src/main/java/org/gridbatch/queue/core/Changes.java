/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limits;

/** What people ask for: cancel, retry, snooze. */
final class Changes {
    private final State state;
    private final Submission submission;

    private final ArrayCommands arrays;

    Changes(State state, Submission submission, ArrayCommands arrays) {
        this.state = state;
        this.submission = submission;
        this.arrays = arrays;
    }

    Result cancel(Command.Cancel c, long now) {
        List<Changed> answers = new ArrayList<>(c.jobIds().size());
        for (String jobId : c.jobIds()) answers.add(cancel(jobId, c.reason(), now));
        return audited(answers, c.by(), "cancel", c.reason(), now);
    }

    private Changed cancel(String jobId, String reason, long now) {
        Job job = state.jobs.get(jobId);
        if (job == null) return notInMemory(jobId, known -> known.state() == JobState.CANCELLED);
        String why = reason.isEmpty() ? "cancelled" : reason;
        JobArray array = state.jobs.arrays().get(jobId);
        if (array != null && !job.state().isFinal()) return arrays.cancel(array, why, now);
        switch (job.state()) {
            case CANCELLED:
                return new Changed(jobId, ChangeOutcome.ALREADY, "", "it is cancelled");
            case COMPLETED, DISCARDED:
                return new Changed(jobId, ChangeOutcome.REFUSED, "", "it is " + word(job) + ", and final");
            case EXECUTING:
                if (!job.cancelRequested()) state.stop(job, why);
                return new Changed(
                        jobId,
                        ChangeOutcome.REQUESTED,
                        "",
                        "worker " + job.worker() + " is told with its next heartbeat");
            default:
                state.end(job, JobState.CANCELLED, why, now);
                return new Changed(jobId, ChangeOutcome.DONE, "", "");
        }
    }

    Result retry(Command.Retry c, long now) {
        List<Changed> answers = new ArrayList<>(c.jobIds().size());
        for (String jobId : c.jobIds()) answers.add(retry(jobId, c.room(), now, c.by()));
        return audited(answers, c.by(), "retry", "", now);
    }

    private Changed retry(String jobId, Command.Room room, long now, String by) {
        Job job = state.jobs.get(jobId);
        if (job == null) return notInMemory(jobId, known -> !known.retriedAs().isEmpty());
        JobArray array = state.jobs.arrays().get(jobId);
        if (array != null && !array.sealed) {
            return new Changed(jobId, ChangeOutcome.REFUSED, "", "it is not sealed");
        }
        return switch (job.state()) {
            case BLOCKED, SCHEDULED, RETRYABLE -> {
                // One that is blocked waits no more.
                Job.Draft next = job.draft().state(JobState.AVAILABLE);
                next.scheduledAtMillis = now;
                state.move(job, next.build());
                yield new Changed(jobId, ChangeOutcome.DONE, "", "");
            }
            case AVAILABLE -> new Changed(jobId, ChangeOutcome.ALREADY, "", "it is available");
            case EXECUTING -> new Changed(jobId, ChangeOutcome.REFUSED, "", executing(job));
            case COMPLETED -> new Changed(jobId, ChangeOutcome.REFUSED, "", "it is completed");
            case CANCELLED, DISCARDED -> again(job, room, now, by);
        };
    }

    private Changed again(Job job, Command.Room room, long now, String by) {
        if (!job.retriedAs().isEmpty()) {
            Job other = state.jobs.get(job.retriedAs());
            String message = other == null ? "that job was pruned" : "that job is " + word(other);
            return new Changed(job.id(), ChangeOutcome.ALREADY, job.retriedAs(), message);
        }
        JobArray array = state.jobs.arrays().get(job.id());
        String newId =
                submission.freeId(job.id(), !job.retryOf().isEmpty(), array == null ? Limits.NAME : Limits.ARRAY_ID);
        if (newId.isEmpty()) return tooOften(job.id());
        Result.Refused full = array == null
                ? submission.again(job.spec(), newId, room, now, by)
                : arrays.again(array, newId, room, now, by);
        if (full != null) return new Changed(job.id(), ChangeOutcome.REFUSED, "", full.message());
        takePlace(newId, job.id());
        Job.Draft old = job.draft();
        old.retriedAs = newId;
        state.jobs.amend(job, old.build());
        return new Changed(job.id(), ChangeOutcome.DONE, newId, "");
    }

    Result retryArchived(Command.RetryArchived c, long now) {
        return audited(List.of(again(c, now)), c.by(), "retry", "", now);
    }

    /** The archive hears which job tries it again when that one is final; until then it is found by its id. */
    private Changed again(Command.RetryArchived c, long now) {
        String jobId = c.spec().jobId();
        if (state.jobs.get(jobId) != null) return retry(jobId, c.room(), now, c.by());
        // An item whose array is in memory is tried again with it.
        if (state.jobs.known(jobId) == null && state.jobs.stateOf(jobId) != null) {
            return notInMemory(jobId, known -> false);
        }
        String newId = submission.idOfRetry(jobId, c.isRetry());
        if (newId.isEmpty()) return tooOften(jobId);
        Job made = state.jobs.get(newId);
        if (made != null) return new Changed(jobId, ChangeOutcome.ALREADY, newId, "that job is " + word(made));
        Result.Refused full = submission.again(c.spec(), newId, c.room(), now, c.by());
        if (full != null) return new Changed(jobId, ChangeOutcome.REFUSED, "", full.message());
        takePlace(newId, jobId);
        return new Changed(jobId, ChangeOutcome.DONE, newId, "");
    }

    private static Changed tooOften(String jobId) {
        return new Changed(
                jobId,
                ChangeOutcome.REFUSED,
                "",
                "it was tried again " + Submission.MAX_RETRY_NUMBER + " times already");
    }

    /** Jobs that hold out for one that failed wait for the new one in its place; others are still to hear of its end. */
    private void takePlace(String newId, String oldId) {
        for (String waiting : state.jobs.dependents().of(oldId, "")) {
            Job job = state.jobs.get(waiting);
            if (job.waitsFor().stream().noneMatch(one -> holdsOut(one, oldId))) continue;
            Job.Draft next = job.draft();
            next.waitsFor = job.waitsFor().stream()
                    .map(one -> holdsOut(one, oldId) ? new Dependency(newId, one.when(), one.otherwise()) : one)
                    .toList();
            state.jobs.amend(job, next.build());
        }
    }

    private static boolean holdsOut(Dependency one, String jobId) {
        return one.jobId().equals(jobId)
                && one.when() == Dependency.When.COMPLETED
                && one.otherwise() == Dependency.Otherwise.HOLD;
    }

    Result snooze(Command.Snooze c, long now) {
        long until = State.later(now, c.delay());
        List<Changed> answers = new ArrayList<>(c.jobIds().size());
        for (String jobId : c.jobIds()) answers.add(snooze(jobId, until));
        return audited(answers, c.by(), "snooze", "until " + Instant.ofEpochMilli(until), now);
    }

    private Changed snooze(String jobId, long until) {
        Job job = state.jobs.get(jobId);
        if (job == null) return notInMemory(jobId, known -> false);
        switch (job.state()) {
            case EXECUTING:
                return new Changed(jobId, ChangeOutcome.REFUSED, "", executing(job));
            case COMPLETED, CANCELLED, DISCARDED:
                return new Changed(jobId, ChangeOutcome.REFUSED, "", "it is " + word(job) + ", and final");
            case BLOCKED, SCHEDULED, RETRYABLE:
                if (job.scheduledAtMillis() >= until) {
                    Instant at = Instant.ofEpochMilli(job.scheduledAtMillis());
                    return new Changed(jobId, ChangeOutcome.ALREADY, "", "it waits until " + at);
                }
                break;
            default:
                break;
        }
        Job.Draft next = job.draft();
        next.scheduledAtMillis = until;
        if (job.state() == JobState.BLOCKED) state.jobs.amend(job, next.build());
        else state.move(job, next.state(JobState.SCHEDULED).build());
        return new Changed(jobId, ChangeOutcome.DONE, "", "");
    }

    /** Keeps who changed those jobs that did change. */
    private Result.Altered audited(List<Changed> answers, String by, String action, String detail, long now) {
        for (Changed one : answers) {
            if (one.outcome() != ChangeOutcome.DONE && one.outcome() != ChangeOutcome.REQUESTED) continue;
            state.audit(now, by, action, one.jobId(), one.newJobId().isEmpty() ? detail : "as " + one.newJobId());
        }
        return new Result.Altered(answers);
    }

    private Changed notInMemory(String jobId, Predicate<Known> isDone) {
        Known known = state.jobs.known(jobId);
        if (known != null && isDone.test(known)) {
            return new Changed(jobId, ChangeOutcome.ALREADY, known.retriedAs(), "it was so before the job left memory");
        }
        if (known != null) {
            return new Changed(
                    jobId,
                    ChangeOutcome.REFUSED,
                    "",
                    "it is " + State.word(known.state()) + ", and in the history only; push it anew");
        }
        JobState item = state.jobs.stateOf(jobId);
        if (item != null) {
            return new Changed(
                    jobId,
                    ChangeOutcome.REFUSED,
                    "",
                    "it is " + State.word(item) + ", and in the history only; try its array again");
        }
        return new Changed(jobId, ChangeOutcome.UNKNOWN, "", "there is no such job, or it was pruned");
    }

    private static String executing(Job job) {
        return job.tenure() == null ? "items of it have started" : "worker " + job.worker() + " is executing it";
    }

    private static String word(Job job) {
        return State.word(job.state());
    }
}
