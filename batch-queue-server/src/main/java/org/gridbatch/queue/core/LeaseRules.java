/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Report;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;

/** Leases: how they are given, and what becomes of a job when one ends. */
final class LeaseRules {
    /** Workers that report or fail without end must not fill the memory while the history is away. */
    private static final int MAX_AUDITS_WAITING = 10_000;

    private final State state;

    LeaseRules(State state) {
        this.state = state;
    }

    Result grant(Command.Grant c, long now) {
        List<Result.Given> given = new ArrayList<>(c.jobIds().size());
        if (state.rules.isDrained(c.worker())) return new Result.Granted(given);
        for (String jobId : c.jobIds()) {
            Job job = state.jobs.get(jobId);
            if (job == null || job.state() != JobState.AVAILABLE || state.barrier(job, now) != null) continue;
            if (state.jobs.arrays().get(jobId) != null) continue;
            state.gates.started(job, now);
            long leaseId = state.nextLeaseId++;
            Job.Draft next = job.draft().state(JobState.EXECUTING);
            next.tenure = new Tenure(leaseId, c.worker(), c.incarnation(), c.claimId(), now);
            next.attempt = job.failed() + 1;
            next.worker = c.worker();
            state.move(job, next.build());
            given.add(new Result.Given(leaseId, next.attempt, state.forWorker(job)));
        }
        return new Result.Granted(given);
    }

    Result end(Command.End c, long now) {
        List<Verdict> verdicts = new ArrayList<>(c.reports().size());
        for (Report report : c.reports()) verdicts.add(end(report, now));
        return new Result.Judged(verdicts);
    }

    private Verdict end(Report report, long now) {
        Job job = state.jobs.get(report.jobId());
        Known known = job == null ? state.jobs.known(report.jobId()) : null;
        if (known != null) return refuse(known, report, now);
        if (job == null) {
            JobState item = state.jobs.stateOf(report.jobId());
            String why = item == null
                    ? "there is no job " + report.jobId() + ", or it was pruned"
                    : "item " + report.jobId() + " is " + State.word(item)
                            + " and has left memory, so it cannot be told whether by this report";
            auditRefusal(report, why, now);
            return new Verdict(report.leaseId(), VerdictKind.STALE, item == null ? JobState.DISCARDED : item, why);
        }
        Tenure tenure = job.tenure();
        if (tenure == null
                || tenure.leaseId() != report.leaseId()
                || !tenure.worker().equals(report.worker())) {
            return refuse(job, report, now);
        }
        Job next = ended(job, report, now);
        state.move(job, next);
        return new Verdict(report.leaseId(), VerdictKind.ACCEPTED, next.state(), "");
    }

    private Job ended(Job job, Report report, long now) {
        Job.Draft next = job.draft();
        switch (report.kind()) {
            case COMPLETE -> {
                next.state(JobState.COMPLETED);
                next.result = report.result();
                next.error = "";
            }
            case FAIL -> fail(next, job, report.error(), now);
            case FAIL_FOR_GOOD -> {
                next.failed = job.failed() + 1;
                next.error = report.error();
                next.state(JobState.DISCARDED);
            }
            case SNOOZE -> {
                next.scheduledAtMillis = State.later(now, report.delay());
                next.state(next.scheduledAtMillis > now ? JobState.SCHEDULED : JobState.AVAILABLE);
            }
            case RELEASE -> next.state(JobState.AVAILABLE);
            case CANCELLED -> {
                // Without a request it is a script that did not do its work; attempts bound how often.
                if (!job.cancelRequested()) fail(next, job, "reported as cancelled, but nobody had asked", now);
            }
        }
        AttemptOutcome outcome = switch (report.kind()) {
            case COMPLETE -> AttemptOutcome.COMPLETED;
            case FAIL, FAIL_FOR_GOOD -> AttemptOutcome.FAILED;
            case SNOOZE -> AttemptOutcome.SNOOZED;
            case RELEASE -> AttemptOutcome.RELEASED;
            case CANCELLED -> job.cancelRequested() ? AttemptOutcome.CANCELLED : AttemptOutcome.FAILED;
        };
        auditOldest(job, now);
        next.ended(new Attempt(
                job.attempt(),
                report.leaseId(),
                report.worker(),
                job.tenure().startedAtMillis(),
                now,
                outcome,
                report.kind(),
                report.error(),
                "",
                report.result(),
                report.out(),
                report.err()));
        return settle(next, job, now);
    }

    private void fail(Job.Draft next, Job job, String error, long now) {
        next.failed = job.failed() + 1;
        next.error = error;
        JobSpec spec = job.spec().withDefaultsOf(state.settings(job));
        if (next.failed >= spec.maxAttempts()) {
            next.state(JobState.DISCARDED);
            return;
        }
        next.scheduledAtMillis = now + RetryWait.millis(spec, next.failed);
        next.state(next.scheduledAtMillis > now ? JobState.RETRYABLE : JobState.AVAILABLE);
    }

    /** A requested cancel wins over everything but a completion; a final job gets its time. */
    private static Job settle(Job.Draft next, Job job, long now) {
        if (job.cancelRequested() && next.state != JobState.COMPLETED) {
            next.state(job.deadlineMillis() <= now ? JobState.DISCARDED : JobState.CANCELLED);
            next.error = job.cancelReason();
        }
        next.cancelRequested = false;
        if (next.state.isFinal()) next.finalAtMillis = now;
        return next.build();
    }

    /** The lease is not current: either this report was recorded before, or it came too late. */
    private Verdict refuse(Job job, Report report, long now) {
        Attempt attempt = null;
        for (Attempt one : job.attempts()) if (one.leaseId() == report.leaseId()) attempt = one;
        boolean own = attempt != null && attempt.worker().equals(report.worker());
        if (own && attempt.reported() == report.kind()) {
            return new Verdict(report.leaseId(), VerdictKind.REPEATED, job.state(), "recorded before");
        }
        String why = !own
                ? "lease " + report.leaseId() + " of job " + job.id() + " is not one of worker " + report.worker()
                : "lease " + report.leaseId() + " no longer holds job " + job.id() + ": it ended as "
                        + attempt.outcome() + " at " + Instant.ofEpochMilli(attempt.endedAtMillis());
        Job.Draft next = job.draft();
        next.refusals = job.refusals() + 1;
        if (own) {
            String note = "refused " + report.kind() + " at " + Instant.ofEpochMilli(now) + ": " + why + said(report);
            Attempt noted = attempt.withNote(note);
            List<Attempt> list = new ArrayList<>(job.attempts());
            list.set(list.indexOf(attempt), noted);
            next.attempts = list;
        }
        state.jobs.amend(job, next.build());
        return new Verdict(report.leaseId(), VerdictKind.STALE, job.state(), why);
    }

    /** The job has left memory: the refusal is kept in the audit trail. */
    private Verdict refuse(Known known, Report report, long now) {
        if (known.leaseId() == report.leaseId() && known.reported() == report.kind()) {
            return new Verdict(report.leaseId(), VerdictKind.REPEATED, known.state(), "recorded before");
        }
        String why = "lease " + report.leaseId() + " no longer holds job " + report.jobId() + ": it is "
                + State.word(known.state()) + ", and final";
        auditRefusal(report, why, now);
        return new Verdict(report.leaseId(), VerdictKind.STALE, known.state(), why);
    }

    private void auditRefusal(Report report, String why, long now) {
        audit(report.worker(), "refused", report.jobId(), report.kind() + ": " + why + said(report), now);
    }

    private static String said(Report report) {
        return report.error().isEmpty() ? "" : "; it said: " + head(report.error());
    }

    /** An attempt that gives up its place with the job is kept in the audit trail, unless it was no try at all. */
    private void auditOldest(Job job, long now) {
        if (job.attempts().size() < Job.MAX_ATTEMPTS_KEPT) return;
        Attempt oldest = job.attempts().get(0);
        if (oldest.outcome() == AttemptOutcome.SNOOZED || oldest.outcome() == AttemptOutcome.RELEASED) return;
        String detail =
                "number " + oldest.number() + " " + oldest.outcome().name().toLowerCase(Locale.ROOT) + ", from "
                        + Instant.ofEpochMilli(oldest.startedAtMillis()) + " to "
                        + Instant.ofEpochMilli(oldest.endedAtMillis())
                        + (oldest.error().isEmpty() ? "" : ": " + head(oldest.error()));
        audit(oldest.worker(), "attempt", job.id(), detail, now);
    }

    private void audit(String by, String action, String jobId, String detail, long now) {
        if (state.jobs.outbox().audits() < MAX_AUDITS_WAITING) state.audit(now, by, action, jobId, detail);
    }

    Result expire(Command.Expire c, long now) {
        int done = 0;
        for (long leaseId : c.leaseIds()) {
            Job job = state.jobs.byLease(leaseId);
            if (job == null) continue;
            Job.Draft next = job.draft().state(JobState.AVAILABLE);
            next.rescues = job.rescues() + 1;
            String lost = "worker " + job.tenure().worker() + " was not heard of any more";
            if (next.rescues > c.maxRescues()) {
                next.state(JobState.DISCARDED);
                next.error = lost + "; " + workers(next.rescues)
                        + " lost while they ran this script, which may be the cause, and "
                        + (c.maxRescues() == 1 ? "1 rescue is" : c.maxRescues() + " rescues are") + " used up";
            }
            end(job, next, AttemptOutcome.LOST, lost, now);
            if (!job.spec().exclusiveKey().isEmpty()) {
                state.gates.hold(job.spec().exclusiveKey(), now + c.graceMillis());
            }
            done++;
        }
        return new Result.Done(done);
    }

    private static String workers(int number) {
        return number == 1 ? "1 worker was" : number + " workers were";
    }

    Result release(Command.Release c, long now) {
        int done = 0;
        for (long leaseId : c.leaseIds()) {
            Job job = state.jobs.byLease(leaseId);
            if (job == null) continue;
            end(job, job.draft().state(JobState.AVAILABLE), AttemptOutcome.RELEASED, c.reason(), now);
            done++;
        }
        return new Result.Done(done);
    }

    private void end(Job job, Job.Draft next, AttemptOutcome outcome, String error, long now) {
        Tenure tenure = job.tenure();
        auditOldest(job, now);
        next.ended(new Attempt(
                job.attempt(),
                tenure.leaseId(),
                tenure.worker(),
                tenure.startedAtMillis(),
                now,
                outcome,
                null,
                error,
                "",
                "",
                CapturedText.NONE,
                CapturedText.NONE));
        state.move(job, settle(next, job, now));
    }

    private static String head(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
