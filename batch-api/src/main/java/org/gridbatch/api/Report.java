/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * A worker ends a lease.
 *
 * @param worker the worker's name
 * @param leaseId the lease
 * @param jobId its job
 * @param kind how it ended
 * @param delay for {@link ReportKind#SNOOZE}: until when to put it back; otherwise zero
 * @param error for failures: the exception chain and the failing statement; for the others a reason, or empty
 * @param result the formatted value of the script's last expression; may be empty
 * @param out what it printed to stdout
 * @param err what it printed to stderr
 */
public record Report(
        String worker,
        long leaseId,
        String jobId,
        ReportKind kind,
        Duration delay,
        String error,
        String result,
        CapturedText out,
        CapturedText err)
        implements Serializable {
    public Report {
        worker = Check.name("worker", worker, Limits.NAME);
        jobId = Check.name("job id", jobId, Limits.NAME);
        Objects.requireNonNull(kind, "kind");
        delay = Check.range("delay", delay, Duration.ZERO, Limits.DELAY);
        error = Check.text("error", error, Limits.RESULT);
        result = Check.text("result", result, Limits.RESULT);
        out = out == null ? CapturedText.NONE : out;
        err = err == null ? CapturedText.NONE : err;
    }
}
