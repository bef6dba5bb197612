/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;

/**
 * A schedule and what came of it.
 *
 * @param paused whether its times pass without a job
 * @param lastFiredAt the last time for which there was a job; {@link Instant#EPOCH} if there was none
 * @param skipped how many of its times passed without a job, because they were missed or overlapped; missed ones that
 *     passed together count once
 * @param next the next times, also of one that is paused
 * @param lastJobIds its last jobs, the newest first; those made by {@link Schedules#runNow} too
 */
public record ScheduleView(
        ScheduleSpec spec,
        boolean paused,
        Instant lastFiredAt,
        long skipped,
        List<Instant> next,
        List<String> lastJobIds)
        implements Serializable {
    public ScheduleView {
        lastFiredAt = lastFiredAt == null ? Instant.EPOCH : lastFiredAt;
        next = next == null ? List.of() : List.copyOf(next);
        lastJobIds = lastJobIds == null ? List.of() : List.copyOf(lastJobIds);
    }
}
