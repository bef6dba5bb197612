/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.time.Duration;
import java.time.Instant;

/**
 * The time that is written to the log. It follows the wall clock while that moves like the monotonic one, never goes
 * back, and does not believe a jump of over ten minutes: a wrong time in the log would count for ever.
 */
final class SteadyClock {
    private static final Duration BELIEVABLE = Duration.ofMinutes(10);

    private final Ticker ticker;
    private Instant anchor;
    private long anchorNanos;
    private Instant last;
    private Duration off = Duration.ZERO;

    /** @param known a time that has passed for sure: that of the last entry of the log */
    SteadyClock(Ticker ticker, Instant known) {
        this.ticker = ticker;
        this.anchorNanos = ticker.nanos();
        Instant wall = ticker.wall();
        // A later wall clock is a server that was off for a while; an earlier one is a clock that was set back.
        this.anchor = wall.isBefore(known) ? known : wall;
        this.last = anchor;
        now();
    }

    Instant now() {
        long nanos = ticker.nanos();
        Instant steady = anchor.plusNanos(nanos - anchorNanos);
        Instant wall = ticker.wall();
        off = Duration.between(steady, wall);
        if (off.abs().compareTo(BELIEVABLE) <= 0) {
            off = Duration.ZERO;
            anchor = wall;
            anchorNanos = nanos;
            steady = wall;
        }
        if (steady.isAfter(last)) last = steady;
        return last;
    }

    /** By how much the wall clock has jumped away; zero if it has not. */
    Duration jump() {
        return off;
    }
}
