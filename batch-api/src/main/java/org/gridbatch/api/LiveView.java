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
 * A job while it executes, as far as its worker has told.
 *
 * @param jobId its id
 * @param state its state; only an executing job has what follows, and a final one has ended
 * @param leaseId which of its attempts this is, as in {@link AttemptView}; 0 if it is not executing
 * @param attempt the number of the current or last attempt
 * @param worker who has it or had it last
 * @param since when the attempt began, by the server's clock; {@link Instant#EPOCH} if it is not executing
 * @param progress how far it says that it is
 * @param notes what else it says about itself
 * @param out what it printed to stdout from the offset on that was asked for. A greater offset means that what lies
 *     between was not kept; where to go on is {@link LiveText#end()}
 * @param err the same of stderr
 */
public record LiveView(
        String jobId,
        JobState state,
        long leaseId,
        int attempt,
        String worker,
        Instant since,
        Progress progress,
        Map<String, String> notes,
        LiveText out,
        LiveText err)
        implements Serializable {
    public LiveView {
        Objects.requireNonNull(jobId, "jobId");
        Objects.requireNonNull(state, "state");
        worker = worker == null ? "" : worker;
        since = since == null ? Instant.EPOCH : since;
        progress = progress == null ? Progress.NONE : progress;
        notes = notes == null ? Map.of() : Map.copyOf(notes);
        out = out == null ? LiveText.NONE : out;
        err = err == null ? LiveText.NONE : err;
    }
}
