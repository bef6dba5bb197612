/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * Why a job is not executing.
 *
 * @param kind for programs
 * @param text for people
 */
public record Reason(Kind kind, String text) implements Serializable {
    /** What it is. */
    public enum Kind {
        /** It is final. */
        FINAL,
        /** It is executing. */
        EXECUTING,
        /** Its time has not come. */
        TIME,
        /** It waits for other jobs. */
        JOBS,
        /** An operator has paused its queue. */
        PAUSED,
        /** A limit of its queue or limit key is reached. */
        LIMIT,
        /** A rate of its queue or limit key is used up for now. */
        RATE,
        /** Its array is not sealed, waits, is paused, has its throttle's number executing, or its canary first. */
        ARRAY,
        /** Another job with its exclusive key is executing, or may still be. */
        KEY,
        /** No worker is known. */
        NO_WORKER,
        /** No worker offers a command that it needs. */
        COMMAND,
        /** No worker meets what it requires. */
        REQUIRES,
        /** No worker that could run it takes jobs of its queue, or accepts it. */
        NOT_SERVED,
        /** The workers that could run it are drained. */
        DRAINED,
        /** The workers that could run it are busy. */
        BUSY,
        /** Queues of a higher class, or other tenants, get the next slots that could run it. */
        TURN,
        /** The history is behind, so no jobs are started. */
        HISTORY,
        /** Nothing keeps it: it is about to start. */
        NOTHING
    }

    public Reason {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(text, "text");
    }
}
