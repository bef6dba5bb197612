/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.time.Duration;
import java.time.Instant;

/** Clocks that a test moves. */
final class ManualTicker implements Ticker {
    private long nanos;
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Instant wall() {
        return wall;
    }

    void advance(Duration by) {
        nanos += by.toNanos();
        wall = wall.plus(by);
    }

    void jump(Duration by) {
        wall = wall.plus(by);
    }

    void setWall(Instant to) {
        wall = to;
    }
}
