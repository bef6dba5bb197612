/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobView;

/** One line at the foot of a terminal that says how far the job is that somebody waits for. */
final class ProgressLine {
    /** How often it is looked. */
    static final Duration STEP = Duration.ofSeconds(1);

    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream stream;
    private final int width;
    private String shown = "";

    private ProgressLine(PrintStream stream, int width) {
        this.stream = stream;
        this.width = width;
    }

    /** One that shows nothing if the session has no terminal. */
    static ProgressLine of(CommandSession session) {
        return new ProgressLine(System.err, Formats.width(session, 0));
    }

    boolean isShown() {
        return width > 0;
    }

    /** Looks how far the job is, and shows it if that has changed; an array says so itself. */
    void update(JobView job, Grid grid) {
        if (!isShown()) return;
        String progress = job.isArray() ? Formats.counts(job.array()) : progress(job.jobId(), grid);
        String text = progress.isEmpty() ? "" : Text.oneLine(job.jobId() + ": " + progress, width - 1);
        if (text.equals(shown)) return;
        stream.print(CLEAR + text);
        stream.flush();
        shown = text;
    }

    private static String progress(String id, Grid grid) {
        return grid.progress(List.of(id)).stream()
                .map(live -> Formats.progress(live.progress()))
                .findFirst()
                .orElse("");
    }

    void clear() {
        if (shown.isEmpty()) return;
        stream.print(CLEAR);
        stream.flush();
        shown = "";
    }
}
