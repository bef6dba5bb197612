/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.Submitted;

/** What becomes of schedules. Which times they have it is told; that each makes one job at most it sees to itself. */
final class Firing {
    private final State state;
    private final ScheduleBook schedules;
    private final Submission submission;

    Firing(State state, Submission submission) {
        this.state = state;
        schedules = state.schedules;
        this.submission = submission;
    }

    Result put(Command.PutSchedule c, long now) {
        ScheduleSpec spec = c.spec();
        Schedule old = schedules.get(spec.name());
        if (old != null && old.spec().equals(spec)) return new Result.Done(0);
        long revision = schedules.nextRevision();
        Schedule fresh = old == null
                ? new Schedule(spec, revision, false, now, c.nextMillis(), 0, 0, List.of())
                : old.withSpec(spec, revision, c.nextMillis());
        if (old == null && schedules.size() >= c.most()) {
            return limit("there are " + schedules.size() + " schedules, and may be " + c.most(), spec.name());
        }
        long weight = schedules.weight() + fresh.weight() - (old == null ? 0 : old.weight());
        if (weight > c.mostBytes()) {
            return limit(
                    "with this one the schedules would take " + weight + " bytes of memory, and may take "
                            + c.mostBytes(),
                    spec.name());
        }
        schedules.takeRevision();
        schedules.put(fresh);
        state.audit(now, c.by(), "put schedule", spec.name(), spec.cron() + " " + spec.zone());
        return new Result.Done(0);
    }

    Result remove(Command.RemoveSchedule c, long now) {
        if (schedules.get(c.name()) == null) return new Result.Done(0);
        schedules.remove(c.name());
        state.audit(now, c.by(), "remove schedule", c.name(), "");
        return new Result.Done(0);
    }

    Result pause(Command.PauseSchedule c, long now) {
        Schedule old = schedules.get(c.name());
        if (old == null) return unknown(c.name());
        if (old.paused() == c.paused()) return new Result.Done(0);
        schedules.put(old.withPaused(c.paused()));
        state.audit(now, c.by(), c.paused() ? "pause schedule" : "resume schedule", c.name(), "");
        return new Result.Done(0);
    }

    Result run(Command.RunSchedule c, long now) {
        Schedule schedule = schedules.get(c.name());
        if (schedule == null) return unknown(c.name());
        JobSpec job = schedule.spec().job(c.jobId());
        // A repeated call finds its job, even if the schedule has changed since.
        JobState known = state.jobs.stateOf(c.jobId());
        if (known != null && schedule.jobIds().contains(c.jobId())) {
            return new Result.Accepted(List.of(new Submitted(c.jobId(), true, known)));
        }
        Result result = submission.submit(new Command.Submit(List.of(job), c.room(), c.by()), now);
        if (!(result instanceof Result.Accepted accepted)) return result;
        Submitted submitted = accepted.jobs().get(0);
        if (!submitted.repeated()) {
            schedules.put(schedule.withJobs(schedule.jobsAnd(c.jobId(), notFinal(schedule))));
            state.audit(now, c.by(), "run schedule", c.name(), "as " + c.jobId());
        }
        return result;
    }

    /** Done with 1 if there is a job, and with 0 if there is none. */
    Result fire(Command.Fire c, long now) {
        Schedule schedule = schedules.get(c.name());
        boolean current = schedule != null
                && schedule.revision() == c.revision()
                && !schedule.paused()
                && c.tickMillis() > schedule.lastMillis()
                && c.tickMillis() >= schedule.nextMillis()
                && c.nextMillis() > c.tickMillis();
        if (!current) return new Result.Done(0);
        JobSpec job = c.skip() ? null : job(schedule, c.tickMillis());
        if (job == null) {
            schedules.put(schedule.passed(c.tickMillis(), c.nextMillis()));
            return new Result.Done(0);
        }
        Result result = submission.submit(new Command.Submit(List.of(job), c.room()), now);
        if (result instanceof Result.Refused refused && refused.refusal() == Result.Refusal.LIMIT) return result;
        // A job of this id that is there already is that of this time, whatever became of the schedule since.
        boolean fired = result instanceof Result.Accepted accepted
                && !accepted.jobs().get(0).repeated();
        schedules.put(
                fired
                        ? schedule.fired(
                                c.tickMillis(), c.nextMillis(), schedule.jobsAnd(job.jobId(), notFinal(schedule)))
                        : schedule.passed(c.tickMillis(), c.nextMillis()));
        return new Result.Done(fired ? 1 : 0);
    }

    /** The job for a time; null if another one is in its way. */
    private JobSpec job(Schedule schedule, long tickMillis) {
        ScheduleSpec spec = schedule.spec();
        JobSpec job = spec.job(spec.jobId(Instant.ofEpochMilli(tickMillis)));
        if (spec.overlap() == ScheduleSpec.Overlap.ALLOW) return job;
        List<String> notFinal = notFinal(schedule);
        if (notFinal.isEmpty()) return job;
        if (spec.overlap() == ScheduleSpec.Overlap.SKIP || notFinal.size() > 1) return null;
        return job.waitingFor(
                List.of(new Dependency(notFinal.get(0), Dependency.When.FINAL, Dependency.Otherwise.HOLD)));
    }

    private List<String> notFinal(Schedule schedule) {
        List<String> found = new ArrayList<>();
        for (String jobId : schedule.jobIds()) {
            JobState is = state.jobs.stateOf(jobId);
            if (is != null && !is.isFinal()) found.add(jobId);
        }
        return found;
    }

    private static Result.Refused unknown(String name) {
        return new Result.Refused(Result.Refusal.INVALID, "there is no schedule '" + name + "'", name);
    }

    private static Result.Refused limit(String message, String subject) {
        return new Result.Refused(Result.Refusal.LIMIT, message, subject);
    }
}
