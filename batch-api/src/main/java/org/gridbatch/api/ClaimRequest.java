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
 * A worker asks for jobs. It has one claim open at a time, and repeats it with the same id until it is answered: the
 * repeat is answered with the same leases.
 *
 * @param worker the worker's name, unique in the grid
 * @param incarnation made anew with every start of the worker
 * @param claimId chosen by the worker, growing by one with every new claim of an incarnation
 * @param queues only jobs of these; empty means of all
 * @param jobId only this job, for taking one by hand; empty means any
 * @param slots most leases to grant; 1 to 256
 * @param totalSlots how many scripts the worker runs at once, for people
 * @param labels what the worker says about itself, for people
 * @param maxWait zero to 60 seconds; how long the server may wait for a job
 */
public record ClaimRequest(
        String worker,
        String incarnation,
        long claimId,
        List<String> queues,
        String jobId,
        int slots,
        int totalSlots,
        Map<String, String> labels,
        Duration maxWait)
        implements Serializable {
    public ClaimRequest {
        worker = Check.name("worker", worker, Limits.NAME);
        incarnation = Check.name("incarnation", incarnation, Limits.NAME);
        queues = Check.list("queues", queues, Limits.TAGS);
        queues.forEach(queue -> Check.name("queue", queue, Limits.NAME));
        jobId = Check.optionalName("job id", jobId, Limits.NAME);
        slots = Check.range("slots", slots, 1, Limits.SLOTS);
        totalSlots = Check.range("total slots", totalSlots, slots, Limits.SLOTS);
        labels = Check.map("label", labels, Limits.TAGS);
        maxWait = Check.range("max wait", maxWait, Duration.ZERO, Limits.WAIT);
    }
}
