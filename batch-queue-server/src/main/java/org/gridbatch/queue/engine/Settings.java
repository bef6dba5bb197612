/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.time.Duration;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.log.CommandLog;

/**
 * What the engine is told. The bounds of queues inside the engine are in {@link Bounds}.
 *
 * @param lease the term of a lease
 * @param maxRescues how often a job's worker may be lost before the job is discarded
 * @param maxScriptBytes the cap on a script, in bytes of UTF-8
 * @param room how many jobs the queue may hold
 * @param keepFinal how many final jobs stay known
 * @param keepFinalFor how long
 * @param keepFinalBytes in how much memory
 * @param archiving what is kept for the archive
 */
public record Settings(
        Duration lease,
        int maxRescues,
        int maxScriptBytes,
        Command.Room room,
        int keepFinal,
        Duration keepFinalFor,
        long keepFinalBytes,
        Archiving archiving,
        Bounds bounds) {
    /** Without an archive. */
    public Settings(
            Duration lease,
            int maxRescues,
            int maxScriptBytes,
            Command.Room room,
            int keepFinal,
            Duration keepFinalFor,
            long keepFinalBytes,
            Bounds bounds) {
        this(lease, maxRescues, maxScriptBytes, room, keepFinal, keepFinalFor, keepFinalBytes, Archiving.OFF, bounds);
    }

    /**
     * How much may wait for the archive, and what stays known of jobs that left memory.
     *
     * @param on whether there is an archive; without one nothing waits for it
     * @param jobs with so many final jobs waiting, no more jobs are leased
     * @param bytes with so many bytes waiting, about, no more jobs are leased
     * @param audits with so many audit records waiting, nobody may change jobs any more
     * @param knownIds how many ids of forgotten jobs stay known
     * @param knownFor how long after they became final
     */
    public record Archiving(boolean on, int jobs, long bytes, int audits, int knownIds, Duration knownFor) {
        public static final Archiving OFF = new Archiving(false, 0, 0, Integer.MAX_VALUE, 0, Duration.ZERO);
    }

    /**
     * How much may wait inside the engine.
     *
     * @param commands commands that wait for the log
     * @param commandBytes their bytes
     * @param claims open claims
     * @param waiters calls that wait for a job to become final
     * @param reads reads that wait for the core thread
     * @param entriesInFlight entries that wait for the disk; at most {@link CommandLog#MOST_IN_FLIGHT}
     */
    public record Bounds(int commands, long commandBytes, int claims, int waiters, int reads, int entriesInFlight) {
        public static final Bounds DEFAULT = new Bounds(20_000, 64L << 20, 10_000, 10_000, 10_000, 4);

        public Bounds {
            if (entriesInFlight < 1 || entriesInFlight > CommandLog.MOST_IN_FLIGHT) {
                throw new IllegalArgumentException(
                        "entries in flight are " + entriesInFlight + ", want 1 to " + CommandLog.MOST_IN_FLIGHT);
            }
        }
    }

    /** A heartbeat may leave a lease out for half a term: then it is released, well before it runs out. */
    Duration grace() {
        return lease.dividedBy(2);
    }
}
