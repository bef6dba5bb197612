/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.util.EnumSet;
import java.util.Set;

/** Where a job is in its life; the whole life cycle is the table in {@link #next()}. */
public enum JobState {
    /** Waits for other jobs to become final. */
    BLOCKED,
    /** Waits for a time: a delayed job, or one that was put back for later. */
    SCHEDULED,
    /** Ready: the next worker that can run it gets it. */
    AVAILABLE,
    /** Leased to a worker. */
    EXECUTING,
    /** Failed, and will be tried again at its time. */
    RETRYABLE,
    /** Final: the script succeeded. */
    COMPLETED,
    /** Final: stopped on request. */
    CANCELLED,
    /** Final: it failed for good, or its attempts or rescues were used up. */
    DISCARDED;

    /** The states that may follow this one; empty for a final state. */
    public Set<JobState> next() {
        return switch (this) {
            case BLOCKED -> EnumSet.of(AVAILABLE, SCHEDULED, CANCELLED, DISCARDED);
            case SCHEDULED -> EnumSet.of(AVAILABLE, SCHEDULED, CANCELLED, DISCARDED);
            case AVAILABLE -> EnumSet.of(EXECUTING, SCHEDULED, CANCELLED, DISCARDED);
            case EXECUTING -> EnumSet.of(COMPLETED, RETRYABLE, SCHEDULED, AVAILABLE, DISCARDED, CANCELLED);
            case RETRYABLE -> EnumSet.of(AVAILABLE, SCHEDULED, CANCELLED, DISCARDED);
            case COMPLETED, CANCELLED, DISCARDED -> EnumSet.noneOf(JobState.class);
        };
    }

    /** Whether a job in this state never changes again. */
    public boolean isFinal() {
        return next().isEmpty();
    }
}
