/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobView;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.Unarchived;

/** Where final jobs and audit records stay. Its methods wait for the database; thread-safe. */
public interface Archive extends AutoCloseable {
    /**
     * Makes it ready, and the database's tables if need be; can be repeated.
     *
     * @return the number up to which it has all
     * @throws ArchiveException if it cannot be reached, or is another grid's
     */
    long open(String grid) throws ArchiveException;

    /** Adds some, or replaces them if it has them, and notes up to where it has all: on disk, and whole or not at all. */
    void write(Unarchived some) throws ArchiveException;

    /**
     * Forgets the oldest.
     *
     * @param before jobs that became final, and records that were made, before this time
     * @param keepJobs how many jobs stay
     * @param most so many jobs at once, and so many records
     * @return whether there may be more to forget
     */
    boolean prune(Instant before, long keepJobs, int most) throws ArchiveException;

    HistoryPage find(HistoryQuery query) throws ArchiveException;

    /**
     * The final jobs behind a place, up to another one, that pass a test, in the order in which they became final. It
     * looks at a page of them, so that there may be none of those behind the place though there are some further on.
     */
    FinalPage finals(Place after, Place through, Predicate<JobView> wanted, int most) throws ArchiveException;

    Optional<JobDetail> get(String jobId) throws ArchiveException;

    AuditPage audit(AuditQuery query) throws ArchiveException;

    @Override
    void close();
}
