/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/**
 * What the queue says no with. The subtypes tell the caller what to do next. Each has a public constructor that takes
 * the message and then its own fields, so that it crosses the wire as what it is.
 */
public abstract sealed class BatchException extends RuntimeException
        permits InvalidRequestException,
                UnknownAdException,
                UnknownJobException,
                JobConflictException,
                QueueLimitException,
                QueueUnavailableException,
                IndeterminateException,
                GridConflictException {
    private static final long serialVersionUID = 1;

    BatchException(String message) {
        super(message);
    }
}
