/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Map;

/**
 * How far an array is.
 *
 * @param items how many it has, so far if it is not sealed; -1 if the job is no array
 * @param sealed whether it has all its items
 * @param paused whether an operator lets its items wait
 * @param throttle how many of them may execute at once; 0 means as many as workers take
 * @param canary how many run alone at first, and are not final yet; 0 if none are
 * @param states its items by state; a state that is missing has none
 */
public record ArrayView(
        int items, boolean sealed, boolean paused, int throttle, int canary, Map<JobState, Integer> states)
        implements Serializable {
    /** Of a job that is no array. */
    public static final ArrayView NONE = new ArrayView(-1, false, false, 0, 0, Map.of());

    public ArrayView {
        states = states == null ? Map.of() : Map.copyOf(states);
    }

    /** How many items are in a state. */
    public int count(JobState state) {
        return states.getOrDefault(state, 0);
    }

    /** How many items are final. */
    public int done() {
        return count(JobState.COMPLETED) + count(JobState.DISCARDED) + count(JobState.CANCELLED);
    }
}
