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
 */
public record Heartbeat(String worker, String incarnation, List<Long> leaseIds) implements Serializable {
    public Heartbeat {
        worker = Check.name("worker", worker, Limits.NAME);
        incarnation = Check.name("incarnation", incarnation, Limits.NAME);
        leaseIds = Check.list("lease ids", leaseIds, Limits.BULK);
    }
}
