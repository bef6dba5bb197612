/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.util.Map;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.Progress;

/** What the queue has been told of an executing script, beside that it is alive; lives on the event loop. */
final class Told {
    /** Where the next piece of each stream begins. */
    long out;

    long err;
    Progress progress = Progress.NONE;
    Map<String, String> notes = Map.of();
    /** Whether somebody looks at its output. */
    boolean watched;
    /** Grows with every heartbeat that carries something of it: the one that has waited longest goes first. */
    long turn;

    /** Takes note that these were heard; answers may overtake each other. */
    void heard(LiveText outPiece, LiveText errPiece) {
        out = Math.max(out, outPiece.end());
        err = Math.max(err, errPiece.end());
    }
}
