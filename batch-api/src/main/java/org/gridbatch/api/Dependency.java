/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * A job that must be final before another one may run.
 *
 * @param jobId the job to wait for; the queue must know it
 * @param when which ends of it are good enough
 * @param otherwise what becomes of the waiting job when its end is not
 */
public record Dependency(String jobId, When when, Otherwise otherwise) implements Serializable {
    /** The ends of a job that let the waiting one go on. */
    public enum When {
        /** It completed. */
        COMPLETED,
        /** It is final, however it ended. */
        FINAL
    }

    /** What becomes of a job when one that it waits for ended badly. */
    public enum Otherwise {
        /** It is cancelled, and so are those that wait for it in the same way. */
        CANCEL,
        /** It stays blocked: a retry of the other job takes that one's place, a retry of this one ends the wait. */
        HOLD
    }

    public Dependency {
        jobId = Check.name("dependency", jobId, Limits.NAME);
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(otherwise, "otherwise");
    }

    /** Wait until that job completed; be cancelled if it ends in another way. */
    public static Dependency completed(String jobId) {
        return new Dependency(jobId, When.COMPLETED, Otherwise.CANCEL);
    }

    /** Wait until that job is final, however it ended. */
    public static Dependency ended(String jobId) {
        return new Dependency(jobId, When.FINAL, Otherwise.CANCEL);
    }
}
