/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

/** What is measured. */
public enum Workload {
    /** Submits one by one, each acknowledged. */
    W1,
    /** Submits in bulks. */
    W2,
    /** Workers drain a full queue. */
    W3,
    /** From a submit to a worker that waits. */
    W4,
    /** Many jobs wait: rate, memory, restart. */
    W5
}
