/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;

/**
 * A number of starts in a period, spread evenly with bursts up to that number (the generic cell rate algorithm of ITU-T
 * I.371).
 *
 * @param starts at most this many in a period; 0 means no limit
 * @param period one millisecond to 366 days
 */
public record Rate(int starts, Duration period) implements Serializable {
    /** As fast as may be. */
    public static final Rate UNLIMITED = new Rate(0, Duration.ofSeconds(1));

    public Rate {
        starts = Check.range("rate", starts, 0, 1_000_000);
        period = Check.range("rate period", period, Duration.ofMillis(1), Limits.DELAY);
    }

    public boolean limits() {
        return starts > 0;
    }
}
