/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Map;

/**
 * The queue-server about itself.
 *
 * @param grid the grid's id, made with its data directory and never changed
 * @param term grows with every start of a server of this grid
 * @param counts how many jobs are in each state; states without jobs have 0
 * @param unarchived how many final jobs are not yet in the history; 0 if the grid keeps none
 * @param maxScriptBytes the configured cap on a script, in bytes of UTF-8
 * @param problem what is wrong with the server now, for people, such as a history that cannot be written; empty if
 *     nothing is
 */
public record GridStatus(
        String grid, long term, Map<JobState, Long> counts, int unarchived, int maxScriptBytes, String problem)
        implements Serializable {
    public GridStatus {
        counts = counts == null ? Map.of() : Map.copyOf(counts);
        problem = problem == null ? "" : problem;
    }
}
