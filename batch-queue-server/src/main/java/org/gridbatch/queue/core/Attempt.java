/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Instant;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ReportKind;

/**
 * One ended lease of a job.
 *
 * @param reported what the worker reported; null if the server ended it
 * @param note the refusal of a report that came too late; empty if none came
 */
public record Attempt(
        int number,
        long leaseId,
        String worker,
        long startedAtMillis,
        long endedAtMillis,
        AttemptOutcome outcome,
        ReportKind reported,
        String error,
        String note,
        String result,
        CapturedText out,
        CapturedText err) {
    /** Characters of head and tail that stay of the output of an attempt that is not the last one. */
    private static final int SHORT_OUTPUT = 1_024;

    Attempt withNote(String text) {
        return new Attempt(
                number,
                leaseId,
                worker,
                startedAtMillis,
                endedAtMillis,
                outcome,
                reported,
                error,
                text,
                result,
                out,
                err);
    }

    /** Without the bulk of its output: a job that fails often must not fill the memory. */
    Attempt shortened() {
        return new Attempt(
                number,
                leaseId,
                worker,
                startedAtMillis,
                endedAtMillis,
                outcome,
                reported,
                error,
                note,
                result,
                shortened(out),
                shortened(err));
    }

    int weight() {
        return 200
                + error.length()
                + note.length()
                + result.length()
                + out.head().length()
                + out.tail().length()
                + err.head().length()
                + err.tail().length();
    }

    AttemptView view() {
        String text = note.isEmpty() ? error : error.isEmpty() ? note : error + "\n" + note;
        return new AttemptView(
                number,
                leaseId,
                worker,
                Instant.ofEpochMilli(startedAtMillis),
                Instant.ofEpochMilli(endedAtMillis),
                outcome,
                text,
                result,
                out,
                err);
    }

    private static CapturedText shortened(CapturedText text) {
        if (text.head().length() + text.tail().length() <= 2 * SHORT_OUTPUT) return text;
        String end = text.tail().isEmpty() ? text.head() : text.tail();
        String head =
                text.head().substring(0, Math.min(SHORT_OUTPUT, text.head().length()));
        return new CapturedText(head, end.substring(Math.max(0, end.length() - SHORT_OUTPUT)), text.bytes());
    }
}
