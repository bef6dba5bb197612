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
    /** Before this the queue gives the job to nobody else. */
    private long endsAt;
    /** What was left of the term when the confirmation arrived. */
    private long left;
    /** What a script is left to end in when it is stopped. */
    private long margin;

    /** Null until it is started. */
    ScriptRun run;
    /** When it was started, if it was. */
    long startedAt;

    final AttemptEvent event;

    final Told told = new Told();
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

    /**
     * @param claimSentAt when the claim was sent that brought it
     * @param term how long the queue leases for, as far as known
     * @param now when its answer arrived
     */
    HeldLease(Lease lease, int slot, long claimSentAt, Duration term, long now) {
        this.lease = lease;
        this.slot = slot;
        event = new AttemptEvent(lease, now);
        endsAt = claimSentAt + lease.leaseFor().toNanos();
        left = Math.max(0, endsAt - now);
        margin = Math.min(term.toNanos(), lease.leaseFor().toNanos()) / 6;
    }

    long id() {
        return lease.leaseId();
    }

    String jobId() {
        return lease.spec().jobId();
    }

    /** Answers may overtake each other; the one that reaches farthest counts. */
    void confirm(long sentAt, Duration holdsFor, long now) {
        long end = sentAt + holdsFor.toNanos();
        if (end - endsAt <= 0) return;
        endsAt = end;
        left = Math.max(0, endsAt - now);
        margin = holdsFor.toNanos() / 6;
    }

    /** When the next heartbeat is due: two more fit in before the lease ends. */
    long heartbeatAt() {
        return endsAt - left / 3 * 2;
    }

    /** When the script is stopped for want of a confirmation, which leaves it a sixth of the term to end. */
    long stopAt() {
        return endsAt - margin;
    }

    /** Whether enough of the term is left that a script may start on the word of the claim alone. */
    boolean mayStart(Duration term, long now) {
        return endsAt - now >= Math.min(term.toNanos(), lease.leaseFor().toNanos()) / 2;
    }
}
