/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import org.osgi.annotation.versioning.ProviderType;

/** Runs Gogo scripts in this framework; a service. Thread-safe. */
@ProviderType
public interface ScriptRunner {
    /**
     * Starts a script on a thread of its own, in a fresh session with an empty stdin. The caller bounds how many run at
     * once.
     */
    ScriptRun start(Script script);

    /** Parses a script without running any of it. */
    ScriptCheck check(String text);
}
