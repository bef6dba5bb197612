/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.ScheduleSpec;

/**
 * A schedule and how far it has come. Immutable.
 *
 * @param revision differs from that of every other spec; a firing that was computed for another one is ignored
 * @param lastMillis up to here its times have passed, with a job or without
 * @param nextMillis the first of its times that was not decided yet; {@link Long#MAX_VALUE} if there is none
 * @param firedMillis the last of its times that made a job; 0 if none did
 * @param skipped how often times passed without a job
 * @param jobIds its last jobs, oldest first
 */
public record Schedule(
        ScheduleSpec spec,
        long revision,
        boolean paused,
        long lastMillis,
        long nextMillis,
        long firedMillis,
        long skipped,
        List<String> jobIds) {
    /** Of so many jobs it is known whether they are final. */
    static final int MOST_JOBS = 10;

    public Schedule {
        jobIds = List.copyOf(jobIds);
    }

    public String name() {
        return spec.name();
    }

    long weight() {
        JobSpec template = spec.template();
        return 500L + 2L * spec.cron().length() + Job.weight(template);
    }

    Schedule withPaused(boolean value) {
        return new Schedule(spec, revision, value, lastMillis, nextMillis, firedMillis, skipped, jobIds);
    }

    Schedule withSpec(ScheduleSpec newSpec, long newRevision, long newNextMillis) {
        return new Schedule(newSpec, newRevision, paused, lastMillis, newNextMillis, firedMillis, skipped, jobIds);
    }

    /** A time has passed without a job. */
    Schedule passed(long tickMillis, long next) {
        return new Schedule(spec, revision, paused, tickMillis, next, firedMillis, skipped + 1, jobIds);
    }

    /** A time has passed with a job. */
    Schedule fired(long tickMillis, long next, List<String> jobs) {
        return new Schedule(spec, revision, paused, tickMillis, next, tickMillis, skipped, jobs);
    }

    Schedule withJobs(List<String> jobs) {
        return new Schedule(spec, revision, paused, lastMillis, nextMillis, firedMillis, skipped, jobs);
    }

    /** Its jobs and one more; of too many a final one goes first. */
    List<String> jobsAnd(String jobId, List<String> notFinal) {
        List<String> jobs = new ArrayList<>(jobIds);
        jobs.remove(jobId);
        jobs.add(jobId);
        if (jobs.size() > MOST_JOBS) {
            String goes = jobs.get(0);
            for (String one : jobIds) {
                if (notFinal.contains(one)) continue;
                goes = one;
                break;
            }
            jobs.remove(goes);
        }
        return jobs;
    }
}
