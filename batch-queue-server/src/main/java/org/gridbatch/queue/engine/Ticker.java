/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.time.Instant;

/** The two clocks of a machine: one that only goes forward, and one that people set. */
public interface Ticker {
    /** Nanoseconds since some moment; never goes back. */
    long nanos();

    /** The time of day, which may jump. */
    Instant wall();

    /** The real ones. */
    static Ticker system() {
        long origin = System.nanoTime();
        return new Ticker() {
            @Override
            public long nanos() {
                return System.nanoTime() - origin;
            }

            @Override
            public Instant wall() {
                return Instant.now();
            }
        };
    }
}
