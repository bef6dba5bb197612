/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

/**
 * What keeps an available job from starting now.
 *
 * @param subject the queue, key or job that it is about
 * @param untilMillis when it is gone for sure; {@link Long#MAX_VALUE} if no time says so
 */
public record Barrier(Kind kind, String subject, long untilMillis) {
    /** What it is. */
    public enum Kind {
        /** An operator has paused the queue. */
        PAUSED,
        /** As many jobs of the queue are executing as may. */
        QUEUE_LIMIT,
        /** The queue has started as many jobs as it may in this time. */
        QUEUE_RATE,
        /** As many jobs with the limit key are executing as may. */
        KEY_LIMIT,
        /** As many jobs with the limit key were started as may be in this time. */
        KEY_RATE,
        /** The array is not sealed, waits, is being ended, or its canary goes first; the subject says it in words. */
        ARRAY,
        /** An operator has paused the array; the subject says it in words. */
        ARRAY_PAUSED,
        /** As many items of the array are executing as may; the subject says it in words. */
        ARRAY_THROTTLE,
        /** Another job with the exclusive key is executing. */
        EXCLUSIVE,
        /** The worker of a job with the exclusive key was lost, and may still be running it. */
        GRACE
    }

    /** Whether it holds for all jobs of the queue and limit key, and not for those of one exclusive key alone. */
    public boolean isGeneral() {
        return kind != Kind.EXCLUSIVE && kind != Kind.GRACE;
    }
}
