/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Instant;
import java.util.Objects;

/**
 * Somebody did something.
 *
 * @param time when, by the server's clock
 * @param by who, as the caller said: {@code user@node}, or a worker. Callers are trusted, so it is no proof
 * @param action what: {@code cancel}, {@code retry}, {@code snooze}, {@code configure}, {@code pause} and the like;
 *     {@code refused} for a report that came too late
 * @param subject to what: the id of a job, or the name of a queue, tenant, limit key, worker or schedule
 * @param detail what else there is to say: a reason, a time, the id of a new job
 */
public record AuditRecord(Instant time, String by, String action, String subject, String detail)
        implements Serializable {
    public AuditRecord {
        Objects.requireNonNull(time, "time");
        by = by == null ? "" : by;
        action = action == null ? "" : action;
        subject = subject == null ? "" : subject;
        detail = detail == null ? "" : detail;
    }
}
