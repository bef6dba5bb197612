/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * When a job must be final: an instant, or a time from now.
 *
 * @param at the instant; null if a time was given
 * @param in the time from now; null if an instant was given
 */
record Deadline(Instant at, Duration in) {
    /** @throws IllegalArgumentException if it is neither; the message says what they look like */
    static Deadline parse(String text) {
        Duration length = Times.lengthFromNow(text);
        return length == null ? new Deadline(Times.here().future(text), null) : new Deadline(null, length);
    }

    Instant from(Instant now) {
        // Nobody means nanoseconds, and they are in every message about it.
        return at != null ? at : now.plus(in).truncatedTo(ChronoUnit.MILLIS);
    }
}
