/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import org.gridbatch.api.Lease;
import org.gridbatch.worker.gogo.ScriptRun;

/** A lease between its grant and its report: how long it is known to hold, and what its script does. */
final class HeldLease {
    final Lease lease;
    final int slot;
    /** When the last call was sent that the queue has confirmed the lease with. */
    private long confirmedAt;

    private Duration leaseFor;
    /** Null until it is started. */
    ScriptRun run;
    /** Null while nobody wants it to stop. */
    Stop stop;

    EventLoop.Timer timeout;

    /** Why a script is stopped, and so what is reported when it has ended. */
    enum Stop {
        /** The job's time is up: a failure. */
        TIMED_OUT,
        /** The queue asked for it. */
        CANCELLED,
        /** The lease is no longer ours, or may not be any more: nothing is reported. */
        LOST,
        /** The worker stops: given back. */
        RELEASED
    }

    HeldLease(Lease lease, int slot, long claimSentAt) {
        this.lease = lease;
        this.slot = slot;
        confirmedAt = claimSentAt;
        leaseFor = lease.leaseFor();
    }

    long id() {
        return lease.leaseId();
    }

    String jobId() {
        return lease.spec().jobId();
    }

    /** Answers may overtake each other; the latest confirmation counts. */
    void confirm(long sentAt, Duration holdsFor) {
        if (sentAt + holdsFor.toNanos() - endsAt() <= 0) return;
        confirmedAt = sentAt;
        leaseFor = holdsFor;
    }

    /** Before this the queue gives the job to nobody else. */
    long endsAt() {
        return confirmedAt + leaseFor.toNanos();
    }

    /** When the next heartbeat is due: two more fit in before the lease ends. */
    long heartbeatAt() {
        return confirmedAt + leaseFor.toNanos() / 3;
    }

    /** When the script is stopped for want of a confirmation, which leaves it a sixth of the term to end. */
    long stopAt() {
        return endsAt() - leaseFor.toNanos() / 6;
    }

    /** Whether enough of the term is left that a script may start on the word of the claim alone. */
    boolean mayStart(long now) {
        return endsAt() - now >= leaseFor.toNanos() / 2;
    }
}
