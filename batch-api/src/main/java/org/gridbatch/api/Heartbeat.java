/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;

/**
 * A worker is alive and still has these leases. It lists every lease that it holds; one that it does not list for
 * longer than a grace is released.
 *
 * @param worker the worker's name
 * @param incarnation as in its claims
 * @param leaseIds all that it holds
 * @param live what is new of the jobs that it executes; at most {@link Limits#LIVE} characters in all
 */
public record Heartbeat(String worker, String incarnation, List<Long> leaseIds, List<LivePart> live)
        implements Serializable {
    public Heartbeat {
        worker = Check.name("worker", worker, Limits.NAME);
        incarnation = Check.name("incarnation", incarnation, Limits.NAME);
        leaseIds = Check.list("lease ids", leaseIds, Limits.BULK);
        live = Check.list("live parts", live, Limits.BULK);
        long chars = live.stream().mapToLong(LivePart::chars).sum();
        if (chars > Limits.LIVE) {
            throw new InvalidRequestException("live parts have " + chars + " characters, want at most " + Limits.LIVE);
        }
    }

    /** Without anything new of the jobs. */
    public Heartbeat(String worker, String incarnation, List<Long> leaseIds) {
        this(worker, incarnation, leaseIds, List.of());
    }
}
