/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.testing;

import java.time.Duration;
import java.time.Instant;
import org.gridbatch.queue.engine.Ticker;

/** Both clocks of a machine, which only a test moves. */
final class ManualClock implements Ticker {
    private final Instant start;
    private volatile long nanos;

    ManualClock(Instant start) {
        this.start = start;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Instant wall() {
        return start.plusNanos(nanos);
    }

    void advance(Duration by) {
        nanos += by.toNanos();
    }
}
