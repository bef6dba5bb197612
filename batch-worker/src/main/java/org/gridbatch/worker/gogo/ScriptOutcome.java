/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

/** How a script ended. */
public enum ScriptOutcome {
    /** It succeeded. */
    COMPLETED,
    /** It failed, somewhere. */
    FAILED,
    /** It said that trying again would not help. */
    FAILED_FOR_GOOD,
    /** It asked to be put back for later. */
    SNOOZED,
    /** It was stopped with {@link ScriptRun#interrupt()}. */
    INTERRUPTED
}
