/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import org.gridbatch.api.JobState;
import org.gridbatch.api.ReportKind;

/**
 * What stays known of a final job that has left memory, so that a call whose answer was lost can still be repeated.
 *
 * @param fingerprint of its content: the same id with another content is a conflict
 * @param retriedAs the job that tries it again; empty if none
 * @param leaseId the last lease; 0 if it never had one
 * @param reported what was reported under that lease; null if the server ended it
 */
public record Known(
        String jobId,
        long fingerprint,
        JobState state,
        long finalAtMillis,
        String retriedAs,
        long leaseId,
        ReportKind reported) {
    /** About how many bytes of memory one takes. */
    static final long WEIGHT = 250;

    /** @param array the array that the job is; null if it is none */
    static Known of(Job job, JobArray array) {
        Attempt last = job.attempts().isEmpty()
                ? null
                : job.attempts().get(job.attempts().size() - 1);
        return new Known(
                job.id(),
                array == null ? Fingerprint.of(job.spec()) : Fingerprint.of(array.spec()),
                job.state(),
                job.finalAtMillis(),
                job.retriedAs(),
                last == null ? 0 : last.leaseId(),
                last == null ? null : last.reported());
    }
}
