/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;

/**
 * What a result is printed on.
 *
 * @param width of the terminal; 0 if it is none, and then nothing is cut
 * @param colours whether states have colours
 */
record Paper(int width, boolean colours) {
    /** A file, a pipe, or a script that reads it. */
    static final Paper PLAIN = new Paper(0, false);

    /** A session variable that users set in their environment, to anything, when they want no colours. */
    private static final String NO_COLOR = "NO_COLOR";

    private static final int STDOUT = 1;

    static Paper of(CommandSession session) {
        // A command that is not the last of a pipeline prints for the next one, whatever the session's terminal is.
        Process process = Process.Utils.current();
        if (process != null && !process.isTty(STDOUT)) return PLAIN;
        int width = Formats.width(session, 0);
        Object noColour = session.get(NO_COLOR);
        return new Paper(
                width, width > 0 && (noColour == null || noColour.toString().isEmpty()));
    }

    /** The colour of a state on this paper, as the sequence that turns it on; empty if it has none. */
    String colour(String state) {
        if (!colours) return "";
        int comma = state.indexOf(',');
        return switch (comma < 0 ? state : state.substring(0, comma)) {
            case "executing" -> "\u001b[36m";
            case "completed" -> "\u001b[32m";
            case "retryable", "paused", "drained", "lost" -> "\u001b[33m";
            case "discarded", "failed", "stuck" -> "\u001b[31m";
            case "cancelled" -> "\u001b[35m";
            default -> "";
        };
    }
}
