/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * All there is to know of one job.
 *
 * @param view the short form
 * @param spec as submitted
 * @param attempts oldest first; only the last ones are kept of a job that had very many
 */
public record JobDetail(JobView view, JobSpec spec, List<AttemptView> attempts) implements Serializable {
    public JobDetail {
        Objects.requireNonNull(view, "view");
        Objects.requireNonNull(spec, "spec");
        attempts = attempts == null ? List.of() : List.copyOf(attempts);
    }
}
