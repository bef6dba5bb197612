/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** What became of a request to change a job. */
public enum ChangeOutcome {
    /** Changed, and on disk. */
    DONE,
    /** It was so already; nothing changed. */
    ALREADY,
    /** The job's worker was asked to stop; the job is final when the worker has answered or is lost. */
    REQUESTED,
    /** The job's state does not allow it; the message says why. */
    REFUSED,
    /** There is no such job. */
    UNKNOWN
}
