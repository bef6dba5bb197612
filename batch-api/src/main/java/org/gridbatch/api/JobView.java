/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * What a caller may see of a job: a snapshot, never a handle. The script and the attempts are in {@link JobDetail}.
 *
 * @param jobId its id
 * @param queue where it waits
 * @param tenant whose job it is; may be empty
 * @param name for people; may be empty
 * @param state its state
 * @param attempt 0 until first claimed, then the number of the current or last attempt
 * @param maxAttempts failures after which it is discarded
 * @param rescues how often its worker was lost
 * @param worker who has it or had it last; empty before the first claim
 * @param submittedAt when it was accepted
 * @param scheduledAt when it becomes or became available
 * @param finalAt when it reached its final state; {@link Instant#EPOCH} before
 * @param error why it failed last, or why it was cancelled; empty if neither
 * @param result the formatted value of the script's last expression; empty until completed
 * @param tags as submitted
 * @param retryOf the final job that this one tries again; empty if none
 * @param retriedAs the job that tries this one again; empty if none
 * @param arrayId the array that it is an item of; empty if it is none
 * @param item the text of the item; empty if it is none
 * @param array how far it is, if it is an array; {@link ArrayView#NONE} if it is none
 * @param by who submitted it or had it tried again; empty if that is not known, or a schedule did
 */
public record JobView(
        String jobId,
        String queue,
        String tenant,
        String name,
        JobState state,
        int attempt,
        int maxAttempts,
        int rescues,
        String worker,
        Instant submittedAt,
        Instant scheduledAt,
        Instant finalAt,
        String error,
        String result,
        Map<String, String> tags,
        String retryOf,
        String retriedAs,
        String arrayId,
        String item,
        ArrayView array,
        String by)
        implements Serializable {
    public JobView {
        Objects.requireNonNull(jobId, "jobId");
        Objects.requireNonNull(state, "state");
        tenant = tenant == null ? "" : tenant;
        name = name == null ? "" : name;
        worker = worker == null ? "" : worker;
        submittedAt = submittedAt == null ? Instant.EPOCH : submittedAt;
        scheduledAt = scheduledAt == null ? Instant.EPOCH : scheduledAt;
        finalAt = finalAt == null ? Instant.EPOCH : finalAt;
        error = error == null ? "" : error;
        result = result == null ? "" : result;
        tags = tags == null ? Map.of() : Map.copyOf(tags);
        retryOf = retryOf == null ? "" : retryOf;
        retriedAs = retriedAs == null ? "" : retriedAs;
        arrayId = arrayId == null ? "" : arrayId;
        item = item == null ? "" : item;
        array = array == null ? ArrayView.NONE : array;
        by = by == null ? "" : by;
    }

    /** Whether it is an array, which no worker runs: its items are. */
    public boolean isArray() {
        return array.items() >= 0;
    }
}
