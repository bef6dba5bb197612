/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** What a worker says about a lease. */
public enum ReportKind {
    /** The script succeeded. */
    COMPLETE,
    /** The script failed: uses up an attempt; tried again after the back-off while attempts are left. */
    FAIL,
    /** The script failed, and trying again would not help: discarded. */
    FAIL_FOR_GOOD,
    /** Put back for later; gives the attempt back. */
    SNOOZE,
    /** Given back untouched, available at once; gives the attempt back. */
    RELEASE,
    /** Stopped because the queue asked for it. */
    CANCELLED
}
