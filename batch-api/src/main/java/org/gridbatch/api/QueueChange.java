/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;

/**
 * What is to change of {@link QueueSettings}. What is null stays as it is.
 *
 * @param queue whose
 * @param reset whether order, attempts, back-off and timeout are taken back first; a limit and a pause are not
 * @param order its class
 * @param limit how many of its jobs may run
 * @param maxAttempts for jobs that do not say
 * @param backoff for jobs that do not say
 * @param timeout for jobs that do not say
 */
public record QueueChange(
        String queue,
        boolean reset,
        Integer order,
        LimitChange limit,
        Integer maxAttempts,
        Backoff backoff,
        Duration timeout)
        implements Serializable {
    /** @throws InvalidRequestException if a field is out of its bounds; the message names it */
    public QueueChange {
        queue = Check.name("queue", queue, Limits.NAME);
        if (order != null) Check.range("queue order", order, -QueueSettings.ORDER, QueueSettings.ORDER);
        limit = limit == null ? LimitChange.NOTHING : limit;
        if (maxAttempts != null) Check.range("max attempts", maxAttempts, 1, Limits.ATTEMPTS);
        if (timeout != null) Check.range("timeout", timeout, Duration.ZERO, Limits.DELAY);
    }

    /** Only of the limit. */
    public static QueueChange of(String queue, LimitChange limit) {
        return new QueueChange(queue, false, null, limit, null, null, null);
    }

    /** The settings after it. */
    public QueueSettings applyTo(QueueSettings now) {
        QueueSettings base = reset ? QueueSettings.of(queue) : now;
        return new QueueSettings(
                queue,
                now.paused(),
                order == null ? base.order() : order,
                limit.applyTo(now.limit()),
                maxAttempts == null ? base.maxAttempts() : maxAttempts,
                backoff == null ? base.backoff() : backoff,
                timeout == null ? base.timeout() : timeout);
    }
}
