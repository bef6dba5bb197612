/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * Which jobs {@link JobQueue#find} returns; an empty field selects all.
 *
 * @param jobIds only these
 * @param queue only of this queue
 * @param states only in one of these states
 * @param name only with this name
 * @param tag only with this tag, {@code key=value}
 * @param by only those that this one submitted, {@code user@node}
 * @param array only the items of this array, of those that are in memory
 * @param items whether items of arrays are found as well, those that a worker has had or an operator has changed
 * @param newestFirst the order: by acceptance, newest or oldest first
 * @param limit most rows of a page; 1 to 1,000, 0 means 100
 * @param after {@link JobPage#next()} of the page before; empty for the first
 */
public record JobQuery(
        List<String> jobIds,
        String queue,
        Set<JobState> states,
        String name,
        String tag,
        String by,
        String array,
        boolean items,
        boolean newestFirst,
        int limit,
        String after)
        implements Serializable {
    /** The first 100 jobs of all, oldest first. */
    public static final JobQuery ALL = new JobQuery(List.of(), "", Set.of(), "", "", "", "", false, false, 100, "");

    public JobQuery {
        jobIds = Check.list("job ids", jobIds, Limits.BULK);
        queue = Check.optionalName("queue", queue, Limits.NAME);
        states = states == null ? Set.of() : Set.copyOf(states);
        name = Check.text("name", name, Limits.TEXT);
        tag = Check.text("tag", tag, Limits.TEXT);
        if (!tag.isEmpty() && tag.indexOf('=') < 1) {
            throw new InvalidRequestException("tag is '" + tag + "', want key=value");
        }
        by = Check.text("by", by, Limits.BY);
        array = Check.optionalName("array", array, Limits.NAME);
        limit = limit == 0 ? 100 : Check.range("limit", limit, 1, Limits.BULK);
        after = Check.text("after", after, Limits.NAME);
    }

    public JobQuery withJobIds(List<String> value) {
        return new JobQuery(value, queue, states, name, tag, by, array, items, newestFirst, limit, after);
    }

    public JobQuery withQueue(String value) {
        return new JobQuery(jobIds, value, states, name, tag, by, array, items, newestFirst, limit, after);
    }

    public JobQuery withStates(Set<JobState> value) {
        return new JobQuery(jobIds, queue, value, name, tag, by, array, items, newestFirst, limit, after);
    }

    public JobQuery withName(String value) {
        return new JobQuery(jobIds, queue, states, value, tag, by, array, items, newestFirst, limit, after);
    }

    public JobQuery withTag(String value) {
        return new JobQuery(jobIds, queue, states, name, value, by, array, items, newestFirst, limit, after);
    }

    public JobQuery withBy(String value) {
        return new JobQuery(jobIds, queue, states, name, tag, value, array, items, newestFirst, limit, after);
    }

    public JobQuery withArray(String value) {
        return new JobQuery(jobIds, queue, states, name, tag, by, value, items, newestFirst, limit, after);
    }

    public JobQuery withItems(boolean value) {
        return new JobQuery(jobIds, queue, states, name, tag, by, array, value, newestFirst, limit, after);
    }

    public JobQuery withNewestFirst(boolean value) {
        return new JobQuery(jobIds, queue, states, name, tag, by, array, items, value, limit, after);
    }

    public JobQuery withLimit(int value) {
        return new JobQuery(jobIds, queue, states, name, tag, by, array, items, newestFirst, value, after);
    }

    public JobQuery withAfter(String value) {
        return new JobQuery(jobIds, queue, states, name, tag, by, array, items, newestFirst, limit, value);
    }
}
