/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Report;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;

/**
 * The queue as a pure function of commands and their times: it opens no file, asks no clock and draws no random number,
 * so the same log gives the same state everywhere and for ever. Not thread-safe; one thread owns it.
 *
 * <p>Each command is checked as a whole before the first job changes. What one command does to several jobs is decided
 * job by job, with one change for each.
 */
public final class QueueMachine {
    /** The last instant that a job can wait for. */
    private static final long FAR_FUTURE_MILLIS =
            Instant.parse("9999-12-31T00:00:00Z").toEpochMilli();

    private static final int MAX_RETRY_NUMBER = 10_000;

    private final Jobs jobs = new Jobs();
    private long nextSequence = 1;
    private long nextLeaseId = 1;
    private long lastMillis;

    public QueueMachine() {}

    /** The machine that made this image. */
    public QueueMachine(Image image) {
        nextSequence = image.nextSequence();
        nextLeaseId = image.nextLeaseId();
        lastMillis = image.lastMillis();
        for (Job job : image.jobs()) jobs.add(job);
        jobs.drainChanges();
    }

    /** Pure: the same state, command and time always give the same state and result. Time never goes back. */
    public Result apply(Command command, Instant time) {
        long now = Math.max(lastMillis, millis(time));
        lastMillis = now;
        try {
            return decide(command, now);
        } catch (RuntimeException e) {
            // Only a mistake in this class comes here. Thrown, it would stop the server at every replay for ever.
            return new Result.Refused(Result.Refusal.INVALID, "the queue cannot do this: " + e, "");
        }
    }

    private Result decide(Command command, long now) {
        if (command instanceof Command.Submit c) return submit(c, now);
        if (command instanceof Command.Grant c) return grant(c, now);
        if (command instanceof Command.End c) return end(c, now);
        if (command instanceof Command.Expire c) return expire(c, now);
        if (command instanceof Command.Release c) return release(c, now);
        if (command instanceof Command.Cancel c) return cancel(c, now);
        if (command instanceof Command.Retry c) return retry(c, now);
        if (command instanceof Command.Snooze c) return snooze(c, now);
        if (command instanceof Command.Promote c) return promote(c, now);
        if (command instanceof Command.Prune c) return prune(c);
        throw new AssertionError("unhandled command " + command);
    }

    /** What has changed since the last call, in order. */
    public List<Change> drainChanges() {
        return jobs.drainChanges();
    }

    /** Null if there is none. */
    public Job job(String jobId) {
        return jobs.get(jobId);
    }

    /** What is set for a queue. */
    public QueueSettings settings(String queue) {
        return QueueSettings.of(queue);
    }

    /** What callers see of a job. */
    public JobView view(Job job) {
        return job.view(settings(job.spec().queue()));
    }

    /** What callers see of all of a job. */
    public JobDetail detail(Job job) {
        return job.detail(settings(job.spec().queue()));
    }

    /** The job that is executing under this lease; null if the lease is not current. */
    public Job byLease(long leaseId) {
        return jobs.byLease(leaseId);
    }

    /** All executing jobs by lease; a view. */
    public Collection<Job> executing() {
        return jobs.executing();
    }

    /** All jobs, oldest first; a view. */
    public Collection<Job> jobs() {
        return jobs.all();
    }

    /** The jobs beyond a sequence, older or newer; a view. */
    public Collection<Job> beyond(long sequence, boolean newestFirst) {
        return jobs.beyond(sequence, newestFirst);
    }

    public long count(JobState state) {
        return jobs.count(state);
    }

    public int finals() {
        return jobs.finals();
    }

    public long finalBytes() {
        return jobs.finalWeight();
    }

    /** When the next waiting job's time comes; {@link Long#MAX_VALUE} if none waits for a time. */
    public long nextDueMillis() {
        Job next = jobs.nextDue();
        return next == null ? Long.MAX_VALUE : next.scheduledAtMillis();
    }

    /** Since when the oldest final job has been final; {@link Long#MAX_VALUE} if there is none. */
    public long oldestFinalMillis() {
        Job oldest = jobs.oldestFinal();
        return oldest == null ? Long.MAX_VALUE : oldest.finalAtMillis();
    }

    /** The time of the last command. */
    public Instant lastTime() {
        return Instant.ofEpochMilli(lastMillis);
    }

    /** A copy of references; later commands do not change it. */
    public Image image() {
        return new Image(nextSequence, nextLeaseId, lastMillis, new ArrayList<>(jobs.all()));
    }

    private Result submit(Command.Submit c, long now) {
        Map<String, JobSpec> fresh = new LinkedHashMap<>();
        Map<String, Integer> freshOfQueue = new HashMap<>();
        long bytes = 0;
        for (JobSpec spec : c.jobs()) {
            Job known = jobs.get(spec.jobId());
            JobSpec same = known != null ? known.spec() : fresh.get(spec.jobId());
            if (same != null && !same.equals(spec)) {
                return new Result.Refused(
                        Result.Refusal.CONFLICT,
                        "job " + spec.jobId() + " is known with another content; choose another id",
                        spec.jobId());
            }
            if (same == null) {
                fresh.put(spec.jobId(), spec);
                freshOfQueue.merge(spec.queue(), 1, Integer::sum);
                bytes += created(spec, now, "").weight();
            }
        }
        Result.Refused full = full(freshOfQueue, bytes, c.room());
        if (full != null) return full;

        List<Submitted> answers = new ArrayList<>(c.jobs().size());
        for (JobSpec spec : c.jobs()) {
            boolean repeated = fresh.remove(spec.jobId()) == null;
            if (!repeated) jobs.add(numbered(created(spec, now, "")));
            answers.add(
                    new Submitted(spec.jobId(), repeated, jobs.get(spec.jobId()).state()));
        }
        return new Result.Accepted(answers);
    }

    private Result.Refused full(Map<String, Integer> freshOfQueue, long bytes, Command.Room room) {
        if (freshOfQueue.isEmpty()) return null;
        long fresh =
                freshOfQueue.values().stream().mapToLong(Integer::longValue).sum();
        String first = freshOfQueue.keySet().stream().sorted().findFirst().orElse("");
        if (jobs.live() + fresh > room.jobs()) {
            return new Result.Refused(
                    Result.Refusal.LIMIT,
                    "the grid has " + jobs.live() + " jobs that are not final, and may have " + room.jobs(),
                    first);
        }
        if (jobs.weight() + bytes > room.bytes()) {
            return new Result.Refused(
                    Result.Refusal.LIMIT,
                    "the jobs of the grid take " + jobs.weight() + " bytes of memory, and may take " + room.bytes(),
                    first);
        }
        for (Map.Entry<String, Integer> entry : freshOfQueue.entrySet()) {
            int live = jobs.liveOf(entry.getKey());
            if ((long) live + entry.getValue() > room.jobsOfQueue()) {
                return new Result.Refused(
                        Result.Refusal.LIMIT,
                        "queue " + entry.getKey() + " has " + live + " jobs that are not final, and may have "
                                + room.jobsOfQueue(),
                        entry.getKey());
            }
        }
        return null;
    }

    /** A new job without its place in the order. */
    private static Job created(JobSpec spec, long now, String retryOf) {
        long scheduledAt = Math.max(later(now, spec.delay()), millis(spec.notBefore()));
        return new Job(
                0,
                spec,
                scheduledAt > now ? JobState.SCHEDULED : JobState.AVAILABLE,
                0,
                0,
                0,
                now,
                scheduledAt,
                0,
                null,
                false,
                "",
                "",
                "",
                "",
                retryOf,
                "",
                List.of(),
                0);
    }

    private Job numbered(Job job) {
        return new Job(
                nextSequence++,
                job.spec(),
                job.state(),
                job.attempt(),
                job.failed(),
                job.rescues(),
                job.submittedAtMillis(),
                job.scheduledAtMillis(),
                job.finalAtMillis(),
                job.tenure(),
                job.cancelRequested(),
                job.cancelReason(),
                job.worker(),
                job.error(),
                job.result(),
                job.retryOf(),
                job.retriedAs(),
                job.attempts(),
                job.refusals());
    }

    private Result grant(Command.Grant c, long now) {
        List<Result.Given> given = new ArrayList<>(c.jobIds().size());
        for (String jobId : c.jobIds()) {
            Job job = jobs.get(jobId);
            if (job == null || job.state() != JobState.AVAILABLE) continue;
            long leaseId = nextLeaseId++;
            Job.Draft next = job.draft().state(JobState.EXECUTING);
            next.tenure = new Tenure(leaseId, c.worker(), c.incarnation(), c.claimId(), now);
            next.attempt = job.failed() + 1;
            next.worker = c.worker();
            jobs.move(job, next.build());
            given.add(new Result.Given(
                    leaseId,
                    next.attempt,
                    job.spec().withDefaultsOf(settings(job.spec().queue()))));
        }
        return new Result.Granted(given);
    }

    private Result end(Command.End c, long now) {
        List<Verdict> verdicts = new ArrayList<>(c.reports().size());
        for (Report report : c.reports()) verdicts.add(end(report, now));
        return new Result.Judged(verdicts);
    }

    private Verdict end(Report report, long now) {
        Job job = jobs.get(report.jobId());
        if (job == null) {
            return new Verdict(
                    report.leaseId(),
                    VerdictKind.STALE,
                    JobState.DISCARDED,
                    "there is no job " + report.jobId() + ", or it was pruned");
        }
        Tenure tenure = job.tenure();
        if (tenure == null
                || tenure.leaseId() != report.leaseId()
                || !tenure.worker().equals(report.worker())) {
            return refuse(job, report, now);
        }
        Job next = ended(job, report, now);
        jobs.move(job, next);
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
                next.scheduledAtMillis = later(now, report.delay());
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
        JobSpec spec = job.spec().withDefaultsOf(settings(job.spec().queue()));
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
            next.state(JobState.CANCELLED);
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
            String note = "refused " + report.kind() + " at " + Instant.ofEpochMilli(now) + ": " + why
                    + (report.error().isEmpty() ? "" : "; it said: " + head(report.error()));
            Attempt noted = attempt.withNote(note);
            List<Attempt> list = new ArrayList<>(job.attempts());
            list.set(list.indexOf(attempt), noted);
            next.attempts = list;
        }
        jobs.amend(job, next.build());
        return new Verdict(report.leaseId(), VerdictKind.STALE, job.state(), why);
    }

    private Result expire(Command.Expire c, long now) {
        int done = 0;
        for (long leaseId : c.leaseIds()) {
            Job job = jobs.byLease(leaseId);
            if (job == null) continue;
            Job.Draft next = job.draft().state(JobState.AVAILABLE);
            next.rescues = job.rescues() + 1;
            String lost = "worker " + job.tenure().worker() + " was not heard of any more";
            if (next.rescues > c.maxRescues()) {
                next.state(JobState.DISCARDED);
                next.error = lost + ", and " + c.maxRescues() + " rescues are used up";
            }
            end(job, next, AttemptOutcome.LOST, lost, now);
            done++;
        }
        return new Result.Done(done);
    }

    private Result release(Command.Release c, long now) {
        int done = 0;
        for (long leaseId : c.leaseIds()) {
            Job job = jobs.byLease(leaseId);
            if (job == null) continue;
            end(job, job.draft().state(JobState.AVAILABLE), AttemptOutcome.RELEASED, c.reason(), now);
            done++;
        }
        return new Result.Done(done);
    }

    private void end(Job job, Job.Draft next, AttemptOutcome outcome, String error, long now) {
        Tenure tenure = job.tenure();
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
        jobs.move(job, settle(next, job, now));
    }

    private Result cancel(Command.Cancel c, long now) {
        List<Changed> answers = new ArrayList<>(c.jobIds().size());
        for (String jobId : c.jobIds()) answers.add(cancel(jobId, c.reason(), now));
        return new Result.Altered(answers);
    }

    private Changed cancel(String jobId, String reason, long now) {
        Job job = jobs.get(jobId);
        if (job == null) return unknown(jobId);
        String why = reason.isEmpty() ? "cancelled" : reason;
        switch (job.state()) {
            case CANCELLED:
                return new Changed(jobId, ChangeOutcome.ALREADY, "", "it is cancelled");
            case COMPLETED, DISCARDED:
                return new Changed(jobId, ChangeOutcome.REFUSED, "", "it is " + word(job) + ", and final");
            case EXECUTING:
                if (!job.cancelRequested()) {
                    Job.Draft next = job.draft();
                    next.cancelRequested = true;
                    next.cancelReason = why;
                    jobs.amend(job, next.build());
                }
                return new Changed(
                        jobId,
                        ChangeOutcome.REQUESTED,
                        "",
                        "worker " + job.worker() + " is told with its next heartbeat");
            default:
                Job.Draft next = job.draft().state(JobState.CANCELLED);
                next.error = why;
                next.finalAtMillis = now;
                jobs.move(job, next.build());
                return new Changed(jobId, ChangeOutcome.DONE, "", "");
        }
    }

    private Result retry(Command.Retry c, long now) {
        List<Changed> answers = new ArrayList<>(c.jobIds().size());
        for (String jobId : c.jobIds()) answers.add(retry(jobId, c.room(), now));
        return new Result.Altered(answers);
    }

    private Changed retry(String jobId, Command.Room room, long now) {
        Job job = jobs.get(jobId);
        if (job == null) return unknown(jobId);
        return switch (job.state()) {
            case BLOCKED, SCHEDULED, RETRYABLE -> {
                Job.Draft next = job.draft().state(JobState.AVAILABLE);
                next.scheduledAtMillis = now;
                jobs.move(job, next.build());
                yield new Changed(jobId, ChangeOutcome.DONE, "", "");
            }
            case AVAILABLE -> new Changed(jobId, ChangeOutcome.ALREADY, "", "it is available");
            case EXECUTING ->
                new Changed(jobId, ChangeOutcome.REFUSED, "", "worker " + job.worker() + " is executing it");
            case COMPLETED -> new Changed(jobId, ChangeOutcome.REFUSED, "", "it is completed");
            case CANCELLED, DISCARDED -> again(job, room, now);
        };
    }

    private Changed again(Job job, Command.Room room, long now) {
        if (!job.retriedAs().isEmpty()) {
            Job other = jobs.get(job.retriedAs());
            String message = other == null ? "that job was pruned" : "that job is " + word(other);
            return new Changed(job.id(), ChangeOutcome.ALREADY, job.retriedAs(), message);
        }
        String newId = nextId(job);
        if (newId.isEmpty()) {
            return new Changed(
                    job.id(), ChangeOutcome.REFUSED, "", "it was tried again " + MAX_RETRY_NUMBER + " times already");
        }
        Job made = created(job.spec().again(newId), now, job.id());
        Result.Refused full = full(Map.of(made.spec().queue(), 1), made.weight(), room);
        if (full != null) return new Changed(job.id(), ChangeOutcome.REFUSED, "", full.message());
        jobs.add(numbered(made));
        Job.Draft old = job.draft();
        old.retriedAs = newId;
        jobs.amend(job, old.build());
        return new Changed(job.id(), ChangeOutcome.DONE, newId, "");
    }

    /** {@code root~2}, {@code root~3} and so on: the first that is free; empty if there is none. */
    private String nextId(Job job) {
        String root = job.id();
        int number = 2;
        int tilde = root.lastIndexOf('~');
        if (!job.retryOf().isEmpty() && root.substring(tilde + 1).matches("[1-9][0-9]{0,8}")) {
            number = Integer.parseInt(root.substring(tilde + 1)) + 1;
            root = root.substring(0, tilde);
        }
        for (; number <= MAX_RETRY_NUMBER; number++) {
            String suffix = "~" + number;
            String id = root.substring(0, Math.min(root.length(), Limits.NAME - suffix.length())) + suffix;
            if (jobs.get(id) == null) return id;
        }
        return "";
    }

    private Result snooze(Command.Snooze c, long now) {
        long until = later(now, c.delay());
        List<Changed> answers = new ArrayList<>(c.jobIds().size());
        for (String jobId : c.jobIds()) answers.add(snooze(jobId, until));
        return new Result.Altered(answers);
    }

    private Changed snooze(String jobId, long until) {
        Job job = jobs.get(jobId);
        if (job == null) return unknown(jobId);
        switch (job.state()) {
            case EXECUTING:
                return new Changed(jobId, ChangeOutcome.REFUSED, "", "worker " + job.worker() + " is executing it");
            case COMPLETED, CANCELLED, DISCARDED:
                return new Changed(jobId, ChangeOutcome.REFUSED, "", "it is " + word(job) + ", and final");
            case SCHEDULED, RETRYABLE:
                if (job.scheduledAtMillis() >= until) {
                    Instant at = Instant.ofEpochMilli(job.scheduledAtMillis());
                    return new Changed(jobId, ChangeOutcome.ALREADY, "", "it waits until " + at);
                }
                break;
            default:
                break;
        }
        Job.Draft next = job.draft().state(JobState.SCHEDULED);
        next.scheduledAtMillis = until;
        jobs.move(job, next.build());
        return new Changed(jobId, ChangeOutcome.DONE, "", "");
    }

    private Result promote(Command.Promote c, long now) {
        int done = 0;
        for (Job job = jobs.nextDue();
                job != null && job.scheduledAtMillis() <= now && done < c.most();
                job = jobs.nextDue()) {
            jobs.move(job, job.draft().state(JobState.AVAILABLE).build());
            done++;
        }
        return new Result.Done(done);
    }

    private Result prune(Command.Prune c) {
        int done = 0;
        for (Job job = jobs.oldestFinal(); job != null && done < c.most(); job = jobs.oldestFinal()) {
            boolean tooMany = jobs.finals() > c.keep() || jobs.finalWeight() > c.keepBytes();
            if (!tooMany && job.finalAtMillis() >= c.finalBeforeMillis()) break;
            jobs.remove(job);
            done++;
        }
        return new Result.Done(done);
    }

    private static Changed unknown(String jobId) {
        return new Changed(jobId, ChangeOutcome.UNKNOWN, "", "there is no such job, or it was pruned");
    }

    private static String word(Job job) {
        return job.state().name().toLowerCase(Locale.ROOT);
    }

    private static String head(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private static long later(long now, Duration delay) {
        return Math.min(FAR_FUTURE_MILLIS, now + delay.toMillis());
    }

    /** The milliseconds of an instant; one that is out of their range is cut to the years 1970 to 9999. */
    private static long millis(Instant instant) {
        long seconds = instant.getEpochSecond();
        if (seconds < 0) return 0;
        return seconds >= FAR_FUTURE_MILLIS / 1_000 ? FAR_FUTURE_MILLIS : instant.toEpochMilli();
    }
}
