/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations as people write them ({@code 500ms}, {@code 90s}, {@code 5m}, {@code 2h}, {@code 1d}) and writes them short. */
public final class Durations {
    private static final Pattern SIMPLE = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Map<String, ChronoUnit> UNITS = Map.of(
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);

    private Durations() {}

    /** @throws IllegalArgumentException if it is none; the message says what a duration looks like */
    public static Duration parse(String text) {
        String bare = String.valueOf(text).strip();
        Matcher simple = SIMPLE.matcher(bare);
        if (simple.matches()) return Duration.of(Long.parseLong(simple.group(1)), UNITS.get(simple.group(2)));
        try {
            Duration iso = Duration.parse(bare);
            if (!iso.isNegative()) return iso;
        } catch (DateTimeParseException e) {
            // Said below, for all that is no duration.
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no duration, want one like 500ms, 90s, 5m, 2h, 1d or PT5M");
    }

    /** The two largest units that matter: {@code 2d 3h}, {@code 5m}, {@code 1.2s}, {@code 30ms}. */
    public static String format(Duration duration) {
        Duration length = duration.abs();
        if (length.compareTo(Duration.ofSeconds(1)) < 0) return length.toMillis() + "ms";
        if (length.compareTo(Duration.ofSeconds(10)) < 0 && length.toMillisPart() >= 100) {
            return length.toSecondsPart() + "." + length.toMillisPart() / 100 + "s";
        }
        if (length.toDays() > 0) return two(length.toDays(), "d", length.toHoursPart(), "h");
        if (length.toHours() > 0) return two(length.toHours(), "h", length.toMinutesPart(), "m");
        if (length.toMinutes() > 0) return two(length.toMinutes(), "m", length.toSecondsPart(), "s");
        return length.toSeconds() + "s";
    }

    private static String two(long large, String largeUnit, int small, String smallUnit) {
        return small == 0 ? large + largeUnit : large + largeUnit + " " + small + smallUnit;
    }
}
