/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Jobs that are submitted by the clock. Exported in one endpoint with {@link JobQueue}; calls can be repeated, stages
 * fail and threads behave as there. Each time of a schedule makes at most one job, whatever fails in between: its id
 * comes from the time, and the queue remembers which times have passed.
 *
 * <p>In the hour that a zone leaves out, a schedule with fixed hours fires at its end, once; one with {@code *} in the
 * hour does not miss it, since it did not happen. In the hour that a zone repeats, a schedule with fixed hours fires in
 * the first of the two, and one with {@code *} in the hour in both.
 *
 * <p>{@code by} is who wants it, for the audit trail, as in {@link JobQueue#cancel}.
 */
@ProviderType
public interface Schedules {
    /** Most firings of one schedule that are computed ahead. */
    int MAX_NEXT = 100;
    /** Most firings of each schedule of a list that are computed ahead. */
    int MAX_LISTED_NEXT = 3;

    /**
     * Sets a schedule, in place of one of the same name: that one's jobs and its last firing stay known, and whether it
     * is paused. The first job is that of the next time.
     *
     * @throws InvalidRequestException (in the stage) if the expression or the zone is none; the message names the field
     * @throws QueueLimitException (in the stage) if there are as many schedules as there may be
     */
    CompletionStage<Void> put(ScheduleSpec spec, String by);

    /** Removes a schedule; its jobs stay. Does nothing if there is none of that name. */
    CompletionStage<Void> remove(String name, String by);

    /**
     * Lets the times of a schedule pass, or lets it go on: then the times that passed are missed ones.
     *
     * @throws InvalidRequestException (in the stage) if there is no such schedule
     */
    CompletionStage<Void> pauseSchedule(String name, boolean paused, String by);

    /**
     * Submits a job of a schedule now, even of a paused one and while another of its jobs is not final.
     *
     * @param jobId chosen by the caller, so that the call can be repeated
     * @throws InvalidRequestException (in the stage) if there is no such schedule
     */
    CompletionStage<Submitted> runNow(String name, String jobId, String by);

    /**
     * The schedules, by name; fewer than asked for if their scripts are long, and none behind the last.
     *
     * @param after only those behind this name; empty for the first
     * @param most how many, 1 to {@link Limits#BULK}
     * @param next how many firings to compute ahead for each, 0 to {@link #MAX_LISTED_NEXT}
     */
    CompletionStage<List<ScheduleView>> list(String after, int most, int next);

    /**
     * One schedule.
     *
     * @throws InvalidRequestException (in the stage) if there is no such schedule
     */
    CompletionStage<ScheduleView> get(String name, int next);

    /**
     * The times at which an expression would fire.
     *
     * @param most how many, 1 to {@link #MAX_NEXT}
     * @throws InvalidRequestException (in the stage) if the expression or the zone is none
     */
    CompletionStage<List<Instant>> preview(String cron, String zone, int most);
}
