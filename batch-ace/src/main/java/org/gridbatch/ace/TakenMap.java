/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.util.HashMap;
import org.gridbatch.shell.byhand.HeldJob;

/** What {@code queue:get} returns: the map that was put, which stands for the job that was taken. */
final class TakenMap extends HashMap<String, String> {
    private static final long serialVersionUID = 1;

    private final transient HeldJob job;

    TakenMap(HeldJob job) {
        super(Definitions.map(job.spec()));
        this.job = job;
    }

    HeldJob job() {
        return job;
    }

    boolean isHeld() {
        return job.state().equals(HeldJob.HELD);
    }
}
