/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Unarchived;

/** Makes jobs final as a queue does, for archives to take. */
final class Finals {
    static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    final QueueMachine machine = new QueueMachine();
    private Instant now = START;
    private long claims;
    private String by = "";

    Finals advance(Duration by) {
        now = now.plus(by);
        return this;
    }

    /** Who submits the jobs from now on. */
    Finals by(String value) {
        by = value;
        return this;
    }

    Result apply(Command command) {
        return machine.apply(command, now);
    }

    Finals completed(JobSpec spec, String out) {
        return ended(spec, ReportKind.COMPLETE, "", out);
    }

    Finals ended(JobSpec spec, ReportKind kind, String error, String out) {
        apply(new Command.Submit(List.of(spec), Command.Room.AMPLE, by));
        return endAgain(spec, kind, error, out);
    }

    Finals array(ArraySpec spec, String... items) {
        apply(new Command.OpenArray(spec, Items.NONE, Command.Room.AMPLE));
        apply(new Command.AddItems(spec.arrayId(), 0, Items.of(List.of(items)), Command.Room.AMPLE));
        apply(new Command.SealArray(spec.arrayId(), items.length));
        return this;
    }

    Finals endAgain(JobSpec spec, ReportKind kind, String error, String out) {
        return end(spec.jobId(), kind, error, out);
    }

    Finals end(String jobId, ReportKind kind, String error, String out) {
        Result.Granted granted = (Result.Granted) apply(new Command.Grant("w1", "i1", ++claims, List.of(jobId)));
        apply(new Command.End(List.of(new Report(
                "w1",
                granted.leases().get(0).leaseId(),
                jobId,
                kind,
                Duration.ZERO,
                error,
                kind == ReportKind.COMPLETE ? "a result" : "",
                new CapturedText(out, "", out.length()),
                CapturedText.NONE))));
        return this;
    }

    Unarchived waiting() {
        return machine.unarchived(100_000, Long.MAX_VALUE);
    }

    /** Everything that waits, as written to an archive and logged. */
    void archiveTo(Archive archive) throws ArchiveException {
        Unarchived some = waiting();
        archive.write(some);
        apply(new Command.Archived(some.through()));
    }
}
