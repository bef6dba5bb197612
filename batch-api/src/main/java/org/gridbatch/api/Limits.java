/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.time.Duration;

/** The bounds that hold for every grid; a server may be configured to tighter ones where its documentation says so. */
public final class Limits {
    /** Characters in a job id, and in the names of queues, workers, tags and the like. */
    public static final int NAME = 128;
    /** Characters in free text: a job's name, a tag's value, a reason, one argument. */
    public static final int TEXT = 4_096;
    /** Characters in the name of who does something, {@code user@node}. */
    public static final int BY = 256;
    /** Characters in a script, whatever the server is configured to; its default cap is 1 MiB of UTF-8. */
    public static final int SCRIPT = 4 << 20;
    /** Jobs in one {@link JobQueue#submit}, ids in one change, leases in one heartbeat, reports in one call. */
    public static final int BULK = 1_000;
    /** Items of one array. */
    public static final int ITEMS = 1_000_000;
    /** Characters in one item. */
    public static final int ITEM = 1_024;
    /** Items in one call. */
    public static final int ITEMS_OF_CALL = 20_000;
    /** Characters of all items in one call. */
    public static final int CHARS_OF_CALL = 2 << 20;
    /** Characters in the id of an array. */
    public static final int ARRAY_ID = NAME - 8;
    /** Arguments of one job. */
    public static final int ARGS = 256;
    /** Tags of one job, labels of one worker. */
    public static final int TAGS = 64;
    /** Commands in one worker's ad. */
    public static final int COMMANDS = 4_096;
    /** Jobs that one job may wait for. */
    public static final int DEPENDENCIES = 64;
    /** The priority of a job lies between minus this and this. */
    public static final int PRIORITY = 100;
    /** Attempts of one job. */
    public static final int ATTEMPTS = 1_000;
    /** Characters kept of an error or a result. */
    public static final int RESULT = 16_384;
    /** Characters kept of each of head and tail of an output stream. */
    public static final int OUTPUT = 32_768;
    /** Characters of a job's progress text, and of the value of one of its notes. */
    public static final int LIVE_TEXT = 300;
    /** Notes of one executing job. */
    public static final int NOTES = 16;
    /** Characters of progress, notes and output in one heartbeat, of all its jobs together. */
    public static final int LIVE = 65_536;
    /** Slots of one worker. */
    public static final int SLOTS = 256;
    /** Longest delay, back-off or time-out of a job. */
    public static final Duration DELAY = Duration.ofDays(366);
    /** Longest wait of one call; who wants to wait longer calls again. */
    public static final Duration WAIT = Duration.ofSeconds(60);

    private Limits() {}
}
