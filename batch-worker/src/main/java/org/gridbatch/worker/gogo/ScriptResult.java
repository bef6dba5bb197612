/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.time.Duration;
import java.util.Objects;
import org.gridbatch.api.CapturedText;

/**
 * What became of a script.
 *
 * @param outcome how it ended
 * @param delay until when it wants to be put back, if it snoozed; zero otherwise
 * @param error why it failed: each exception and its causes, with the line and the statement where they are known; empty
 *     if it did not fail
 * @param result the formatted value of its last expression; empty if that was null or it did not complete
 * @param out what it printed to stdout
 * @param err what it printed to stderr
 */
public record ScriptResult(
        ScriptOutcome outcome, Duration delay, String error, String result, CapturedText out, CapturedText err) {
    private static final int ERROR_LINE = 500;

    public ScriptResult {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(delay, "delay");
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
    }

    /** The error in one line, for a message. */
    public String errorLine() {
        return Texts.line(error, ERROR_LINE);
    }
}
