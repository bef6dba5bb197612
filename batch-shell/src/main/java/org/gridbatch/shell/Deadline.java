/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import org.gridbatch.worker.gogo.Durations;

/**
 * When a job must be final: an instant, or a time from now.
 *
 * @param at the instant; null if a time was given
 * @param in the time from now; null if an instant was given
 */
record Deadline(Instant at, Duration in) {
    /** @throws IllegalArgumentException if it is neither; the message says what they look like */
    static Deadline parse(String text) {
        try {
            return new Deadline(Instant.parse(text), null);
        } catch (DateTimeParseException e) {
            // Most are given as times from now.
        }
        try {
            return new Deadline(null, Durations.parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no instant and no duration, want one like 2030-01-31T18:00:00Z or 2h", e);
        }
    }

    Instant from(Instant now) {
        // Nobody means nanoseconds, and they are in every message about it.
        return at != null ? at : now.plus(in).truncatedTo(ChronoUnit.MILLIS);
    }
}
