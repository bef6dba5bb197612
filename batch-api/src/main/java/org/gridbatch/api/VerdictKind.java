/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** What the queue made of a report. */
public enum VerdictKind {
    /** Recorded, and on disk. */
    ACCEPTED,
    /** The same report had been recorded before; nothing changed. */
    REPEATED,
    /** The lease was no longer current; the outcome is not recorded, the refusal is. */
    STALE
}
