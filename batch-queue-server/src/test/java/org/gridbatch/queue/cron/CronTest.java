/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.cron;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.gridbatch.api.InvalidRequestException;
import org.junit.Test;

/** What times an expression means. */
public class CronTest {
    private static final String ZURICH = "Europe/Zurich";

    @Test
    public void theFiveFieldsMeanWhatTheyMeanInCron() {
        isNext("*/15 * * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z");
        isNext("30 3 * * *", "UTC", "2026-01-01T03:30:00Z", "2026-01-02T03:30:00Z");
        isNext("0 9-17/4 * * MON-FRI", "UTC", "2026-01-02T17:00:00Z", "2026-01-05T09:00:00Z", "2026-01-05T13:00:00Z");
        isNext("0 0 1,15 * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z");
        isNext("0 0 * * 7", "UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
        isNext("0 0 29 FEB *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z");
        isNext("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z");
    }

    @Test
    public void aDayOfTheMonthOrOneOfTheWeekIsEnough() {
        isNext(
                "0 0 13 * 5",
                "UTC",
                "2026-01-01T00:00:00Z",
                "2026-01-02T00:00:00Z",
                "2026-01-09T00:00:00Z",
                "2026-01-13T00:00:00Z",
                "2026-01-16T00:00:00Z");
    }

    @Test
    public void macrosStandForExpressions() {
        isNext("@hourly", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
        isNext("@daily", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
        isNext("@weekly", "UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
        isNext("@monthly", "UTC", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        isNext("@Yearly", "UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    }

    @Test
    public void anExpressionIsReadInItsZone() {
        isNext("0 8 * * *", ZURICH, "2026-01-01T12:00:00Z", "2026-01-02T07:00:00Z");
        isNext("0 8 * * *", ZURICH, "2026-07-01T12:00:00Z", "2026-07-02T06:00:00Z");
        isNext("0 8 * * *", "+05:30", "2026-07-01T12:00:00Z", "2026-07-02T02:30:00Z");
    }

    @Test
    public void aFixedTimeInTheGapFiresAtItsEndAndOnce() {
        // At 02:00 it becomes 03:00, which is 01:00 UTC.
        isNext("30 2 * * *", ZURICH, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
        isNext("*/15 2 * * *", ZURICH, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
        isNext("30 2,3 * * *", ZURICH, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z");
        isNext("0 2,3 * * *", ZURICH, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
    }

    @Test
    public void aFixedTimeThatComesTwiceFiresTheFirstTime() {
        // At 03:00 it becomes 02:00, which is 01:00 UTC.
        isNext("30 2 * * *", ZURICH, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        isNext("30 2 * * *", ZURICH, "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z");
        isNext("0 3 * * *", ZURICH, "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z");
    }

    @Test
    public void everyHourFollowsTheTimeThatPasses() {
        isNext("30 * * * *", ZURICH, "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z");
        isNext(
                "30 * * * *",
                ZURICH,
                "2026-10-24T23:45:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
                "2026-10-25T02:30:00Z");
        isNext("0 * * * *", ZURICH, "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z");
        isNext("0 * * * *", ZURICH, "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z");
        isNext("0 * 29 2 *", ZURICH, "2096-03-01T00:00:00Z", "2104-02-28T23:00:00Z");
        // Half an hour at a time: at 02:00 it becomes 01:30.
        isNext(
                "*/30 * * * *",
                "Australia/Lord_Howe",
                "2026-04-04T14:00:00Z",
                "2026-04-04T14:30:00Z",
                "2026-04-04T15:00:00Z",
                "2026-04-04T15:30:00Z");
    }

    @Test
    public void theTimesOfADayOfEveryMinuteOnlyGrow() {
        for (String expression : List.of("* * * * *", "* 2 * * *", "*/7 1-3 * * *", "*/7 */2 * * *")) {
            Cron cron = Cron.of(expression, ZURICH);
            for (String day : List.of("2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z")) {
                long at = Instant.parse(day).toEpochMilli();
                for (int i = 0; i < 200; i++) {
                    long next = cron.next(at);
                    assertTrue(expression, next > at);
                    at = next;
                }
            }
        }
    }

    @Test
    public void theLastTimesOfAPeriodAreFoundWithoutGoingThroughAll() {
        Cron minutes = Cron.of("* * * * *", "UTC");
        long to = Instant.parse("2026-01-01T00:00:30Z").toEpochMilli();
        long from = Instant.parse("2016-01-01T00:00:00Z").toEpochMilli();
        List<Long> last = minutes.last(from, to, 100);
        assertEquals(100, last.size());
        assertEquals(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli(), (long) last.get(99));
        assertEquals(Duration.ofMinutes(99).toMillis(), last.get(99) - last.get(0));
        assertEquals(List.of(from), Cron.of("0 0 1 1 *", "UTC").last(from, from + 1_000, 100));
        assertEquals(11, Cron.of("@yearly", "UTC").last(from, to, 100).size());
        assertEquals(List.of(to - 30_000), Cron.of("@yearly", "UTC").last(from, to, 1));
    }

    @Test
    public void aBadExpressionNamesTheFieldAndWhatWasWanted() {
        isRefused(
                "61 * * * *",
                "UTC",
                "the minute of the cron expression '61 * * * *' is '61', want * or numbers 0 to 59");
        isRefused("* 24 * * *", "UTC", "the hour of", "'24'", "0 to 23");
        isRefused("* * 0 * *", "UTC", "the day of month of", "'0'", "1 to 31");
        isRefused("* * * foo *", "UTC", "the month of", "'foo'", "1 to 12 or JAN to DEC");
        isRefused("* * * * 8", "UTC", "the day of week of", "'8'", "0 to 7");
        isRefused("*/0 * * * *", "UTC", "the minute of", "'*/0'");
        isRefused("5-1-2 * * * *", "UTC", "the minute of", "'5-1-2'");
        isRefused(", * * * *", "UTC", "the minute of", "','");
        isRefused("* * * *", "UTC", "has 4 fields, want five: minute, hour, day of month, month, day of week");
        isRefused("0 * * * * *", "UTC", "has 6 fields");
        isRefused("", "UTC", "has 0 fields");
        isRefused("@often", "UTC", "the cron macro is '@often', want one of @hourly");
        isRefused("0 0 31 2 *", "UTC", "never comes: day of month is '31' and month is '2'");
    }

    @Test
    public void aBadZoneIsNamed() {
        isRefused("* * * * *", "Europe/Zuerich", "the zone is 'Europe/Zuerich', want one such as Europe/Zurich");
        isRefused("* * * * *", "no zone", "the zone is 'no zone'");
    }

    private static void isNext(String expression, String zone, String after, String... expected) {
        List<Instant> next = Cron.of(expression, zone).next(Instant.parse(after), expected.length);
        assertEquals(List.of(expected), next.stream().map(Instant::toString).collect(Collectors.toList()));
    }

    private static void isRefused(String expression, String zone, String... parts) {
        String message = assertThrows(InvalidRequestException.class, () -> Cron.of(expression, zone))
                .getMessage();
        for (String part : parts) assertTrue(message, message.contains(part));
    }
}
