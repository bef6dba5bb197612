/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The queue as producers, observers and operators see it. One node of a grid exports it as a remote service.
 *
 * <p>Every call may happen twice: a call whose answer was lost can be repeated as it was, and changes nothing more.
 * Every stage ends; it fails with
 *
 * <ul>
 *   <li>{@link InvalidRequestException} if the caller is wrong: nothing happened, and repeating does not help;
 *   <li>{@link QueueUnavailableException} if the server cannot do it now: nothing happened, repeat later;
 *   <li>{@link IndeterminateException}, or the transport's {@code ServiceException}, if it is not known whether it
 *       happened: repeat.
 * </ul>
 *
 * <p>All methods are thread-safe, return at once, and are bounded by {@link Limits}.
 */
@ProviderType
public interface JobQueue {
    /** Service and endpoint property: the id of the grid, a string. */
    String GRID = "gridbatch.grid";

    /** Service and endpoint property: the term of the server that exports, a long; the highest is the one to call. */
    String TERM = "gridbatch.term";

    /**
     * Takes jobs, all or none. When the stage completes they are forced to disk. A job whose id is known already with
     * the same content is answered as repeated.
     *
     * @param jobs 1 to 1,000
     * @return one entry for each job, in order
     * @throws InvalidRequestException (in the stage) for too many jobs or a script over the configured cap
     * @throws JobConflictException (in the stage) if an id is known with another content
     * @throws QueueLimitException (in the stage) if the queue holds as many jobs as it may
     */
    CompletionStage<List<Submitted>> submit(List<JobSpec> jobs);

    /**
     * A job with its attempts; one that has left memory comes from the {@link History}.
     *
     * @throws UnknownJobException (in the stage) if there is no such job, or it was pruned
     */
    CompletionStage<JobDetail> get(String jobId);

    /** One page of the jobs that match. */
    CompletionStage<JobPage> find(JobQuery query);

    /**
     * Waits until the job is final or the time is up, and returns it as it is then: look at its state.
     *
     * @param atMost zero to 60 seconds
     * @throws UnknownJobException (in the stage) if there is no such job, or it was pruned
     */
    CompletionStage<JobView> await(String jobId, Duration atMost);

    /**
     * Cancels jobs. One that waits is cancelled at once; one that executes is stopped through its worker, and is
     * cancelled even if it fails meanwhile, though not if it completes.
     *
     * @param reason kept with the job; may be empty
     * @param by who wants it, kept in the {@link History}: {@code user@node}, see
     *     {@link org.gridbatch.api.client.GridClient#caller()}; empty if that is not known
     */
    CompletionStage<List<Changed>> cancel(List<String> jobIds, String reason, String by);

    /** As {@link #cancel(List, String, String)}, without saying who wants it. */
    default CompletionStage<List<Changed>> cancel(List<String> jobIds, String reason) {
        return cancel(jobIds, reason, "");
    }

    /**
     * Makes scheduled and retryable jobs available now. A cancelled or discarded job stays as it is and a new job with
     * {@code retryOf} is made; repeating the call answers with that job's id.
     *
     * @param by who wants it, as for a cancel
     */
    CompletionStage<List<Changed>> retry(List<String> jobIds, String by);

    /** As {@link #retry(List, String)}, without saying who wants it. */
    default CompletionStage<List<Changed>> retry(List<String> jobIds) {
        return retry(jobIds, "");
    }

    /**
     * Puts waiting jobs back for later.
     *
     * @param delay from now; one millisecond to 366 days
     * @param by who wants it, as for a cancel
     */
    CompletionStage<List<Changed>> snooze(List<String> jobIds, Duration delay, String by);

    /** As {@link #snooze(List, Duration, String)}, without saying who wants it. */
    default CompletionStage<List<Changed>> snooze(List<String> jobIds, Duration delay) {
        return snooze(jobIds, delay, "");
    }

    /** The workers that the server has heard of lately. */
    CompletionStage<List<WorkerView>> workers();

    /** The server about itself. */
    CompletionStage<GridStatus> status();
}
