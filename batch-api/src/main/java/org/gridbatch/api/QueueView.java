/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;

/**
 * A queue and how many jobs it has.
 *
 * @param settings what is set for it
 * @param counts its jobs by state; a state that is missing has none
 */
public record QueueView(QueueSettings settings, Map<JobState, Long> counts) implements Serializable {
    public QueueView {
        Objects.requireNonNull(settings, "settings");
        counts = counts == null ? Map.of() : Map.copyOf(counts);
    }
}
