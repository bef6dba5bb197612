/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** There is no such job, or it was pruned. */
public final class UnknownJobException extends BatchException {
    private static final long serialVersionUID = 1;

    private final String jobId;

    public UnknownJobException(String message, String jobId) {
        super(message);
        this.jobId = jobId;
    }

    public String jobId() {
        return jobId;
    }
}
