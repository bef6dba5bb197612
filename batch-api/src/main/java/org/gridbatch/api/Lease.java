/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * A worker's right to run a job.
 *
 * @param leaseId the fencing token of every report
 * @param attempt the number of this attempt, from 1
 * @param leaseFor how long it holds, counted from when the worker <em>sent</em> the claim or heartbeat that was answered
 * @param spec the job
 */
public record Lease(long leaseId, int attempt, Duration leaseFor, JobSpec spec) implements Serializable {
    public Lease {
        Objects.requireNonNull(leaseFor, "leaseFor");
        Objects.requireNonNull(spec, "spec");
    }
}
