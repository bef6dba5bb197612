/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;

/**
 * What an operator has set for one queue.
 *
 * @param queue its name
 * @param paused whether its jobs wait whatever happens; those that are executing go on
 * @param order its class: jobs of a queue with a higher number go before those of all queues with a lower one; -100 to
 *     100
 * @param limit how many of its jobs may run
 * @param maxAttempts for jobs that do not say; 0 means {@link JobSpec#DEFAULT_MAX_ATTEMPTS}
 * @param backoff for jobs that do not say; {@link Backoff#DEFAULT} unless set
 * @param timeout for jobs that do not say; zero means no limit
 */
public record QueueSettings(
        String queue, boolean paused, int order, Limit limit, int maxAttempts, Backoff backoff, Duration timeout)
        implements Serializable {
    /** The order lies between minus this and this. */
    static final int ORDER = 100;

    public QueueSettings {
        queue = Check.name("queue", queue, Limits.NAME);
        order = Check.range("queue order", order, -ORDER, ORDER);
        limit = limit == null ? Limit.NONE : limit;
        maxAttempts = maxAttempts == 0
                ? JobSpec.DEFAULT_MAX_ATTEMPTS
                : Check.range("max attempts", maxAttempts, 1, Limits.ATTEMPTS);
        backoff = backoff == null ? Backoff.DEFAULT : backoff;
        timeout = Check.range("timeout", timeout, Duration.ZERO, Limits.DELAY);
    }

    /** A queue that nobody has set anything for. */
    public static QueueSettings of(String queue) {
        return new QueueSettings(queue, false, 0, Limit.NONE, 0, Backoff.DEFAULT, Duration.ZERO);
    }

    public QueueSettings withPaused(boolean value) {
        return new QueueSettings(queue, value, order, limit, maxAttempts, backoff, timeout);
    }
}
