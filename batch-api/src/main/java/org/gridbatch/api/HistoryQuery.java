/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Instant;
import java.util.Set;

/**
 * Which jobs {@link History#find} returns; an empty field selects all.
 *
 * @param states only in one of these final states
 * @param queue only of this queue
 * @param tenant only of this tenant
 * @param name only with this name
 * @param tag only with this tag, {@code key=value}
 * @param by only those that this one submitted, {@code user@node}
 * @param array only the items of this array
 * @param items items of arrays as well; without it only the arrays themselves, unless {@code array} names one
 * @param since only those that became final at this time or later; {@link Instant#EPOCH} means all
 * @param until only those that became final before this time; {@link Instant#EPOCH} means all
 * @param text only with this text in the script, in what an attempt printed, or in its error, whatever the case of its
 *     letters. It reads every job that the other fields leave: give a queue or a time with it
 * @param limit most rows of a page; 1 to 1,000, 0 means 100
 * @param after {@link HistoryPage#next()} of the page before; empty for the first
 */
public record HistoryQuery(
        Set<JobState> states,
        String queue,
        String tenant,
        String name,
        String tag,
        String by,
        String array,
        boolean items,
        Instant since,
        Instant until,
        String text,
        int limit,
        String after)
        implements Serializable {
    /** The last 100 jobs of all, without items of arrays. */
    public static final HistoryQuery ALL =
            new HistoryQuery(Set.of(), "", "", "", "", "", "", false, Instant.EPOCH, Instant.EPOCH, "", 100, "");

    public HistoryQuery {
        states = states == null ? Set.of() : Set.copyOf(states);
        for (JobState state : states) {
            if (!state.isFinal()) {
                throw new InvalidRequestException("state is " + state + ", want final ones: only those are history");
            }
        }
        queue = Check.optionalName("queue", queue, Limits.NAME);
        tenant = Check.optionalName("tenant", tenant, Limits.NAME);
        name = Check.text("name", name, Limits.TEXT);
        tag = Check.text("tag", tag, Limits.TEXT + Limits.NAME + 1);
        if (!tag.isEmpty() && tag.indexOf('=') < 1) {
            throw new InvalidRequestException("tag is '" + tag + "', want key=value");
        }
        by = Check.text("by", by, Limits.BY);
        array = Check.optionalName("array", array, Limits.NAME);
        since = Check.time("since", since);
        until = Check.time("until", until);
        text = Check.text("text", text, Limits.TEXT);
        limit = limit == 0 ? 100 : Check.range("limit", limit, 1, Limits.BULK);
        after = Check.text("after", after, Limits.NAME);
    }

    public HistoryQuery withStates(Set<JobState> value) {
        return new HistoryQuery(value, queue, tenant, name, tag, by, array, items, since, until, text, limit, after);
    }

    public HistoryQuery withQueue(String value) {
        return new HistoryQuery(states, value, tenant, name, tag, by, array, items, since, until, text, limit, after);
    }

    public HistoryQuery withTenant(String value) {
        return new HistoryQuery(states, queue, value, name, tag, by, array, items, since, until, text, limit, after);
    }

    public HistoryQuery withName(String value) {
        return new HistoryQuery(states, queue, tenant, value, tag, by, array, items, since, until, text, limit, after);
    }

    public HistoryQuery withTag(String value) {
        return new HistoryQuery(states, queue, tenant, name, value, by, array, items, since, until, text, limit, after);
    }

    public HistoryQuery withBy(String value) {
        return new HistoryQuery(
                states, queue, tenant, name, tag, value, array, items, since, until, text, limit, after);
    }

    public HistoryQuery withArray(String value) {
        return new HistoryQuery(states, queue, tenant, name, tag, by, value, items, since, until, text, limit, after);
    }

    public HistoryQuery withItems(boolean value) {
        return new HistoryQuery(states, queue, tenant, name, tag, by, array, value, since, until, text, limit, after);
    }

    public HistoryQuery withSince(Instant value) {
        return new HistoryQuery(states, queue, tenant, name, tag, by, array, items, value, until, text, limit, after);
    }

    public HistoryQuery withUntil(Instant value) {
        return new HistoryQuery(states, queue, tenant, name, tag, by, array, items, since, value, text, limit, after);
    }

    public HistoryQuery withText(String value) {
        return new HistoryQuery(states, queue, tenant, name, tag, by, array, items, since, until, value, limit, after);
    }

    public HistoryQuery withLimit(int value) {
        return new HistoryQuery(states, queue, tenant, name, tag, by, array, items, since, until, text, value, after);
    }

    public HistoryQuery withAfter(String value) {
        return new HistoryQuery(states, queue, tenant, name, tag, by, array, items, since, until, text, limit, value);
    }
}
