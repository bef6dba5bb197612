/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.cron;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.gridbatch.api.InvalidRequestException;

/**
 * The times of a cron expression in a time zone.
 *
 * <p>The library is only asked about local times without a zone; what happens where a zone leaves an hour out or repeats
 * one is decided here. With fixed hours each local time fires once: one that does not exist at the end of the gap, one
 * that comes twice the first time. With {@code *} in the hour the expression follows the time that passes: nothing for
 * what did not exist, and both for what comes twice.
 */
public final class Cron {
    /** There is no such time. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final Map<String, String> MACROS = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");
    private static final List<String> FIELDS = List.of("minute", "hour", "day of month", "month", "day of week");
    private static final List<String> RANGES = List.of(
            "0 to 59", "0 to 23", "1 to 31", "1 to 12 or JAN to DEC", "0 to 7 or SUN to SAT, where 0 and 7 are Sunday");
    private static final LocalDateTime END = LocalDateTime.of(9999, 1, 1, 0, 0);
    /** More changes of a zone's offset than there are between two 29ths of February. */
    private static final int MOST_CHANGES = 64;

    private final ExecutionTime local;
    private final ZoneRules rules;
    private final boolean everyHour;

    private Cron(ExecutionTime local, ZoneRules rules, boolean everyHour) {
        this.local = local;
        this.rules = rules;
        this.everyHour = everyHour;
    }

    /** @throws InvalidRequestException if the expression or the zone is none; the message says what was wanted */
    public static Cron of(String expression, String zone) {
        String text = expression.strip();
        ZoneRules rules = rules(zone);
        String plain = text.startsWith("@") ? macro(text) : text;
        String[] fields = plain.split("\\s+");
        if (fields.length != FIELDS.size() || plain.isEmpty()) {
            throw new InvalidRequestException("the cron expression '" + text + "' has "
                    + (plain.isEmpty() ? 0 : fields.length) + " fields, want five: " + String.join(", ", FIELDS)
                    + "; or one of @hourly @daily @weekly @monthly @yearly");
        }
        for (int i = 0; i < fields.length; i++) check(text, fields, i);
        Cron cron = new Cron(local(String.join(" ", fields)), rules, fields[1].startsWith("*"));
        if (cron.nextLocal(LocalDateTime.of(2000, 1, 1, 0, 0)) == null) {
            throw new InvalidRequestException("the cron expression '" + text + "' never comes: day of month is '"
                    + fields[2] + "' and month is '" + fields[3] + "', want a day that there is");
        }
        return cron;
    }

    private static ZoneRules rules(String zone) {
        try {
            return ZoneId.of(zone).getRules();
        } catch (DateTimeException e) {
            throw new InvalidRequestException(
                    "the zone is '" + zone + "', want one such as Europe/Zurich, UTC or +02:00");
        }
    }

    private static String macro(String text) {
        String plain = MACROS.get(text.toLowerCase(Locale.ROOT));
        if (plain == null) {
            throw new InvalidRequestException(
                    "the cron macro is '" + text + "', want one of @hourly @daily @weekly @monthly @yearly");
        }
        return plain;
    }

    /** The library does not say in which field a mistake is: so each field is tried alone. */
    private static void check(String text, String[] fields, int field) {
        String[] alone = {"*", "*", "*", "*", "*"};
        alone[field] = fields[field];
        try {
            local(String.join(" ", alone));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("the " + FIELDS.get(field) + " of the cron expression '" + text + "' is '"
                    + fields[field] + "', want * or numbers " + RANGES.get(field)
                    + ", also as 1,2 or 1-5 or */5 or 1-5/2");
        }
    }

    private static ExecutionTime local(String fields) {
        // Parsers are not said to be thread-safe.
        CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        return ExecutionTime.forCron(parser.parse(fields));
    }

    /** The first time after an instant; {@link #NEVER} if there is none. */
    public long next(long afterMillis) {
        Instant after = Instant.ofEpochMilli(afterMillis);
        Instant next = everyHour ? nextAsTimePasses(after) : nextByTheClock(after);
        return next == null ? NEVER : next.toEpochMilli();
    }

    /** The next times after an instant. */
    public List<Instant> next(Instant after, int most) {
        List<Instant> all = new ArrayList<>();
        long at = after.toEpochMilli();
        while (all.size() < most && (at = next(at)) != NEVER) all.add(Instant.ofEpochMilli(at));
        return all;
    }

    /**
     * The last times of a period, oldest first.
     *
     * @param fromMillis the first instant of the period, which is one of the times
     * @param toMillis the last instant of the period
     */
    public List<Long> last(long fromMillis, long toMillis, int most) {
        // Looks at longer and longer ends of the period, so that years of minutes are not gone through.
        long window = 60_000L * most;
        while (true) {
            long start = toMillis - window <= fromMillis ? fromMillis - 1 : toMillis - window;
            Deque<Long> found = new ArrayDeque<>();
            for (long at = next(start); at <= toMillis; at = next(at)) {
                if (found.size() == most) found.removeFirst();
                found.addLast(at);
            }
            if (start < fromMillis || found.size() == most) return List.copyOf(found);
            window *= 4;
        }
    }

    private Instant nextByTheClock(Instant after) {
        LocalDateTime at = LocalDateTime.ofInstant(after, rules.getOffset(after));
        for (at = nextLocal(at); at != null; at = nextLocal(at)) {
            ZoneOffsetTransition change = rules.getTransition(at);
            Instant instant;
            if (change == null) instant = at.toInstant(rules.getOffset(at));
            else if (change.isGap()) instant = change.getInstant();
            else instant = at.toInstant(change.getOffsetBefore());
            // In the second of two equal hours the local times come again, and so they do at the end of a gap.
            if (instant.isAfter(after)) return instant;
        }
        return null;
    }

    private Instant nextAsTimePasses(Instant after) {
        Instant from = after;
        LocalDateTime at = LocalDateTime.ofInstant(from, rules.getOffset(from));
        for (int i = 0; i < MOST_CHANGES; i++) {
            LocalDateTime next = nextLocal(at);
            if (next == null) return null;
            Instant instant = next.toInstant(rules.getOffset(from));
            ZoneOffsetTransition change = rules.nextTransition(from);
            if (change == null || instant.isBefore(change.getInstant())) return instant;
            from = change.getInstant();
            at = change.getDateTimeAfter().minusSeconds(1);
        }
        return null;
    }

    private LocalDateTime nextLocal(LocalDateTime after) {
        Optional<ZonedDateTime> next = local.nextExecution(after.atZone(ZoneOffset.UTC));
        return next.map(ZonedDateTime::toLocalDateTime).filter(END::isAfter).orElse(null);
    }
}
