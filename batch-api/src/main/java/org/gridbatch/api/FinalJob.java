/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * A job that has become final.
 *
 * @param position its place in the order in which jobs become final, see {@link FinalJobs}
 * @param view the job as it is
 */
public record FinalJob(String position, JobView view) implements Serializable {
    public FinalJob {
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(view, "view");
    }
}
