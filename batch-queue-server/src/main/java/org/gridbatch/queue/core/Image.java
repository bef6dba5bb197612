/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.JobState;

/**
 * A whole state, for a snapshot. What can be found out from the jobs is left out.
 *
 * @param uniques the unique keys that are held for a period; older snapshots have the others as well
 * @param untold the ends of jobs that not all who wait for them were told of
 * @param jobs all, oldest first
 * @param history what is on the way to the archive, and what is left of that which has gone
 * @param schedules what is submitted by the clock
 */
public record Image(
        long nextSequence,
        long nextLeaseId,
        long lastMillis,
        Rules rules,
        Gates gates,
        List<Holder> uniques,
        List<Ended> untold,
        List<Job> jobs,
        History history,
        Schedules schedules,
        List<Array> arrays) {
    /**
     * @param nextNumber the next one on the way to the archive
     * @param archivedThrough the archive has all up to this number
     * @param audits those that wait for the archive
     * @param known the ids of forgotten jobs, in the order in which they were forgotten
     */
    public record History(long nextNumber, long archivedThrough, List<Audit> audits, List<Known> known) {
        /** Of a queue that never had an archive. */
        public static final History NONE = new History(1, 0, List.of(), List.of());
    }

    /**
     * @param nextRevision of the next spec of a schedule
     * @param all by name
     */
    public record Schedules(long nextRevision, List<Schedule> all) {
        /** Of a queue that never had one. */
        public static final Schedules NONE = new Schedules(1, List.of());
    }

    /**
     * An array without those of its items that are jobs.
     *
     * @param column of each item its state, and whether it is or was a job
     * @param trial how far its canary is
     * @param ending what becomes of the items that are not final; null while they run
     * @param endedUpTo up to which item that was done
     */
    public record Array(
            ArraySpec spec,
            List<Items> pieces,
            ByteBuffer column,
            boolean sealed,
            long firstSequence,
            long openedAtMillis,
            long sealedAtMillis,
            boolean paused,
            int throttle,
            int trial,
            JobState ending,
            String endReason,
            int endedUpTo) {}

    /** How far queues and limit keys have used their rates, in microseconds, and which exclusive keys are held. */
    public record Gates(Map<String, Long> queues, Map<String, Long> keys, Map<String, Long> held) {}

    /** A held unique key. */
    public record Holder(String key, String jobId, JobState state, long untilMillis) {}

    /** The end of a job, and the last by id of those who wait for it that was told; empty if none was. */
    public record Ended(String jobId, boolean completed, String toldUpTo) {}
}
