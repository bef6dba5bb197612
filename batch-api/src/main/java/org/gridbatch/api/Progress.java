/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * How far an executing job says that it is. It lives as long as the attempt does, and is on no disk.
 *
 * @param done how much is done; 0 or more
 * @param total of how much; 0 if that is not known
 * @param text what it does now, for people; may be empty
 */
public record Progress(long done, long total, String text) implements Serializable {
    /** Of a job that has said nothing. */
    public static final Progress NONE = new Progress(0, 0, "");

    public Progress {
        done = Check.notNegative("progress done", done);
        total = Check.notNegative("progress total", total);
        text = Check.text("progress text", text, Limits.LIVE_TEXT);
    }
}
