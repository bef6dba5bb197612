/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The answer to a heartbeat.
 *
 * @param leaseFor how long every lease that is not lost holds, counted from when the worker sent the heartbeat
 * @param lost leases that are no longer the worker's: stop their scripts, report nothing
 * @param cancelled leases whose jobs are to be stopped and reported as cancelled
 * @param watched leases whose output somebody looks at: send it soon
 */
public record HeartbeatReply(Duration leaseFor, List<Long> lost, List<Long> cancelled, List<Long> watched)
        implements Serializable {
    public HeartbeatReply {
        Objects.requireNonNull(leaseFor, "leaseFor");
        lost = lost == null ? List.of() : List.copyOf(lost);
        cancelled = cancelled == null ? List.of() : List.copyOf(cancelled);
        watched = watched == null ? List.of() : List.copyOf(watched);
    }

    /** When nobody looks. */
    public HeartbeatReply(Duration leaseFor, List<Long> lost, List<Long> cancelled) {
        this(leaseFor, lost, cancelled, List.of());
    }
}
