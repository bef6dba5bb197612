/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.util.Arrays;

/** How often something was done in how long, and how long each took. */
final class Timing {
    private final long count;
    private final double seconds;
    private final long[] sortedNanos;

    /** @param nanos how long each took, in any order */
    Timing(long count, double seconds, long[] nanos) {
        this.count = count;
        this.seconds = seconds;
        this.sortedNanos = nanos.clone();
        Arrays.sort(sortedNanos);
    }

    long count() {
        return count;
    }

    double perSecond() {
        return count / seconds;
    }

    /** The least time that so many per cent did not exceed. */
    double millis(double percent) {
        if (sortedNanos.length == 0) throw new IllegalStateException("nothing was timed");
        int rank = (int) Math.ceil(sortedNanos.length * percent / 100);
        return sortedNanos[Math.min(Math.max(rank, 1), sortedNanos.length) - 1] / 1e6;
    }
}
