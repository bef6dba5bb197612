/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.shell.byhand.HeldJob;
import org.gridbatch.worker.gogo.Durations;
import org.gridbatch.worker.gogo.ScriptOutcome;
import org.gridbatch.worker.gogo.ScriptRunner;

/**
 * A job that somebody took by hand. Its public methods are for Gogo: {@code $j run}, {@code $j complete} and so on.
 *
 * <p>Thread-safe: the user's threads and the heartbeat meet under its lock, which is never held during a call.
 */
final class PulledJob implements HeldJob {
    private enum State {
        HELD,
        REPORTING,
        ENDED,
        LOST
    }

    private final PulledJobs owner;
    private final ScriptRunner scripts;
    private final WeakReference<CommandSession> session;
    private final Lease lease;

    private State state = State.HELD;
    /** Before this the queue gives the job to nobody else. */
    private long endsAt;
    /** A sixth of the term, as a worker has it: what a script is left to end in when it is stopped. */
    private long margin;

    private Duration leaseFor;
    private boolean cancelled;
    private String why = "";
    private boolean json;
    private PulledRun running;
    private PulledRun.Ended last = PulledRun.Ended.NEVER_RAN;

    /** @param sent {@link System#nanoTime()} when the claim was sent */
    PulledJob(PulledJobs owner, ScriptRunner scripts, CommandSession session, Lease lease, long sent) {
        this.owner = owner;
        this.scripts = scripts;
        // Weakly, so that a session that nobody can use any more counts as closed.
        this.session = new WeakReference<>(session);
        this.lease = lease;
        leaseFor = lease.leaseFor();
        endsAt = sent + leaseFor.toNanos();
        // Of what the claim waited for the job, nothing is left.
        margin = Math.max(0, endsAt - System.nanoTime()) / 6;
    }

    public String jobId() {
        return lease.spec().jobId();
    }

    public int attempt() {
        return lease.attempt();
    }

    /**
     * What it is, for others.
     *
     * @param leaseFor how long the queue gives it to nobody else, counted from when it was asked last
     */
    record Data(String jobId, String state, int attempt, long leaseId, Duration leaseFor, JobSpec spec) {}

    Data data() {
        return new Data(jobId(), state(), attempt(), lease.leaseId(), leaseFor(), spec());
    }

    /** The same, which a shell shows as JSON. */
    synchronized PulledJob shownAsJson() {
        json = true;
        return this;
    }

    synchronized boolean isShownAsJson() {
        return json;
    }

    @Override
    public JobSpec spec() {
        return lease.spec();
    }

    /**
     * Runs its script here, as a worker would, and returns what the script returned. It shows what the script prints, and
     * keeps it for the report. It can be run again.
     */
    @Override
    public String run() {
        PulledRun run;
        CommandSession puller = session.get();
        if (puller == null) throw new CommandFailed("the shell that pulled job " + jobId() + " was closed");
        synchronized (this) {
            requireHeld();
            last = PulledRun.Ended.NEVER_RAN;
            run = PulledRun.start(scripts, puller, lease, owner.grid()::submitLater);
            running = run;
        }
        CompletableFuture<?> settled = run.ended().thenAccept(this::ended);
        PulledRun.Ended end = run.watch(new Shown(System.out), new Shown(System.err));
        settled.join();
        return switch (end.outcome()) {
            case COMPLETED -> end.result().isEmpty() ? null : end.result();
            case SNOOZED -> "the script asks for a snooze of " + Durations.format(end.delay()) + ": say snooze";
            case FAILED, FAILED_FOR_GOOD, INTERRUPTED -> throw failure(end);
        };
    }

    private void ended(PulledRun.Ended end) {
        boolean report;
        synchronized (this) {
            running = null;
            last = end;
            report = cancelled && state == State.HELD;
        }
        if (report) reportCancelled();
    }

    /** Reports success; the result is what {@code run} returned last, unless it is given. */
    public Verdict complete(String[] result) {
        String text = result.length == 0 ? last().result() : String.join(" ", result);
        return end(ReportKind.COMPLETE, Duration.ZERO, "", text);
    }

    /**
     * Reports failure: the job is tried again after its back-off, while attempts are left. Without a reason it is what
     * {@code run} met, and for good if the script said so.
     */
    public Verdict fail(String[] reason) {
        PulledRun.Ended end = last();
        if (reason.length > 0) return end(ReportKind.FAIL, Duration.ZERO, String.join(" ", reason), "");
        boolean forGood = end.outcome() == ScriptOutcome.FAILED_FOR_GOOD;
        if (end.error().isBlank() && !forGood) throw new CommandFailed("say why it failed: fail 'why'");
        return end(forGood ? ReportKind.FAIL_FOR_GOOD : ReportKind.FAIL, Duration.ZERO, end.error(), "");
    }

    /** Puts it back for later; gives the attempt back. Without a delay it is the one that the script asked for. */
    public Verdict snooze(String[] delay) {
        if (delay.length > 1) throw new CommandFailed("snooze wants one delay, such as 5m");
        PulledRun.Ended end = last();
        if (delay.length == 0 && end.outcome() != ScriptOutcome.SNOOZED) {
            throw new CommandFailed("say for how long: snooze 5m");
        }
        Duration time = delay.length == 0 ? end.delay() : Words.delay(delay[0]);
        return end(ReportKind.SNOOZE, time, "", "");
    }

    @Override
    public Verdict settle() {
        PulledRun.Ended end = last();
        if (end == PulledRun.Ended.NEVER_RAN) {
            throw new CommandFailed("the script of job " + jobId() + " has not run to an end yet");
        }
        return switch (end.outcome()) {
            case COMPLETED -> complete(new String[0]);
            case SNOOZED -> snooze(new String[0]);
            case FAILED, FAILED_FOR_GOOD, INTERRUPTED -> fail(new String[0]);
        };
    }

    /** Gives it back untouched, for the next who wants it. */
    @Override
    public Verdict release() {
        return end(ReportKind.RELEASE, Duration.ZERO, "", "");
    }

    /** What it is now: {@code held}, {@code cancelled}, {@code ended} or {@code lost}. */
    @Override
    public synchronized String state() {
        if (state == State.REPORTING || (state == State.HELD && !cancelled)) return HELD;
        return state == State.HELD ? "cancelled" : state.name().toLowerCase(Locale.ROOT);
    }

    synchronized Duration leaseFor() {
        return leaseFor;
    }

    /** The queue has extended the lease, counted from when it was asked. */
    synchronized void confirm(long sent, Duration newLeaseFor) {
        leaseFor = newLeaseFor;
        long end = sent + leaseFor.toNanos();
        if (end - endsAt <= 0) return;
        endsAt = end;
        margin = leaseFor.toNanos() / 6;
    }

    /** How long until it is given up, unless it is confirmed before. */
    synchronized long nanosLeft() {
        return endsAt - margin - System.nanoTime();
    }

    /** Gives up a lease that was not confirmed in time, so that its script has ended when somebody else gets the job. */
    boolean expireIfDue() {
        if (nanosLeft() > 0) return false;
        lose("the queue was not reached while the lease held");
        return true;
    }

    /** Whether its session is closed, so that nobody can report on it. */
    boolean isOrphan() {
        synchronized (this) {
            if (state != State.HELD || running != null) return false;
        }
        CommandSession caller = session.get();
        return caller == null || !owner.isOpen(caller);
    }

    /** @return whether it was held until now */
    boolean lose(String reason) {
        synchronized (this) {
            if (state == State.ENDED || state == State.LOST) return false;
            state = State.LOST;
            why = reason;
            if (running != null) running.stop(reason);
        }
        owner.forget(lease.leaseId());
        return true;
    }

    /** Stops its script if it runs, and tells the queue that it stopped. */
    void cancel() {
        synchronized (this) {
            if (cancelled || state != State.HELD) return;
            cancelled = true;
            if (running != null) {
                // It is reported when it has ended.
                running.stop("stopped on request");
                return;
            }
        }
        reportCancelled();
    }

    Report report(ReportKind kind, Duration delay, String error, String result) {
        PulledRun.Ended end = last();
        return new Report(
                owner.worker(),
                lease.leaseId(),
                jobId(),
                kind,
                delay,
                Text.cut(error, Limits.RESULT),
                Text.cut(result, Limits.RESULT),
                end.out(),
                end.err());
    }

    private synchronized PulledRun.Ended last() {
        return last;
    }

    /** What to tell who runs the script: an interrupted script says little about why it was interrupted. */
    private synchronized CommandFailed failure(PulledRun.Ended end) {
        if (end.outcome() == ScriptOutcome.INTERRUPTED) {
            if (state == State.LOST && !cancelled) return new CommandFailed(gone());
            if (cancelled) return new CommandFailed("job " + jobId() + " was cancelled while it ran");
        }
        String error = end.error().isBlank() ? "it gave no reason" : end.error();
        return new CommandFailed("job " + jobId() + " failed: " + error);
    }

    private void requireHeld() {
        if (running != null) throw new CommandFailed("the script of job " + jobId() + " is running");
        if (state == State.REPORTING) throw new CommandFailed("job " + jobId() + " is being reported on");
        if (state == State.ENDED) throw new CommandFailed("job " + jobId() + " was reported on already");
        if (state == State.LOST) throw new CommandFailed(gone());
        if (cancelled) throw new CommandFailed("job " + jobId() + " was cancelled");
    }

    private String gone() {
        return "this shell does not hold job " + jobId() + " any more: " + why;
    }

    private Verdict end(ReportKind kind, Duration delay, String error, String result) {
        synchronized (this) {
            requireHeld();
            state = State.REPORTING;
        }
        boolean answered = false;
        try {
            Report report = report(kind, delay, error, result);
            Verdict verdict =
                    owner.grid().work(work -> work.report(List.of(report))).get(0);
            answered = true;
            settle(verdict);
            return verdict;
        } finally {
            synchronized (this) {
                // Not known to be recorded, so it can be reported again; the queue recognises a repeat.
                if (!answered && state == State.REPORTING) state = State.HELD;
            }
        }
    }

    private void settle(Verdict verdict) {
        if (verdict.kind() == VerdictKind.STALE) {
            lose(verdict.message().isEmpty() ? "its lease had run out" : verdict.message());
            throw new CommandFailed(
                    "the report was refused; the job is " + Formats.word(verdict.state()) + ". " + gone());
        }
        synchronized (this) {
            state = State.ENDED;
        }
        owner.forget(lease.leaseId());
    }

    private void reportCancelled() {
        Report report = report(ReportKind.CANCELLED, Duration.ZERO, "stopped on request", "");
        owner.grid().workLater(work -> work.report(List.of(report)), leaseFor()).whenComplete((verdicts, failure) -> {
            // Unheard, it stays held, and the next heartbeat's reply asks for the same again.
            if (failure == null) lose("it was cancelled");
            else resume();
        });
    }

    private synchronized void resume() {
        cancelled = false;
    }
}
