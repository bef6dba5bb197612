/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.gridbatch.api.Lease;

/** An attempt as a flight recording has it: what the worker adds to the time of a script. */
@Name("org.gridbatch.Attempt")
@Label("Attempt")
@Category("Gridbatch")
@Description("From the arrival of a lease until the queue answered its report")
@StackTrace(false)
final class AttemptEvent extends Event {
    @Label("Job")
    final String job;

    @Label("Lease")
    final long lease;

    @Label("Until the script is started")
    @Timespan
    long starting;

    @Label("Script, with its session")
    @Timespan
    long running;

    @Label("Until the report is sent")
    @Timespan
    long sending;

    @Label("Until the report is answered")
    @Timespan
    long answering;

    /** When the last of these ended. */
    private transient long mark;

    /** @param now as of {@link EventLoop#nanoTime()}, here and below */
    AttemptEvent(Lease lease, long now) {
        job = lease.spec().jobId();
        this.lease = lease.leaseId();
        mark = now;
        begin();
    }

    void started(long now) {
        starting = since(now);
    }

    void ended(long now) {
        running = since(now);
    }

    void sent(long now) {
        sending += since(now);
    }

    void answered(long now) {
        answering = since(now);
        commit();
    }

    private long since(long now) {
        long passed = now - mark;
        mark = now;
        return passed;
    }
}
