/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * A worker asks for jobs. It has one claim open at a time, and repeats it with the same id until it is answered: the
 * repeat is answered with the same leases.
 *
 * @param worker the worker's name, unique in the grid
 * @param incarnation made anew with every start of the worker
 * @param claimId chosen by the worker, growing by one with every new claim of an incarnation
 * @param queues only jobs of these; empty means of all
 * @param accepts an LDAP filter over the job: its fields {@code id}, {@code queue}, {@code tenant}, {@code name},
 *     {@code priority}, {@code exclusiveKey}, {@code limitKey} and {@code needs}, and its tags by their names; empty means
 *     all. It is asked for one job after the other, so it costs more than {@code queues}
 * @param jobId only this job, for taking one by hand; empty means any
 * @param slots most leases to grant; 1 to 256
 * @param totalSlots how many scripts the worker runs at once, for people
 * @param ad the version of the {@link Ad} that holds, which the server must know; 0 means none, for taking a job by
 *     hand: then {@link Placement} is not looked at
 * @param maxWait zero to 60 seconds; how long the server may wait for a job
 */
public record ClaimRequest(
        String worker,
        String incarnation,
        long claimId,
        List<String> queues,
        String accepts,
        String jobId,
        int slots,
        int totalSlots,
        long ad,
        Duration maxWait)
        implements Serializable {
    public ClaimRequest {
        worker = Check.name("worker", worker, Limits.NAME);
        incarnation = Check.name("incarnation", incarnation, Limits.NAME);
        queues = Check.list("queues", queues, Limits.TAGS);
        queues.forEach(queue -> Check.name("queue", queue, Limits.NAME));
        accepts = Check.text("accepts", accepts, Limits.TEXT).strip();
        jobId = Check.optionalName("job id", jobId, Limits.NAME);
        slots = Check.range("slots", slots, 1, Limits.SLOTS);
        totalSlots = Check.range("total slots", totalSlots, slots, Limits.SLOTS);
        maxWait = Check.range("max wait", maxWait, Duration.ZERO, Limits.WAIT);
    }

    /** The same claim for another number of jobs. */
    public ClaimRequest withSlots(int number) {
        return new ClaimRequest(worker, incarnation, claimId, queues, accepts, jobId, number, totalSlots, ad, maxWait);
    }
}
