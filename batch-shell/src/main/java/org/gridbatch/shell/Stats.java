/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.JobState;

/**
 * What a grid does, in numbers.
 *
 * @param grid its id
 * @param term the term of its server
 * @param problem what is wrong with the server; empty if nothing is
 * @param counts the jobs in memory by state
 * @param workers how many workers there are
 * @param slots how many scripts they run at once
 * @param busySlots how many they run now
 * @param history whether it can be read; without it there are no rates
 * @param rateOver over how long the rates are
 * @param endedPerMinute jobs and items that became final
 * @param failedPerMinute those of them that did not complete
 * @param queues by name
 * @param tenants by name, of the jobs that were looked at
 * @param looked of how many jobs that are not final, the oldest, tenants and waiting times are
 * @param partial whether there were more
 */
public record Stats(
        String grid,
        long term,
        String problem,
        Map<JobState, Long> counts,
        int workers,
        int slots,
        int busySlots,
        boolean history,
        Duration rateOver,
        double endedPerMinute,
        double failedPerMinute,
        List<QueueStats> queues,
        List<TenantStats> tenants,
        int looked,
        boolean partial) {
    /**
     * One queue.
     *
     * @param oldestWaiting how long its oldest available job has been waiting; null if none is, or that is not known
     */
    public record QueueStats(
            String queue,
            boolean paused,
            Map<JobState, Long> counts,
            double endedPerMinute,
            double failedPerMinute,
            Duration oldestWaiting) {}

    /**
     * One tenant.
     *
     * @param waiting its jobs and items that are not final and do not execute
     * @param executing those that execute
     */
    public record TenantStats(
            String tenant, long waiting, long executing, double endedPerMinute, double failedPerMinute) {}
}
