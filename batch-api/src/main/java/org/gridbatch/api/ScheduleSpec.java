/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A job that is to be submitted again and again.
 *
 * @param name of the schedule; its jobs have ids such as {@code NAME-20300131T180000Z} and the tag {@code schedule}
 * @param cron five fields (minute, hour, day of month, month, day of week), or one of {@code @hourly @daily @weekly
 *     @monthly @yearly}; the server checks it
 * @param zone the time zone in which the expression is read; empty means UTC
 * @param template what each job is to be; its id is not used. It may have no times of its own and wait for no job
 * @param missed what becomes of times at which the queue was down or the schedule paused
 * @param overlap what to do while a job of the schedule is not final
 */
public record ScheduleSpec(String name, String cron, String zone, JobSpec template, Missed missed, Overlap overlap)
        implements Serializable {
    /** The tag of every job of a schedule; its value is the schedule's name. */
    public static final String TAG = "schedule";

    /** Characters in the name of a schedule: with a time behind it, it still is a job id. */
    public static final int NAME = Limits.NAME - 17;

    /** Characters in an expression. */
    public static final int CRON = 256;

    private static final int ZONE = 64;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** What becomes of times that were missed by more than a minute. */
    public enum Missed {
        /** Nothing. */
        SKIP,
        /** One job for all of them, that of the last. */
        ONCE,
        /** A job for each of the last hundred. */
        ALL
    }

    /** What to do when a time comes while a job of the schedule is not final. */
    public enum Overlap {
        /** One more job. */
        ALLOW,
        /** No job for that time. */
        SKIP,
        /** One job waits for the other to be final; no job if one waits already. */
        ONE
    }

    /** @throws InvalidRequestException if a field is out of its bounds; the message names it */
    public ScheduleSpec {
        name = Check.name("schedule", name, NAME);
        cron = Check.text("cron expression", cron, CRON).strip();
        zone = zone == null || zone.isBlank()
                ? "UTC"
                : Check.text("zone", zone, ZONE).strip();
        if (template == null) throw new InvalidRequestException("the template of schedule " + name + " is missing");
        missed = missed == null ? Missed.SKIP : missed;
        overlap = overlap == null ? Overlap.ALLOW : overlap;
        if (!template.notBefore().equals(Instant.EPOCH)
                || !template.deadline().equals(Instant.EPOCH)
                || !template.delay().isZero()) {
            throw new InvalidRequestException(
                    "the template of schedule " + name + " has a delay, a time or a deadline, want none of them");
        }
        if (!template.after().isEmpty()) {
            throw new InvalidRequestException(
                    "the template of schedule " + name + " waits for other jobs, want one that waits for none");
        }
        if (template.tags().size() >= Limits.TAGS && !template.tags().containsKey(TAG)) {
            throw new InvalidRequestException("the template of schedule " + name + " has "
                    + template.tags().size() + " tags, want at most " + (Limits.TAGS - 1));
        }
        template = template.tagged(name, TAG, name);
    }

    /** The id of the job for a time. */
    public String jobId(Instant tick) {
        return name + "-" + TIME.format(tick);
    }

    /** A job of this schedule. */
    public JobSpec job(String jobId) {
        return template.tagged(jobId, TAG, name);
    }
}
