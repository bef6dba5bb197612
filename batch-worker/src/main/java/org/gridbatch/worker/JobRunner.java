/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import org.gridbatch.api.Lease;
import org.gridbatch.worker.gogo.ScriptRun;

/** Starts the script of a lease in a slot. */
interface JobRunner {
    ScriptRun start(Lease lease, int slot);
}
