/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Duration;
import java.util.List;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Report;
import org.gridbatch.api.ScheduleSpec;

/**
 * All that can change the queue. A command carries every limit that is configuration, so that a replay under another
 * configuration decides the same.
 */
public sealed interface Command {
    /** Takes jobs, all or none. */
    record Submit(List<JobSpec> jobs, Room room, String by) implements Command {
        public Submit {
            jobs = List.copyOf(jobs);
            // Many jobs keep it, of many calls.
            by = by.intern();
        }

        /** On behalf of nobody that is to be remembered. */
        public Submit(List<JobSpec> jobs, Room room) {
            this(jobs, room, "");
        }
    }

    /**
     * Opens an array.
     *
     * @param workers of an array with {@link ArraySpec#onEach()} its items: then it is sealed at once
     */
    record OpenArray(ArraySpec spec, Items workers, Room room, String by) implements Command {
        /** On behalf of nobody that is to be remembered. */
        public OpenArray(ArraySpec spec, Items workers, Room room) {
            this(spec, workers, room, "");
        }
    }

    /** Adds items to an open array. */
    record AddItems(String arrayId, int from, Items items, Room room) implements Command {}

    /** An open array has all its items. */
    record SealArray(String arrayId, int count) implements Command {}

    /** Lets the items of an array wait or go on. */
    record PauseArray(String arrayId, boolean paused, String by) implements Command {}

    /** Sets how many items of an array may execute at once. */
    record ThrottleArray(String arrayId, int most, String by) implements Command {}

    /** Ends items of arrays that are to end; at most so many. */
    record Sweep(int most) implements Command {}

    /** Leases jobs to a claim; a job that is not available any more is left out. */
    record Grant(String worker, String incarnation, long claimId, List<String> jobIds) implements Command {
        public Grant {
            jobIds = List.copyOf(jobIds);
        }
    }

    /** Ends leases as their worker says. */
    record End(List<Report> reports) implements Command {
        public End {
            reports = List.copyOf(reports);
        }
    }

    /**
     * Ends leases whose worker was lost; each costs its job a rescue, and closes its exclusive key for a while, since
     * the worker may still be running it.
     */
    record Expire(List<Long> leaseIds, int maxRescues, long graceMillis) implements Command {
        public Expire {
            leaseIds = List.copyOf(leaseIds);
        }
    }

    /** Ends leases that their living worker does not have, at no cost. */
    record Release(List<Long> leaseIds, String reason) implements Command {
        public Release {
            leaseIds = List.copyOf(leaseIds);
        }
    }

    /** Stops jobs on request. */
    record Cancel(List<String> jobIds, String reason, String by) implements Command {
        public Cancel {
            jobIds = List.copyOf(jobIds);
        }

        /** On behalf of nobody that is to be remembered. */
        public Cancel(List<String> jobIds, String reason) {
            this(jobIds, reason, "");
        }
    }

    /** Makes waiting jobs available now, and new jobs of cancelled and discarded ones. */
    record Retry(List<String> jobIds, Room room, String by) implements Command {
        public Retry {
            jobIds = List.copyOf(jobIds);
        }

        /** On behalf of nobody that is to be remembered. */
        public Retry(List<String> jobIds, Room room) {
            this(jobIds, room, "");
        }
    }

    /**
     * Makes a new job of a cancelled or discarded one that is in the archive only.
     *
     * @param spec of the old one
     * @param isRetry whether the old one was a retry itself
     */
    record RetryArchived(JobSpec spec, boolean isRetry, Room room, String by) implements Command {}

    /** Puts waiting jobs back for later. */
    record Snooze(List<String> jobIds, Duration delay, String by) implements Command {
        public Snooze {
            jobIds = List.copyOf(jobIds);
        }

        /** On behalf of nobody that is to be remembered. */
        public Snooze(List<String> jobIds, Duration delay) {
            this(jobIds, delay, "");
        }
    }

    /** Makes jobs available whose time has come, the most overdue first, and ends those whose deadline has passed. */
    record Promote(int most) implements Command {}

    /**
     * Forgets final jobs, the oldest first: those that became final before an instant, and those over a number or a
     * weight.
     *
     * @param archivedOnly whether jobs stay that the archive does not have
     * @param knownIds how many ids of forgotten jobs stay known
     * @param knownSinceMillis ids stay known of jobs that became final at this time or later
     */
    record Prune(
            long finalBeforeMillis,
            int keep,
            long keepBytes,
            int most,
            boolean archivedOnly,
            int knownIds,
            long knownSinceMillis)
            implements Command {
        /** Without an archive, and no id stays known. */
        public Prune(long finalBeforeMillis, int keep, long keepBytes, int most) {
            this(finalBeforeMillis, keep, keepBytes, most, false, 0, 0);
        }
    }

    /** The archive has all that became final, and all audit records, up to a number. */
    record Archived(long through) implements Command {}

    /** Tells jobs of the end of those that they wait for; at most so many. */
    record Tell(int most) implements Command {}

    /** Sets what holds for a queue. */
    record Configure(QueueSettings settings, String by) implements Command {}

    /** Changes some of what holds for a queue. */
    record Adjust(QueueChange change, String by) implements Command {}

    /** Changes some of what holds for the jobs with a limit key. */
    record AdjustLimit(String limitKey, LimitChange change, String by) implements Command {}

    /** Pauses a queue or lets it go on. */
    record Pause(String queue, boolean paused, String by) implements Command {}

    /** Sets how many turns a tenant gets while others get one. */
    record Weigh(String tenant, int weight, String by) implements Command {}

    /** Sets how many of the jobs with a limit key may run. */
    record Restrict(String limitKey, Limit limit, String by) implements Command {}

    /** Gives a worker no more jobs, or gives it some again. */
    record Drain(String worker, boolean on, String by) implements Command {}

    /**
     * Sets a schedule.
     *
     * @param nextMillis its first time; {@link Long#MAX_VALUE} if it has none
     * @param most how many schedules there may be
     * @param mostBytes about how much memory they may take
     */
    record PutSchedule(ScheduleSpec spec, long nextMillis, int most, long mostBytes, String by) implements Command {}

    /** Removes a schedule. */
    record RemoveSchedule(String name, String by) implements Command {}

    /** Lets the times of a schedule pass, or lets it go on. */
    record PauseSchedule(String name, boolean paused, String by) implements Command {}

    /** Makes a job of a schedule that is none of its times. */
    record RunSchedule(String name, String jobId, Room room, String by) implements Command {}

    /**
     * A time of a schedule has come.
     *
     * @param revision of the schedule that the times were computed for
     * @param skip whether it, and all before the next one, pass without a job
     * @param nextMillis the time after it; {@link Long#MAX_VALUE} if there is none
     */
    record Fire(String name, long revision, long tickMillis, boolean skip, long nextMillis, Room room)
            implements Command {}

    /**
     * How much the queue may hold: jobs that are not final, in one queue and in all; the bytes of all jobs; tenants and
     * {@link Shape}s of jobs that are not final; jobs that wait for one; unique keys that are held for a period.
     */
    record Room(int jobsOfQueue, int jobs, long bytes, int tenants, int shapes, int dependents, int uniqueKeys) {
        /** No limit that anybody could reach. */
        public static final Room AMPLE = new Room(
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);

        /** With another bound on unique keys. */
        public Room withUniqueKeys(int most) {
            return new Room(jobsOfQueue, jobs, bytes, tenants, shapes, dependents, most);
        }
    }
}
