/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;

/**
 * Some of the jobs that became final, see {@link FinalJobs}.
 *
 * @param jobs in the order in which they became final; may be empty
 * @param next the position to go on at
 * @param missed whether jobs may have become final behind the position that was asked for, before the first of these,
 *     that are known no more: they have left memory and are not in the history, or the position is not one of this
 *     server's data
 */
public record FinalPage(List<FinalJob> jobs, String next, boolean missed) implements Serializable {
    public FinalPage {
        jobs = jobs == null ? List.of() : List.copyOf(jobs);
        next = next == null ? "" : next;
    }
}
