/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The queue as operators see it: what is set for queues, tenants, limits and workers, and why a job waits. Exported in
 * one endpoint with {@link JobQueue}; calls can be repeated, stages fail and threads behave as there. What is set is on
 * disk when the stage completes, holds for jobs that wait already, and stays until it is set anew. {@code by} is who wants
 * it, kept in the {@link History}: {@code user@node}, see {@link org.gridbatch.api.client.GridClient#caller()}; empty if
 * that is not known.
 */
@ProviderType
public interface Operations {
    /** Every queue that has jobs or settings, by name. */
    CompletionStage<List<QueueView>> queues();

    /** Sets all that is to hold for a queue, in place of what was set before. */
    CompletionStage<Void> configure(QueueSettings settings, String by);

    /** As {@link #configure(QueueSettings, String)}, without saying who wants it. */
    default CompletionStage<Void> configure(QueueSettings settings) {
        return configure(settings, "");
    }

    /**
     * Changes some of what holds for a queue, and leaves the rest as it is at that moment, so that two who change
     * different things at once do not undo each other.
     *
     * @return what holds then
     */
    CompletionStage<QueueSettings> adjust(QueueChange change, String by);

    /**
     * As {@link #adjust}, for the limit of the jobs with a limit key.
     *
     * @return the limit then
     */
    CompletionStage<Limit> adjustLimit(String limitKey, LimitChange change, String by);

    /** Lets the jobs of a queue wait, or go on. Those that are executing go on. */
    CompletionStage<Void> pause(String queue, boolean paused, String by);

    /** As {@link #pause(String, boolean, String)}, without saying who wants it. */
    default CompletionStage<Void> pause(String queue, boolean paused) {
        return pause(queue, paused, "");
    }

    /** Lets the items of an array wait, or go on. Those that are executing go on. */
    CompletionStage<Void> pauseArray(String arrayId, boolean paused, String by);

    /**
     * Sets how many items of an array may execute at once.
     *
     * @param most 0 to 1,000,000; 0 means as many as workers take
     */
    CompletionStage<Void> throttleArray(String arrayId, int most, String by);

    /**
     * Sets how many turns a tenant gets while others get one.
     *
     * @param weight 1 to 1,000; 1 unless set
     */
    CompletionStage<Void> weigh(String tenant, int weight, String by);

    /** As {@link #weigh(String, int, String)}, without saying who wants it. */
    default CompletionStage<Void> weigh(String tenant, int weight) {
        return weigh(tenant, weight, "");
    }

    /** Sets how many of the jobs with a limit key may run; {@link Limit#NONE} takes it back. */
    CompletionStage<Void> restrict(String limitKey, Limit limit, String by);

    /** As {@link #restrict(String, Limit, String)}, without saying who wants it. */
    default CompletionStage<Void> restrict(String limitKey, Limit limit) {
        return restrict(limitKey, limit, "");
    }

    /** Lets a worker have no more jobs, or some again. What it has it finishes. */
    CompletionStage<Void> drain(String worker, boolean drained, String by);

    /** As {@link #drain(String, boolean, String)}, without saying who wants it. */
    default CompletionStage<Void> drain(String worker, boolean drained) {
        return drain(worker, drained, "");
    }

    /** What is set for tenants, limit keys and workers. */
    CompletionStage<OperatorRules> rules();

    /**
     * Why a job is not executing, the strongest reason first.
     *
     * @throws UnknownJobException (in the stage) if there is no such job, or it was pruned
     */
    CompletionStage<List<Reason>> why(String jobId);

    /**
     * Which of the workers that the server has heard of lately could run a job, by name. The job is not kept, and
     * limits, keys and other jobs are not looked at.
     */
    CompletionStage<List<WorkerFit>> fits(JobSpec job);
}
