/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * Whether a worker could run a job.
 *
 * @param worker its name
 * @param fit for scripts
 * @param missing the commands that the job needs and the worker does not offer
 * @param reasons for people: all that keeps the job from it now; empty if nothing does
 */
public record WorkerFit(String worker, Fit fit, List<String> missing, List<String> reasons) implements Serializable {
    public WorkerFit {
        Objects.requireNonNull(worker, "worker");
        Objects.requireNonNull(fit, "fit");
        missing = missing == null ? List.of() : List.copyOf(missing);
        reasons = reasons == null ? List.of() : List.copyOf(reasons);
    }

    /** When it could run it. */
    public enum Fit {
        /** Now: it has a free slot. */
        NOW,
        /** When one of its slots becomes free. */
        BUSY,
        /** Not as the job and the worker are now. */
        NO
    }
}
