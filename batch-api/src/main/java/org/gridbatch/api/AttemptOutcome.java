/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** How an attempt ended; only {@link #FAILED} uses up an attempt, only {@link #LOST} a rescue. */
public enum AttemptOutcome {
    /** Not ended yet. */
    EXECUTING,
    /** The script succeeded. */
    COMPLETED,
    /** The script failed. */
    FAILED,
    /** The worker was not heard of any more; the job was rescued. */
    LOST,
    /** Put back for later. */
    SNOOZED,
    /** Given back untouched. */
    RELEASED,
    /** Stopped on request. */
    CANCELLED
}
