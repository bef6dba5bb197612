/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;

/** How long to wait before trying again: doubles from try to try, up to a bound. */
final class RetryWait {
    private static final Duration FIRST = Duration.ofMillis(100);

    private final Duration most;
    private Duration next = FIRST;

    RetryWait(Duration most) {
        this.most = most;
    }

    Duration next() {
        Duration wait = next.compareTo(most) < 0 ? next : most;
        if (next.compareTo(most) < 0) next = next.multipliedBy(2);
        return wait;
    }

    void reset() {
        next = FIRST;
    }
}
