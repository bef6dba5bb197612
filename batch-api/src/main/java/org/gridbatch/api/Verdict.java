/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * The answer to one report.
 *
 * @param leaseId the lease that was reported
 * @param kind whether the report counts
 * @param state the job's state now; for a stale report of an unknown job {@link JobState#DISCARDED}
 * @param message for people
 */
public record Verdict(long leaseId, VerdictKind kind, JobState state, String message) implements Serializable {
    public Verdict {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(state, "state");
        message = message == null ? "" : message;
    }
}
