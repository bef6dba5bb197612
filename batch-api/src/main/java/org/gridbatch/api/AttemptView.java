/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Instant;
import java.util.Objects;

/**
 * One time that a worker had the job.
 *
 * @param number the attempt, from 1; an attempt that was given back has the number of the one after it
 * @param leaseId the fencing token it ran under
 * @param worker the worker's name
 * @param startedAt when it was granted, by the server's clock
 * @param endedAt when its end was recorded; {@link Instant#EPOCH} while it is executing
 * @param outcome how it ended
 * @param error why it failed; empty otherwise
 * @param result the formatted value of the script's last expression; empty if there was none
 * @param out what it printed to stdout
 * @param err what it printed to stderr
 */
public record AttemptView(
        int number,
        long leaseId,
        String worker,
        Instant startedAt,
        Instant endedAt,
        AttemptOutcome outcome,
        String error,
        String result,
        CapturedText out,
        CapturedText err)
        implements Serializable {
    public AttemptView {
        Objects.requireNonNull(outcome, "outcome");
        worker = worker == null ? "" : worker;
        startedAt = startedAt == null ? Instant.EPOCH : startedAt;
        endedAt = endedAt == null ? Instant.EPOCH : endedAt;
        error = error == null ? "" : error;
        result = result == null ? "" : result;
        out = out == null ? CapturedText.NONE : out;
        err = err == null ? CapturedText.NONE : err;
    }
}
