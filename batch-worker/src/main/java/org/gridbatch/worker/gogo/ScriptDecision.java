/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.time.Duration;

/** Ends a script the way that it asked for through {@link JobHandle}; thrown, since nothing else ends a Gogo script. */
final class ScriptDecision extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ScriptOutcome outcome;
    private final Duration delay;

    ScriptDecision(ScriptOutcome outcome, Duration delay, String why) {
        super(why, null, false, false);
        this.outcome = outcome;
        this.delay = delay;
    }

    ScriptOutcome outcome() {
        return outcome;
    }

    Duration delay() {
        return delay;
    }
}
