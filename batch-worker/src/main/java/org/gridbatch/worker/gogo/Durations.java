/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridbatch.api.Limits;

/** Reads durations as people write them. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");
    private static final Map<String, ChronoUnit> UNITS = Map.of(
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);

    private Durations() {}

    /** @throws IllegalArgumentException if it is not one, or not between 1 ms and the longest delay of the API */
    static Duration parse(String text) {
        Matcher form = FORM.matcher(String.valueOf(text).trim());
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "duration is '" + text + "', want a number with a unit: 500ms, 90s, 5m, 2h or 1d");
        }
        long number = Long.parseLong(form.group(1));
        ChronoUnit unit = UNITS.get(form.group(2));
        if (number < 1 || number > Limits.DELAY.toMillis() / unit.getDuration().toMillis()) {
            throw new IllegalArgumentException(
                    "duration is '" + text + "', want 1ms to " + Limits.DELAY.toDays() + "d");
        }
        return Duration.of(number, unit);
    }
}
