/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Instant;

/**
 * Which records {@link History#audit} returns; an empty field selects all.
 *
 * @param by only what this one did
 * @param action only this
 * @param subject only what was done to this
 * @param since only from this time on; {@link Instant#EPOCH} means all
 * @param until only before this time; {@link Instant#EPOCH} means all
 * @param limit most rows of a page; 1 to 1,000, 0 means 100
 * @param after {@link AuditPage#next()} of the page before; empty for the first
 */
public record AuditQuery(
        String by, String action, String subject, Instant since, Instant until, int limit, String after)
        implements Serializable {
    /** The last 100 records of all. */
    public static final AuditQuery ALL = new AuditQuery("", "", "", Instant.EPOCH, Instant.EPOCH, 100, "");

    public AuditQuery {
        by = Check.text("by", by, Limits.BY);
        action = Check.text("action", action, Limits.NAME);
        subject = Check.text("subject", subject, Limits.NAME);
        since = Check.time("since", since);
        until = Check.time("until", until);
        limit = limit == 0 ? 100 : Check.range("limit", limit, 1, Limits.BULK);
        after = Check.text("after", after, Limits.NAME);
    }

    public AuditQuery withBy(String value) {
        return new AuditQuery(value, action, subject, since, until, limit, after);
    }

    public AuditQuery withAction(String value) {
        return new AuditQuery(by, value, subject, since, until, limit, after);
    }

    public AuditQuery withSubject(String value) {
        return new AuditQuery(by, action, value, since, until, limit, after);
    }

    public AuditQuery withSince(Instant value) {
        return new AuditQuery(by, action, subject, value, until, limit, after);
    }

    public AuditQuery withUntil(Instant value) {
        return new AuditQuery(by, action, subject, since, value, limit, after);
    }

    public AuditQuery withLimit(int value) {
        return new AuditQuery(by, action, subject, since, until, value, after);
    }

    public AuditQuery withAfter(String value) {
        return new AuditQuery(by, action, subject, since, until, limit, value);
    }
}
