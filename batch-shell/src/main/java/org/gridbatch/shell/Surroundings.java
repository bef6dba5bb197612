/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.gridbatch.worker.gogo.ScriptRunner;

/** What commands work with. */
record Surroundings(Grid grid, SessionRunner runner, PulledJobs pulled, ScriptRunner scripts) {}
