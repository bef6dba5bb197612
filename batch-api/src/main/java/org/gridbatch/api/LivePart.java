/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Map;

/**
 * What a worker tells with a {@link Heartbeat} of one job that it executes. It is kept in memory only, and is gone when
 * the lease ends or the server does.
 *
 * @param leaseId the lease; one that the heartbeat lists
 * @param progress how far it is
 * @param notes what else it says about itself, all of it; at most 16, with values of at most 300 characters
 * @param out a piece of what it printed to stdout, the one behind what was told before
 * @param err the same of stderr
 */
public record LivePart(long leaseId, Progress progress, Map<String, String> notes, LiveText out, LiveText err)
        implements Serializable {
    public LivePart {
        progress = progress == null ? Progress.NONE : progress;
        notes = Check.map("note", notes, Limits.NOTES);
        notes.forEach((key, value) -> Check.text("note " + key, value, Limits.LIVE_TEXT));
        out = out == null ? LiveText.NONE : out;
        err = err == null ? LiveText.NONE : err;
    }

    /** How many characters it carries. */
    public int chars() {
        int chars = progress.text().length() + out.text().length() + err.text().length();
        for (Map.Entry<String, String> note : notes.entrySet()) {
            chars += note.getKey().length() + note.getValue().length();
        }
        return chars;
    }
}
