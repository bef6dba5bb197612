/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** The queue holds as much as it may; nothing happened, repeat when there is room. */
public final class QueueLimitException extends BatchException {
    private static final long serialVersionUID = 1;

    private final String queue;

    public QueueLimitException(String message, String queue) {
        super(message);
        this.queue = queue;
    }

    public String queue() {
        return queue;
    }
}
