/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A worker as the queue-server knows it; volatile, so it is empty after a restart until the workers call again.
 *
 * @param worker its name
 * @param slots how many scripts it runs at once
 * @param jobIds what it runs now
 * @param queues which queues it serves; empty means all
 * @param accepts the filter over the jobs that it takes; empty means all
 * @param labels what it says about itself
 * @param commands how many commands it offers
 * @param drained whether an operator lets it have no more jobs
 * @param lastHeard how long ago it called
 */
public record WorkerView(
        String worker,
        int slots,
        List<String> jobIds,
        List<String> queues,
        String accepts,
        Map<String, String> labels,
        int commands,
        boolean drained,
        Duration lastHeard)
        implements Serializable {
    public WorkerView {
        jobIds = jobIds == null ? List.of() : List.copyOf(jobIds);
        queues = queues == null ? List.of() : List.copyOf(queues);
        accepts = accepts == null ? "" : accepts;
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        lastHeard = lastHeard == null ? Duration.ZERO : lastHeard;
    }
}
