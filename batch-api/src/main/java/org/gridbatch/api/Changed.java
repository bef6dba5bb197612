/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * What became of one job of a cancel, retry or snooze.
 *
 * @param jobId the job that was named
 * @param outcome whether it changed
 * @param newJobId the job that tries a final one again; empty otherwise
 * @param message for people: why not, or what happens now
 */
public record Changed(String jobId, ChangeOutcome outcome, String newJobId, String message) implements Serializable {
    public Changed {
        Objects.requireNonNull(outcome, "outcome");
        newJobId = newJobId == null ? "" : newJobId;
        message = message == null ? "" : message;
    }
}
