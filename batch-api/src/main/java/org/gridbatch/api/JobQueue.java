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
     * @param by who submits them, kept with each: {@code user@node}, see
     *     {@link org.gridbatch.api.client.GridClient#caller()}; empty if that is not known. A repeated call may say another
     *     one, who is not kept
     * @return one entry for each job, in order
     * @throws InvalidRequestException (in the stage) for too many jobs or a script over the configured cap
     * @throws JobConflictException (in the stage) if an id is known with another content
     * @throws QueueLimitException (in the stage) if the queue holds as many jobs as it may
     */
    CompletionStage<List<Submitted>> submit(List<JobSpec> jobs, String by);

    /** As {@link #submit(List, String)}, without saying who submits them. */
    default CompletionStage<List<Submitted>> submit(List<JobSpec> jobs) {
        return submit(jobs, "");
    }

    /**
     * Opens an array; then its items are added in pieces, and it is sealed, which lets them run. One that is not sealed
     * within a day is cancelled. An array whose id is known already with the same content is answered as repeated.
     * {@link org.gridbatch.api.client.GridClient#submitArray} makes all three calls.
     *
     * <p>An array with {@link ArraySpec#onEach} has its items, and is sealed, when the stage completes.
     *
     * @param by who submits it, as for {@link #submit(List, String)}; of its items as well
     * @throws JobConflictException (in the stage) if the id is known with another content
     * @throws QueueLimitException (in the stage) if the queue holds as many jobs as it may
     */
    CompletionStage<Submitted> openArray(ArraySpec array, String by);

    /** As {@link #openArray(ArraySpec, String)}, without saying who submits it. */
    default CompletionStage<Submitted> openArray(ArraySpec array) {
        return openArray(array, "");
    }

    /**
     * Adds items to an array that is open. Those that it has already are compared, so a call can be repeated.
     *
     * @param from the index of the first of them; at most the number that the array has
     * @param items 1 to 20,000, each of at most 1,024 characters, all of at most 2,097,152
     * @return how many items the array has now
     * @throws UnknownJobException (in the stage) if there is no such array
     * @throws JobConflictException (in the stage) if other items are there already, or the array is sealed without them
     * @throws QueueLimitException (in the stage) if the array would have more than 1,000,000 items or 64 MiB of text, or
     *     the queue holds as many jobs as it may
     */
    CompletionStage<Integer> addItems(String arrayId, int from, List<String> items);

    /**
     * Says that an array has all its items. When the stage completes they are on disk, and may run.
     *
     * @param count how many it should have
     * @throws UnknownJobException (in the stage) if there is no such array
     * @throws JobConflictException (in the stage) if it has another number of items
     */
    CompletionStage<Submitted> sealArray(String arrayId, int count);

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
     * Cancels jobs, and arrays with all that is not final of them. One that waits is cancelled at once; one that executes
     * is stopped through its worker, and is cancelled even if it fails meanwhile, though not if it completes.
     *
     * @param reason kept with the job; may be empty
     * @param by who wants it, kept in the {@link History}, as for {@link #submit(List, String)}
     */
    CompletionStage<List<Changed>> cancel(List<String> jobIds, String reason, String by);

    /** As {@link #cancel(List, String, String)}, without saying who wants it. */
    default CompletionStage<List<Changed>> cancel(List<String> jobIds, String reason) {
        return cancel(jobIds, reason, "");
    }

    /**
     * Makes scheduled and retryable jobs available now. A cancelled or discarded job stays as it is and a new job with
     * {@code retryOf} is made, also of one that has left memory and is in the {@link History} only; repeating the call
     * answers with that job's id. Of an array that did not complete and is in memory, a new array is made of the items
     * that were cancelled or discarded.
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
