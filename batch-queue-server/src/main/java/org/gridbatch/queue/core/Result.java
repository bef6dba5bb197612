/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.List;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.Changed;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobConflictException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueLimitException;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.UnknownJobException;
import org.gridbatch.api.Verdict;

/** What became of a command; a refusal is a result, and then nothing changed. */
public sealed interface Result {
    /** Of a submit: one entry for each job. */
    record Accepted(List<Submitted> jobs) implements Result {}

    /** Of a grant: the leases of those jobs that were available. */
    record Granted(List<Given> leases) implements Result {}

    /** One granted lease. */
    record Given(long leaseId, int attempt, JobSpec spec) {}

    /** Of reports: one verdict for each. */
    record Judged(List<Verdict> verdicts) implements Result {}

    /** Of a cancel, retry or snooze: one entry for each job id. */
    record Altered(List<Changed> jobs) implements Result {}

    /** Of a change of a queue: what holds now. */
    record Adjusted(QueueSettings settings) implements Result {}

    /** Of a change of a limit: what it is now. */
    record Limited(Limit limit) implements Result {}

    /** Of housekeeping: how many jobs it touched. */
    record Done(int jobs) implements Result {}

    /** Nothing changed, for a reason that the caller is told. */
    record Refused(Refusal refusal, String message, String subject) implements Result {
        /** The refusal as the API says it. */
        public BatchException toException() {
            return switch (refusal) {
                case CONFLICT -> new JobConflictException(message, subject);
                case LIMIT -> new QueueLimitException(message, subject);
                case UNKNOWN -> new UnknownJobException(message, subject);
                case INVALID -> new InvalidRequestException(message);
            };
        }
    }

    /** Why a command was refused. */
    enum Refusal {
        /** The job id is known with another content. */
        CONFLICT,
        /** The queue is full. */
        LIMIT,
        /** There is no such job. */
        UNKNOWN,
        /** The command makes no sense. */
        INVALID
    }
}
