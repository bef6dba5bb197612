/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Report;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Schedule;

/** The story of one job: what each command says about it, does to it and is answered, in words. */
final class Story {
    private final QueueMachine machine;
    private final String jobId;
    /** The array that it is an item of, if there is or will be one of this id; empty if it cannot be. */
    private final String arrayId;

    private final int index;

    /** As it is now; null if there is none. */
    private Job job;

    Story(QueueMachine machine, String jobId) {
        this.machine = machine;
        this.jobId = jobId;
        boolean canBeItem = jobId.matches(".+:[0-9]{1,7}");
        int colon = jobId.lastIndexOf(':');
        arrayId = canBeItem ? jobId.substring(0, colon) : "";
        index = canBeItem ? Integer.parseInt(jobId.substring(colon + 1)) : -1;
        job = machine.job(jobId);
    }

    /** Applies a command, and tells what it means for the job; empty if nothing. */
    String apply(Command command, Instant time) {
        String said = of(command);
        // By value: an item that was never touched is another object whenever it is looked at.
        Job before = job;
        Result result = machine.apply(command, time);
        machine.drainChanges();
        job = machine.job(jobId);
        if (said.isEmpty() && Objects.equals(before, job)) return "";
        String was = StateWords.of(before);
        String is = StateWords.of(job);
        return (said.isEmpty() ? done(command, before, job) : said + answer(command, result)) + ": " + was + " -> "
                + (was.equals(is) ? "unchanged" : is);
    }

    /** To be asked before the command is applied. Empty if it names neither the job nor its array. */
    private String of(Command command) {
        if (command instanceof Command.Submit c) return position(c.jobs()) < 0 ? "" : "submitted";
        if (command instanceof Command.OpenArray c) {
            if (c.spec().then() != null && c.spec().then().jobId().equals(jobId)) {
                return "submitted, to follow array " + c.spec().arrayId();
            }
            if (isItemOf(c.spec().arrayId())) return index < c.workers().size() ? "its array was opened" : "";
            return named(c.spec().arrayId(), "opened");
        }
        if (command instanceof Command.AddItems c) {
            boolean isGiven = index >= c.from() && index < c.from() + c.items().size();
            if (isItemOf(c.arrayId())) return isGiven ? "given to its array" : "";
            return named(c.arrayId(), "given " + c.items().size() + " items from " + c.from() + " on");
        }
        if (command instanceof Command.SealArray c) return named(c.arrayId(), "sealed with " + c.count() + " items");
        if (command instanceof Command.PauseArray c) {
            return named(c.arrayId(), (c.paused() ? "paused" : "resumed") + by(c.by()));
        }
        if (command instanceof Command.ThrottleArray c) {
            return named(c.arrayId(), (c.most() == 0 ? "throttled no more" : "throttled to " + c.most()) + by(c.by()));
        }
        if (command instanceof Command.Grant c) {
            String words = "granted to " + c.worker() + " for its claim " + c.claimId();
            return c.jobIds().contains(jobId) ? words : "";
        }
        if (command instanceof Command.End c) {
            int at = reported(c.reports());
            if (at < 0) return "";
            Report report = c.reports().get(at);
            String kind = report.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            return report.worker() + " reported '" + kind + "' under lease " + report.leaseId();
        }
        if (command instanceof Command.Cancel c) {
            return named(c.jobIds(), "cancel requested" + by(c.by()) + because(c.reason()));
        }
        if (command instanceof Command.Retry c) return named(c.jobIds(), "retry requested" + by(c.by()));
        if (command instanceof Command.RetryArchived c) {
            return c.spec().jobId().equals(jobId) ? "retry requested, from the history" + by(c.by()) : "";
        }
        if (command instanceof Command.Snooze c) {
            return named(c.jobIds(), "snoozed for " + c.delay() + by(c.by()));
        }
        if (command instanceof Command.RunSchedule c) {
            return c.jobId().equals(jobId) ? "submitted by schedule " + c.name() + ", which was run" + by(c.by()) : "";
        }
        if (command instanceof Command.Fire c) {
            Schedule schedule = machine.schedule(c.name());
            Instant tick = Instant.ofEpochMilli(c.tickMillis());
            if (schedule == null || !schedule.spec().jobId(tick).equals(jobId)) return "";
            return (c.skip() ? "passed over by schedule " : "due by schedule ") + c.name();
        }
        // All others name leases, times, queues and the like.
        return "";
    }

    /** What a command that does not name the job has done to it; one of both may be null. */
    private String done(Command command, Job before, Job after) {
        if (after == null) return "forgotten";
        if (before == null) {
            if (after.isItem()) return "begun with its array";
            return after.retryOf().isEmpty() ? "submitted" : "submitted to try job " + after.retryOf() + " again";
        }
        if (!before.waitsFor().equals(after.waitsFor())) {
            return after.waitsFor().size() == before.waitsFor().size()
                    ? "what it waits for is tried again"
                    : "told of the end of a job that it waits for";
        }
        if (before.tenure() != null && !before.tenure().equals(after.tenure())) {
            if (command instanceof Command.Expire) return "its lease ran out";
            if (command instanceof Command.Release c) return "its lease was released" + because(c.reason());
        }
        boolean toEnd = after.state().isFinal() || after.cancelRequested() && !before.cancelRequested();
        if (toEnd && isLate(after)) return "its deadline passed";
        if (machine.array(jobId) != null) {
            if (after.state() == JobState.EXECUTING && !toEnd) return "the first of its items started";
            if (after.state().isFinal()) return "the last of its items ended";
            if (toEnd) return "to be ended" + because(after.cancelReason());
        }
        if (after.isItem() && toEnd) return "to be ended with its array";
        if (command instanceof Command.Promote) return "its time came";
        if (!before.spec().equals(after.spec())) return "given the counts of the array that it follows";
        return "changed with what was done to others";
    }

    /** How the job's part of a command was answered, if that is more than that it was done. */
    private String answer(Command command, Result result) {
        if (result instanceof Result.Refused r) return " (refused: " + r.message() + ")";
        if (result instanceof Result.Altered r) {
            for (Changed one : r.jobs()) {
                boolean isOther = !one.jobId().equals(jobId) && !isItemOf(one.jobId());
                if (isOther || one.outcome() == ChangeOutcome.DONE) continue;
                String outcome = one.outcome().name().toLowerCase(Locale.ROOT);
                return " (" + outcome + (one.message().isEmpty() ? "" : ": " + one.message()) + ")";
            }
        }
        if (command instanceof Command.End c && result instanceof Result.Judged r && reported(c.reports()) >= 0) {
            Verdict verdict = r.verdicts().get(reported(c.reports()));
            return verdict.kind() == VerdictKind.STALE ? " (refused: " + verdict.message() + ")" : "";
        }
        if (command instanceof Command.Submit c && result instanceof Result.Accepted r && position(c.jobs()) >= 0) {
            Submitted submitted = r.jobs().get(position(c.jobs()));
            if (!submitted.repeated()) return "";
            return submitted.jobId().equals(jobId)
                    ? " (known already)"
                    : " (job " + submitted.jobId() + " has its unique key)";
        }
        return "";
    }

    private boolean isLate(Job job) {
        Instant deadline = job.spec().deadline();
        return !deadline.equals(Instant.EPOCH)
                && !deadline.isAfter(machine.lastTime())
                && job.state() != JobState.COMPLETED;
    }

    private boolean isItemOf(String array) {
        return !arrayId.isEmpty() && arrayId.equals(array);
    }

    private int position(List<JobSpec> jobs) {
        for (int i = 0; i < jobs.size(); i++) if (jobs.get(i).jobId().equals(jobId)) return i;
        return -1;
    }

    private int reported(List<Report> reports) {
        for (int i = 0; i < reports.size(); i++) if (reports.get(i).jobId().equals(jobId)) return i;
        return -1;
    }

    private String named(String changed, String words) {
        if (isItemOf(changed)) return "its array: " + words;
        return changed.equals(jobId) ? words : "";
    }

    private String named(List<String> jobIds, String words) {
        if (jobIds.contains(jobId)) return words;
        return !arrayId.isEmpty() && jobIds.contains(arrayId) ? "its array: " + words : "";
    }

    private static String by(String who) {
        return who.isEmpty() ? "" : " by " + who;
    }

    private static String because(String reason) {
        return reason.isEmpty() ? "" : ", because " + reason;
    }
}
