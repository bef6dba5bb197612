/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridbatch.worker.gogo.Durations;

/**
 * Reads times as people say them: {@code 2030-01-31T18:00:00Z}, {@code tomorrow 03:00}, {@code friday 18:30}, {@code 03:00},
 * {@code in 5m}. What names no zone is in that of the clock. A time that clocks leave out in spring is later by the length of
 * the gap; of one that comes twice in autumn the first is meant.
 */
final class Times {
    private static final Pattern CLOCK_TIME = Pattern.compile("([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?");
    private static final Pattern DATE = Pattern.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9:]+))?");
    private static final Pattern DAY = Pattern.compile("([a-z]+)(?: +(?:at +)?([0-9:]+))?");

    private final Clock clock;

    /** Which of the times that a text can mean it does, as seen from now. */
    private enum Direction {
        FUTURE,
        PAST
    }

    Times(Clock clock) {
        this.clock = clock;
    }

    /** Those of this machine's clock and zone. */
    static Times here() {
        return new Times(Clock.systemDefaultZone());
    }

    /**
     * A time to come: a length of time is from now on, and a time of day or a weekday is the next one.
     *
     * @throws IllegalArgumentException if it is no time; the message says what one looks like and which zone holds
     */
    Instant future(String text) {
        return parse(text, Direction.FUTURE);
    }

    /**
     * A time gone by: a length of time is ago, and a time of day or a weekday is the last one.
     *
     * @throws IllegalArgumentException as for {@link #future}
     */
    Instant past(String text) {
        return parse(text, Direction.PAST);
    }

    /** How long it is until then: for what is said as a length of time, exactly that. */
    Duration until(String text) {
        Duration length = lengthFromNow(text);
        if (length != null) return length;
        Duration left = Duration.between(clock.instant(), future(text)).truncatedTo(ChronoUnit.MILLIS);
        if (left.isNegative() || left.isZero()) {
            throw new IllegalArgumentException("'" + text + "' has passed, want a time to come");
        }
        return left;
    }

    /** {@code 5m}, {@code +5m} or {@code in 5m}; null if it is said in another way. */
    static Duration lengthFromNow(String text) {
        String bare = plain(text);
        if (bare.startsWith("in ")) bare = bare.substring(3).strip();
        else if (bare.startsWith("+")) bare = bare.substring(1).strip();
        return length(bare);
    }

    private static Duration length(String bare) {
        try {
            return Durations.parse(bare.startsWith("p") ? bare.toUpperCase(Locale.ROOT) : bare);
        } catch (IllegalArgumentException e) {
            // Another kind of time; who finds none says so for all.
            return null;
        }
    }

    private static String plain(String text) {
        return text.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
    }

    private Instant parse(String text, Direction direction) {
        try {
            Instant time = time(plain(text), direction);
            if (time != null) return time;
        } catch (DateTimeException e) {
            throw none(text, e);
        }
        throw none(text, null);
    }

    private IllegalArgumentException none(String text, Exception cause) {
        return new IllegalArgumentException(
                "'" + text + "' is no time, want one like 2030-01-31T18:00:00Z, or in the zone " + clock.getZone()
                        + " '2030-01-31 18:00', 'tomorrow 03:00', 'friday 18:30' or 03:00, or 5m, 2h or 1d from now",
                cause);
    }

    /** @throws DateTimeException if it looks like a time, but is none */
    private Instant time(String text, Direction direction) {
        if (text.equals("now")) return clock.instant();
        Instant exact = exact(text);
        if (exact != null) return exact;
        Instant byLength = byLength(text, direction);
        if (byLength != null) return byLength;
        Matcher date = DATE.matcher(text.replace('t', 'T'));
        if (date.matches()) return at(LocalDate.parse(date.group(1)), timeOfDay(date.group(2)));
        if (CLOCK_TIME.matcher(text).matches()) return timeOfDay(text, direction);
        Matcher day = DAY.matcher(text);
        return day.matches() ? day(day.group(1), timeOfDay(day.group(2)), direction) : null;
    }

    /** With a zone or an offset of its own. */
    private static Instant exact(String text) {
        try {
            return OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant();
        } catch (DateTimeParseException e) {
            // Another kind of time.
            return null;
        }
    }

    private Instant byLength(String text, Direction direction) {
        boolean ago = text.endsWith(" ago") || text.startsWith("-");
        String bare = text.endsWith(" ago") ? text.substring(0, text.length() - 4) : text;
        if (bare.startsWith("-")) bare = bare.substring(1).strip();
        boolean fromNow = !ago && (text.startsWith("in ") || text.startsWith("+"));
        Duration length = ago ? length(bare) : lengthFromNow(text);
        if (length == null) return null;
        // Nobody means nanoseconds, and they are in every message about it.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return ago || !fromNow && direction == Direction.PAST ? now.minus(length) : now.plus(length);
    }

    private Instant timeOfDay(String text, Direction direction) {
        LocalTime time = timeOfDay(text);
        Instant today = at(today(), time);
        boolean passed = !today.isAfter(clock.instant());
        if (direction == Direction.FUTURE) return passed ? at(today().plusDays(1), time) : today;
        return passed ? today : at(today().minusDays(1), time);
    }

    /** Null if the word is no day. */
    private Instant day(String word, LocalTime time, Direction direction) {
        switch (word) {
            case "today":
                return toCome(word, at(today(), time), direction);
            case "tomorrow":
                return at(today().plusDays(1), time);
            case "yesterday":
                return toCome(word, at(today().minusDays(1), time), direction);
            default:
                DayOfWeek wanted = weekday(word);
                return wanted == null ? null : weekday(wanted, time, direction);
        }
    }

    /** Who says today means no time that has passed, other than a script that repeats what it said before. */
    private Instant toCome(String word, Instant time, Direction direction) {
        if (direction == Direction.PAST || time.isAfter(clock.instant())) return time;
        throw new IllegalArgumentException(
                "that time of " + word + " has passed in the zone " + clock.getZone() + ", want a time to come");
    }

    private Instant weekday(DayOfWeek wanted, LocalTime time, Direction direction) {
        int ahead = Math.floorMod(wanted.getValue() - today().getDayOfWeek().getValue(), 7);
        LocalDate day = today().plusDays(ahead);
        boolean passed = !at(day, time).isAfter(clock.instant());
        if (direction == Direction.FUTURE) return at(passed ? day.plusDays(7) : day, time);
        return at(passed ? day : day.minusDays(7), time);
    }

    /** By its English name, or the first three letters of it. */
    private static DayOfWeek weekday(String word) {
        for (DayOfWeek day : DayOfWeek.values()) {
            String name = day.name().toLowerCase(Locale.ROOT);
            if (word.equals(name) || word.equals(name.substring(0, 3))) return day;
        }
        return null;
    }

    /** @param text hours and minutes, and perhaps seconds; null for the beginning of the day */
    private static LocalTime timeOfDay(String text) {
        if (text == null) return LocalTime.MIDNIGHT;
        Matcher time = CLOCK_TIME.matcher(text);
        if (!time.matches()) throw new DateTimeException("'" + text + "' is no time of day");
        int seconds = time.group(3) == null ? 0 : Integer.parseInt(time.group(3));
        return LocalTime.of(Integer.parseInt(time.group(1)), Integer.parseInt(time.group(2)), seconds);
    }

    private LocalDate today() {
        return LocalDate.now(clock);
    }

    private Instant at(LocalDate day, LocalTime time) {
        ZoneId zone = clock.getZone();
        return LocalDateTime.of(day, time).atZone(zone).toInstant();
    }
}
