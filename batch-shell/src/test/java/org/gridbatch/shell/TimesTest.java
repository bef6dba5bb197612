/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.Test;

public class TimesTest {
    private static final ZoneId ZURICH = ZoneId.of("Europe/Zurich");

    /** A Thursday, seven in the evening in Zurich. */
    private final Times thursday = at("2030-01-31T18:00:00Z");

    private static Times at(String now) {
        return new Times(Clock.fixed(Instant.parse(now), ZURICH));
    }

    private static void assertFuture(String want, Times times, String text) {
        assertEquals(text, Instant.parse(want), times.future(text));
    }

    private static void assertPast(String want, Times times, String text) {
        assertEquals(text, Instant.parse(want), times.past(text));
    }

    @Test
    public void whatHasAZoneIsTakenAsItIs() {
        assertFuture("2030-02-01T03:00:00Z", thursday, "2030-02-01T03:00:00Z");
        assertFuture("2030-02-01T02:00:00Z", thursday, "2030-02-01T03:00+01:00");
        assertFuture("2020-02-01T03:00:00Z", thursday, "2020-02-01T03:00:00Z");
    }

    @Test
    public void whatHasNoneIsInTheZoneOfTheClock() {
        assertFuture("2030-02-01T02:00:00Z", thursday, "2030-02-01T03:00");
        assertFuture("2030-02-01T02:00:05Z", thursday, "2030-02-01 03:00:05");
        assertFuture("2030-01-31T23:00:00Z", thursday, "2030-02-01");
    }

    @Test
    public void aTimeOfDayIsTheNextOneOrTheLast() {
        assertFuture("2030-02-01T02:00:00Z", thursday, "03:00");
        assertFuture("2030-01-31T19:30:00Z", thursday, "20:30");
        assertFuture("2030-02-01T18:00:00Z", thursday, "19:00");
        assertPast("2030-01-31T02:00:00Z", thursday, "3:00");
        assertPast("2030-01-30T19:30:00Z", thursday, "20:30");
        assertPast("2030-01-31T18:00:00Z", thursday, "19:00");
    }

    @Test
    public void daysHaveNames() {
        assertFuture("2030-02-01T02:00:00Z", thursday, "tomorrow 03:00");
        assertFuture("2030-02-01T02:00:00Z", thursday, "Tomorrow at 3:00");
        assertFuture("2030-01-31T23:00:00Z", thursday, "tomorrow");
        assertFuture("2030-01-31T19:30:00Z", thursday, "today 20:30");
        assertPast("2030-01-31T17:30:00Z", thursday, "today 18:30");
        assertPast("2030-01-30T23:00:00Z", thursday, "today");
        assertPast("2030-01-30T17:30:00Z", thursday, "yesterday  18:30");
    }

    @Test
    public void aWeekdayIsTheNextOneOrTheLast() {
        assertFuture("2030-02-01T17:30:00Z", thursday, "friday 18:30");
        assertFuture("2030-02-03T23:00:00Z", thursday, "MON");
        assertFuture("2030-01-31T19:00:00Z", thursday, "thu 20:00");
        assertFuture("2030-02-07T17:00:00Z", thursday, "thursday 18:00");
        assertPast("2030-01-31T17:00:00Z", thursday, "thursday 18:00");
        assertPast("2030-01-24T19:00:00Z", thursday, "thu 20:00");
        assertPast("2030-01-27T23:00:00Z", thursday, "monday");
    }

    @Test
    public void aLengthOfTimeIsFromNowOnOrAgo() {
        assertFuture("2030-01-31T18:01:30Z", thursday, "90s");
        assertFuture("2030-01-31T18:05:00Z", thursday, "+5m");
        assertFuture("2030-01-31T20:00:00Z", thursday, "in 2h");
        assertFuture("2030-02-01T18:00:00Z", thursday, "1d");
        assertFuture("2030-01-31T18:05:00Z", thursday, "PT5M");
        assertFuture("2030-01-31T18:00:00Z", thursday, "now");
        assertPast("2030-01-31T16:00:00Z", thursday, "2h");
        assertPast("2030-01-31T16:00:00Z", thursday, "2h ago");
        assertPast("2030-01-31T16:00:00Z", thursday, "-2h");
        assertPast("2030-01-31T20:00:00Z", thursday, "in 2h");
    }

    @Test
    public void aDayIsAsLongAsItIsWhenClocksChange() {
        // Clocks go from 02:00 to 03:00 on 31 March, and from 03:00 back to 02:00 on 27 October.
        Times spring = at("2030-03-30T20:00:00Z");
        assertFuture("2030-03-31T00:59:00Z", spring, "tomorrow 01:59");
        assertFuture("2030-03-31T01:30:00Z", spring, "tomorrow 02:30");
        assertFuture("2030-03-31T01:00:00Z", spring, "03:00");
        assertFuture("2030-03-31T16:30:00Z", spring, "sunday 18:30");
        assertFuture("2030-03-31T20:00:00Z", spring, "1d");
        Times autumn = at("2030-10-26T20:00:00Z");
        assertFuture("2030-10-27T00:30:00Z", autumn, "tomorrow 02:30");
        assertFuture("2030-10-27T02:00:00Z", autumn, "tomorrow 03:00");
        assertEquals(Duration.ofHours(26), autumn.until("sunday 23:00"));
    }

    @Test
    public void untilIsTheLengthThatIsLeft() {
        assertEquals(Duration.ofMinutes(5), thursday.until("5m"));
        assertEquals(Duration.ofHours(8), thursday.until("tomorrow 03:00"));
        assertEquals(Duration.ofMinutes(5), Times.lengthFromNow("in 5m"));
        assertNull(Times.lengthFromNow("03:00"));
        assertThat(refused("2030-01-31T17:00:00Z"), containsString("has passed"));
    }

    @Test
    public void whatIsNoTimeSaysWhichZoneHolds() {
        for (String text : new String[] {"", "noon", "tomorow 03:00", "25:00", "friday 3", "2030-13-01", "5 m", "in"}) {
            String refused = refused(text);
            assertThat(refused, containsString("'" + text + "' is no time, want one like 2030-01-31T18:00:00Z"));
            assertThat(refused, containsString("in the zone Europe/Zurich"));
        }
        assertEquals(
                "that time of today has passed in the zone Europe/Zurich, want a time to come", refused("today 18:30"));
    }

    private String refused(String text) {
        return assertThrows(IllegalArgumentException.class, () -> thursday.until(text))
                .getMessage();
    }
}
