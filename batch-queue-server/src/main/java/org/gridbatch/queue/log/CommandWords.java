/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.util.List;
import java.util.Locale;
import org.gridbatch.api.Report;
import org.gridbatch.queue.core.Command;

/** What a command says about one job, in words. */
final class CommandWords {
    private CommandWords() {}

    /** Empty if it does not name the job. */
    static String of(Command command, String jobId) {
        if (command instanceof Command.Submit c) {
            return c.jobs().stream().anyMatch(job -> job.jobId().equals(jobId)) ? "submitted" : "";
        }
        if (command instanceof Command.Grant c) {
            return named(c.jobIds(), jobId, "granted to " + c.worker() + " for its claim " + c.claimId());
        }
        if (command instanceof Command.End c) {
            for (Report report : c.reports()) {
                if (!report.jobId().equals(jobId)) continue;
                String kind = report.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
                return report.worker() + " reported '" + kind + "' under lease " + report.leaseId();
            }
            return "";
        }
        if (command instanceof Command.Cancel c) {
            return named(c.jobIds(), jobId, "cancel requested" + by(c.by()) + because(c.reason()));
        }
        if (command instanceof Command.Retry c) return named(c.jobIds(), jobId, "retry requested" + by(c.by()));
        if (command instanceof Command.RetryArchived c) {
            return named(c.spec().jobId(), jobId, "retry requested, from the history" + by(c.by()));
        }
        if (command instanceof Command.Snooze c) {
            return named(c.jobIds(), jobId, "snoozed for " + c.delay() + by(c.by()));
        }
        if (command instanceof Command.OpenArray c) return named(c.spec().arrayId(), jobId, "opened");
        if (command instanceof Command.AddItems c) {
            return named(c.arrayId(), jobId, "given " + c.items().size() + " items from " + c.from() + " on");
        }
        if (command instanceof Command.SealArray c) {
            return named(c.arrayId(), jobId, "sealed with " + c.count() + " items");
        }
        if (command instanceof Command.PauseArray c) {
            return named(c.arrayId(), jobId, (c.paused() ? "paused" : "resumed") + by(c.by()));
        }
        if (command instanceof Command.ThrottleArray c) {
            return named(c.arrayId(), jobId, "throttled to " + c.most() + by(c.by()));
        }
        return "";
    }

    /** What a command that names leases or times, or another job, has done to it. */
    static String chore(Command command) {
        if (command instanceof Command.Expire) return "its lease ran out";
        if (command instanceof Command.Release c) return "its lease was released" + because(c.reason());
        if (command instanceof Command.Promote) return "its time came";
        if (command instanceof Command.Prune) return "forgotten";
        if (command instanceof Command.Sweep) return "ended with its array";
        if (command instanceof Command.Tell) return "told of the end of a job that it waits for";
        return "changed with " + command.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " of others";
    }

    private static String named(String changed, String jobId, String words) {
        return changed.equals(jobId) ? words : "";
    }

    private static String named(List<String> jobIds, String jobId, String words) {
        return jobIds.contains(jobId) ? words : "";
    }

    private static String by(String who) {
        return who.isEmpty() ? "" : " by " + who;
    }

    private static String because(String reason) {
        return reason.isEmpty() ? "" : ", because " + reason;
    }
}
