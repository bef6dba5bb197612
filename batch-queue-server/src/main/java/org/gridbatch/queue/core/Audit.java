/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

/**
 * Somebody changed something.
 *
 * @param number its place among all that goes to the archive
 * @param by who, as the caller said
 * @param action what was done, one word
 * @param subject to what: the id of a job, or the name of a queue and the like
 * @param detail what else there is to say
 */
public record Audit(long number, long timeMillis, String by, String action, String subject, String detail) {
    long weight() {
        return 300L + by.length() + subject.length() + detail.length();
    }
}
