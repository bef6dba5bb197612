/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.util.List;
import org.gridbatch.api.FinalJob;
import org.gridbatch.queue.core.Place;

/**
 * What is in memory of the final jobs behind a place.
 *
 * @param jobs in the order in which they became final
 * @param next where to go on
 * @param forgotten not null if the jobs from the place up to this one have left memory; then there are no jobs here
 * @param missed whether the place is one that this queue never had
 */
public record Finals(List<FinalJob> jobs, Place next, Place forgotten, boolean missed) {
    public Finals {
        jobs = List.copyOf(jobs);
    }
}
