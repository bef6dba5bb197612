/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import org.gridbatch.api.AuditRecord;
import org.gridbatch.api.JobView;

/** Ends a page early whose rows say so much that it would not fit a message of the transport. */
public final class PageSize {
    /** A character takes up to three bytes, and a message has eight MiB. */
    private static final int MOST_CHARS = 1 << 20;

    private long chars;

    public void add(JobView job) {
        chars +=
                500L + job.name().length() + job.error().length() + job.result().length();
        job.tags().forEach((key, value) -> chars += key.length() + value.length());
    }

    public void add(AuditRecord one) {
        chars +=
                100L + one.by().length() + one.subject().length() + one.detail().length();
    }

    /** A page of one row never is. */
    public boolean isFull() {
        return chars >= MOST_CHARS;
    }
}
