/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;

/**
 * How long a failed job waits before its next attempt.
 *
 * @param factor what each further wait is multiplied with: 1 waits the same time again, 2 doubles; 1 to 10
 * @param first the wait after the first failure; zero to 366 days
 * @param most the longest wait; at least {@code first}
 */
public record Backoff(int factor, Duration first, Duration most) implements Serializable {
    /** 5 s, 10 s, 20 s and so on, to an hour at most. */
    public static final Backoff DEFAULT = new Backoff(2, Duration.ofSeconds(5), Duration.ofHours(1));

    public Backoff {
        factor = Check.range("backoff factor", factor, 1, 10);
        first = Check.range("backoff first", first, Duration.ZERO, Limits.DELAY);
        most = Check.range("backoff most", most, first, Limits.DELAY);
    }

    /** The same wait after every failure. */
    public static Backoff fixed(Duration wait) {
        return new Backoff(1, wait, wait);
    }

    /** The wait after the given number of failed attempts (1 or more), without jitter. */
    public Duration after(int failedAttempts) {
        long millis = first.toMillis();
        long cap = most.toMillis();
        for (int i = 1; i < failedAttempts && millis < cap && factor > 1; i++) {
            millis = Math.min(cap, Math.multiplyExact(millis, factor));
            if (millis == 0) break;
        }
        return Duration.ofMillis(Math.min(millis, cap));
    }
}
