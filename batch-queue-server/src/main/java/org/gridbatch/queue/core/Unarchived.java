/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.List;
import org.gridbatch.api.JobDetail;

/**
 * Some of what waits for the archive.
 *
 * @param jobs final ones, in the order of their numbers
 * @param audits in the order of their numbers
 * @param archivedThrough the archive has all up to this number
 * @param through when the archive has these as well, it has all up to this one
 * @param last the last number that was given out
 */
public record Unarchived(List<Final> jobs, List<Audit> audits, long archivedThrough, long through, long last) {
    /** A final job as callers see it, with its place in the order in which jobs were accepted. */
    public record Final(long sequence, JobDetail detail) {}

    public Unarchived {
        jobs = List.copyOf(jobs);
        audits = List.copyOf(audits);
    }

    public boolean isEmpty() {
        return jobs.isEmpty() && audits.isEmpty();
    }
}
