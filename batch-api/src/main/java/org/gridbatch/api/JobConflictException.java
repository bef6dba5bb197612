/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** The job id is known with another content; nothing happened. */
public final class JobConflictException extends BatchException {
    private static final long serialVersionUID = 1;

    private final String jobId;

    public JobConflictException(String message, String jobId) {
        super(message);
        this.jobId = jobId;
    }

    public String jobId() {
        return jobId;
    }
}
