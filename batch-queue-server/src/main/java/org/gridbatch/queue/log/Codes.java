/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.util.List;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobState;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;

/** The numbers of enum constants on disk. New ones go to the end; none may ever move. */
final class Codes {
    static final List<JobState> STATES = List.of(
            JobState.SCHEDULED,
            JobState.AVAILABLE,
            JobState.EXECUTING,
            JobState.RETRYABLE,
            JobState.COMPLETED,
            JobState.CANCELLED,
            JobState.DISCARDED,
            JobState.BLOCKED);
    static final List<AttemptOutcome> OUTCOMES = List.of(
            AttemptOutcome.EXECUTING,
            AttemptOutcome.COMPLETED,
            AttemptOutcome.FAILED,
            AttemptOutcome.LOST,
            AttemptOutcome.SNOOZED,
            AttemptOutcome.RELEASED,
            AttemptOutcome.CANCELLED);
    static final List<ReportKind> REPORTS = List.of(
            ReportKind.COMPLETE,
            ReportKind.FAIL,
            ReportKind.FAIL_FOR_GOOD,
            ReportKind.SNOOZE,
            ReportKind.RELEASE,
            ReportKind.CANCELLED);

    static final List<Dependency.When> WHENS = List.of(Dependency.When.COMPLETED, Dependency.When.FINAL);
    static final List<Dependency.Otherwise> OTHERWISES =
            List.of(Dependency.Otherwise.CANCEL, Dependency.Otherwise.HOLD);

    static final List<ScheduleSpec.Missed> MISSED =
            List.of(ScheduleSpec.Missed.SKIP, ScheduleSpec.Missed.ONCE, ScheduleSpec.Missed.ALL);
    static final List<ScheduleSpec.Overlap> OVERLAPS =
            List.of(ScheduleSpec.Overlap.ALLOW, ScheduleSpec.Overlap.SKIP, ScheduleSpec.Overlap.ONE);

    private Codes() {}

    static <T> int of(List<T> codes, T value) {
        int code = codes.indexOf(value);
        if (code < 0) throw new IllegalStateException(value + " has no number on disk");
        return code;
    }

    static <T> T at(List<T> codes, int code) {
        if (code >= codes.size()) {
            throw new IllegalStateException("there is no number " + code + " in " + codes
                    + "; a newer version of this program may have written it");
        }
        return codes.get(code);
    }
}
