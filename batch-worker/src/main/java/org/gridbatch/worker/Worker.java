/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.gridbatch.api.Ad;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.Lease;
import org.gridbatch.api.LivePart;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.WorkQueue;
import org.gridbatch.worker.HeldLease.Stop;
import org.gridbatch.worker.gogo.ScriptOutcome;
import org.gridbatch.worker.gogo.ScriptResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's rules: which leases it holds, when their scripts start and must stop, and what is reported.
 *
 * <p><b>Threads.</b> All of it lives on the event loop, and so do {@link Claims}, {@link Outbox} and {@link Slots}; the
 * answers of calls and the ends of scripts are brought there. So nothing is locked, and a test that owns the loop owns
 * the time and the order of everything.
 *
 * <p><b>How long a lease holds.</b> It holds at least its term from when the call was <em>sent</em> that confirmed it,
 * since the queue cannot have confirmed it before. For a new lease that call is its claim. A queue that adds the time
 * that the claim waited makes it hold a full term, and the script starts at once. If not, a claim that waited long has
 * left little: while that is less than half a term, a heartbeat goes out at once, and the script starts when it is
 * answered, so it costs a round trip, and no script ever runs on a lease that may have ended. Heartbeats go out when a
 * third of what was left has passed; when none gets through, scripts are stopped a sixth of the term before its end.
 *
 * <p><b>What scripts tell while they run</b> goes with heartbeats as well: with those, and with one more a second while
 * there is something new of a script that has run for a second. Shorter jobs cost nothing.
 */
final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** Heartbeats that fail are sent again sooner than the next one would be due. */
    private static final Duration MOST_HEARTBEAT_WAIT = Duration.ofSeconds(1);

    /** Until the first lease says it. */
    private static final Duration FIRST_TERM = Duration.ofSeconds(30);

    /** How often it is looked whether scripts have something to tell, and how old they are when they are first asked. */
    private static final Duration NEWS = Duration.ofSeconds(1);

    private static final Duration LEAST_HEARTBEAT_ANSWER = Duration.ofMillis(500);
    /** After the last script has ended, for the reports and the open claims. */
    private static final Duration LAST_CALLS = Duration.ofSeconds(5);

    private final EventLoop loop;
    private final WorkQueue queue;
    private Settings settings;
    private final String incarnation;
    private final JobRunner runner;
    private final Contact contact;
    private final Slots slots;
    private final Outbox outbox;
    private final Claims claims;
    /** By lease id, from the grant until there is a report in the outbox or nothing to report. */
    private final Map<Long, HeldLease> held = new LinkedHashMap<>();
    /** Scripts that have not ended, also those whose lease is gone. */
    private int executing;

    private final RetryWait heartbeatRetry = new RetryWait(MOST_HEARTBEAT_WAIT);
    private EventLoop.Timer heartbeatTimer;
    private boolean heartbeating;
    private long lastHeartbeatAt;
    /** As the queue said last. */
    private Duration term = FIRST_TERM;

    private EventLoop.Timer stopTimer;

    private final LiveNews news = new LiveNews();
    private EventLoop.Timer newsTimer;
    private boolean newsRefused;

    /** Whether all slots are out of use. */
    private boolean stuck;

    /** Whether somebody was told of it, since it became so or other settings came. */
    private boolean toldStuck;

    private EventLoop.Timer stuckTimer;
    private Runnable whenStuck = () -> {};

    private boolean stopping;
    private boolean lastCalls;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    /** @param incarnation made anew for every worker object */
    Worker(EventLoop loop, WorkQueue queue, Settings settings, Ad ad, String incarnation, JobRunner runner) {
        this.loop = loop;
        this.queue = queue;
        this.settings = settings;
        this.incarnation = incarnation;
        this.runner = runner;
        lastHeartbeatAt = loop.nanoTime();
        contact = new Contact(loop, settings.name());
        slots = new Slots(settings.name(), settings.slots());
        outbox = new Outbox(loop, queue, contact, this::changed);
        claims = new Claims(loop, queue, contact, settings, ad, incarnation, this::granted);
    }

    /** The worker offers something else from now on. */
    void advertise(Ad ad) {
        loop.execute(() -> claims.advertise(ad));
    }

    /**
     * Other settings hold from now on; scripts that run go on, also where there are fewer slots than they take.
     *
     * @param changed with the name and the grid of before
     */
    void configure(Settings changed) {
        loop.execute(() -> {
            settings = changed;
            slots.resize(changed.slots());
            claims.configure(changed);
            // What to do about it may be another now.
            if (stuck) tellStuckSoon();
            changed();
        });
    }

    /** Starts to claim. */
    void start() {
        loop.execute(this::changed);
    }

    /** @param action what to do when no slot can run anything any more, and what is to be reported has been */
    void whenStuck(Runnable action) {
        whenStuck = action;
    }

    private void leaveIfStuck() {
        if (slots.usable() > 0) {
            stuck = false;
            claims.comeBack();
            return;
        }
        if (!stuck) {
            stuck = true;
            claims.withdraw();
            tellStuckSoon();
        }
        if (outbox.size() == 0) tellStuck();
    }

    private void tellStuckSoon() {
        toldStuck = false;
        if (stuckTimer != null) stuckTimer.cancel();
        stuckTimer = loop.schedule(LAST_CALLS, this::tellStuck);
    }

    /** A script that ends in the meantime has made it well again. */
    private void tellStuck() {
        if (!stuck || stopping || toldStuck) return;
        toldStuck = true;
        whenStuck.run();
    }

    /** Something ended or left: there may be room for more, or the stop may be complete. */
    private void changed() {
        if (!stopping) {
            leaveIfStuck();
            // Reports that wait for the queue are bounded: as many again as there are slots.
            int room = settings.slots() + slots.free() - outbox.size();
            claims.want(Math.min(slots.free(), room), slots.usable());
        } else {
            completeStop();
        }
    }

    private void granted(List<Lease> leases, long claimSentAt) {
        for (Lease lease : leases) {
            if (held.containsKey(lease.leaseId()) || outbox.holds(lease.leaseId())) continue;
            if (stopping) {
                report(lease, ReportKind.RELEASE, "the worker stops");
            } else if (slots.free() == 0) {
                // A claim and the one that took its place were both granted jobs.
                report(lease, ReportKind.RELEASE, "the worker has no free slot any more");
            } else {
                // A lease may be given for longer than the term, so that the wait of its claim does not shorten it.
                if (lease.leaseFor().compareTo(term) < 0) term = lease.leaseFor();
                HeldLease fresh = new HeldLease(lease, slots.take(), claimSentAt, term, loop.nanoTime());
                held.put(fresh.id(), fresh);
                if (fresh.mayStart(term, loop.nanoTime())) start(fresh);
            }
        }
        scheduleHeartbeat();
        changed();
    }

    private void start(HeldLease one) {
        // Commands come and go, and the queue may not have known it when it chose this worker.
        List<String> gone = claims.ad().missing(one.lease.spec().placement());
        if (!gone.isEmpty()) {
            LOG.info("job {} is given back, this node has no command {} any more", one.jobId(), gone);
            giveBack(one, "worker " + settings.name() + " has no command " + String.join(", ", gone) + " any more");
            return;
        }
        LOG.debug("job {}: attempt {} starts in slot {}", one.jobId(), one.lease.attempt(), one.slot + 1);
        one.startedAt = loop.nanoTime();
        one.event.started(one.startedAt);
        try {
            one.run = runner.start(one.lease, one.slot);
        } catch (RuntimeException | Error e) {
            LOG.error("job {} cannot be started, it is given back", one.jobId(), e);
            giveBack(one, "the worker could not start it: " + e);
            return;
        }
        executing++;
        scheduleNews();
        one.run.result().whenComplete((result, failure) -> {
            one.event.ended(loop.nanoTime());
            loop.execute(() -> ended(one, result));
        });
        Duration timeout = one.lease.spec().timeout();
        if (!timeout.isZero()) one.timeout = loop.schedule(timeout, () -> stop(one, Stop.TIMED_OUT));
        scheduleStop();
    }

    /** Its script was not started, so this costs the job nothing. */
    private void giveBack(HeldLease one, String why) {
        unhold(one);
        slots.giveBack(one.slot);
        report(one.lease, ReportKind.RELEASE, why);
    }

    private void unhold(HeldLease one) {
        held.remove(one.id(), one);
        if (one.timeout != null) one.timeout.cancel();
    }

    // How a script ends.

    private void ended(HeldLease one, ScriptResult result) {
        executing--;
        slots.giveBack(one.slot);
        boolean wasHeld = held.containsKey(one.id());
        unhold(one);
        if (wasHeld) {
            outbox.add(report(one, result), one.event);
            scheduleHeartbeat();
        } else {
            LOG.debug("job {}: its script has ended, with nothing to report", one.jobId());
        }
        changed();
    }

    private Report report(HeldLease one, ScriptResult result) {
        // A script that had ended before the interrupt reached it says so, and that counts.
        if (result.outcome() == ScriptOutcome.INTERRUPTED) {
            return report(one, result.out(), result.err());
        }
        List<String> gone = claims.ad().missing(one.lease.spec().placement());
        if (result.outcome() == ScriptOutcome.FAILED && !gone.isEmpty()) {
            // Its bundle was stopped meanwhile, which is no failure of the script.
            LOG.info("job {} is given back, this node lost command {} while it ran", one.jobId(), gone);
            return new Report(
                    settings.name(),
                    one.id(),
                    one.jobId(),
                    ReportKind.RELEASE,
                    Duration.ZERO,
                    "worker " + settings.name() + " lost command " + String.join(", ", gone)
                            + " while the script ran, which failed: " + result.errorLine(),
                    "",
                    result.out(),
                    result.err());
        }
        ReportKind kind = switch (result.outcome()) {
            case COMPLETED -> ReportKind.COMPLETE;
            case FAILED_FOR_GOOD -> ReportKind.FAIL_FOR_GOOD;
            case SNOOZED -> ReportKind.SNOOZE;
            case FAILED, INTERRUPTED -> ReportKind.FAIL;
        };
        return new Report(
                settings.name(),
                one.id(),
                one.jobId(),
                kind,
                result.delay(),
                result.error(),
                result.result(),
                result.out(),
                result.err());
    }

    private Report report(HeldLease one, CapturedText out, CapturedText err) {
        String during = one.run.executing();
        String where = during.isEmpty() ? "" : ", in: " + during;
        ReportKind kind = ReportKind.FAIL;
        String error = "interrupted by the node" + where;
        if (one.stop == Stop.TIMED_OUT) {
            error = "timed out after " + one.lease.spec().timeout() + where;
        } else if (one.stop == Stop.CANCELLED) {
            kind = ReportKind.CANCELLED;
            error = "stopped on request" + where;
        } else if (one.stop == Stop.RELEASED) {
            kind = ReportKind.RELEASE;
            error = "the worker stopped before the script had ended" + where;
        }
        return new Report(settings.name(), one.id(), one.jobId(), kind, Duration.ZERO, error, "", out, err);
    }

    private void report(Lease lease, ReportKind kind, String reason) {
        outbox.add(new Report(
                settings.name(),
                lease.leaseId(),
                lease.spec().jobId(),
                kind,
                Duration.ZERO,
                reason,
                "",
                CapturedText.NONE,
                CapturedText.NONE));
    }

    // How a script is stopped.

    private void stop(HeldLease one, Stop why) {
        boolean first = one.stop == null;
        if (first) one.stop = why;
        if (why == Stop.LOST) unhold(one);
        if (!first) return;
        one.run.interrupt();
        loop.schedule(settings.interruptGrace(), () -> giveUp(one));
    }

    /** The script goes on after its interrupt, and so its slot is not free. What it had to end for is reported. */
    private void giveUp(HeldLease one) {
        if (one.run.result().toCompletableFuture().isDone()) return;
        slots.quarantine(one.slot, one.jobId());
        if (held.containsKey(one.id())) {
            unhold(one);
            if (one.stop == Stop.RELEASED) {
                // Given back, it could run elsewhere beside this one. Its lease ends when the node has.
                LOG.warn("job {} still runs and is not given back; it is rescued when its lease ends", one.jobId());
            } else {
                Report report = report(one, one.run.out(), one.run.err());
                outbox.add(withNote(report));
            }
        }
        changed();
    }

    private static Report withNote(Report report) {
        return new Report(
                report.worker(),
                report.leaseId(),
                report.jobId(),
                report.kind(),
                report.delay(),
                report.error() + "\nstuck: its script does not heed the interrupt and still runs on worker "
                        + report.worker(),
                report.result(),
                report.out(),
                report.err());
    }

    // Heartbeats.

    private void scheduleHeartbeat() {
        if (heartbeatTimer != null) heartbeatTimer.cancel();
        heartbeatTimer = null;
        if (heartbeating || hasNoLease()) return;
        long now = loop.nanoTime();
        long third = term.toNanos() / 3;
        long wait = held.values().stream()
                .mapToLong(one -> one.run == null ? 0 : one.heartbeatAt() - now)
                .min()
                .orElse(third);
        if (outbox.size() > 0) wait = Math.min(wait, lastHeartbeatAt + third - now);
        if (wait <= 0) heartbeat(true);
        else heartbeatTimer = loop.schedule(Duration.ofNanos(wait), () -> heartbeat(true));
    }

    private void scheduleNews() {
        if (newsTimer == null) newsTimer = loop.schedule(NEWS, this::lookForNews);
    }

    private void lookForNews() {
        newsTimer = null;
        if (executing == 0) return;
        if (!heartbeating && LiveNews.hasAny(tellers())) heartbeat(false);
        scheduleNews();
    }

    /** The scripts that have run long enough to tell something. */
    private List<HeldLease> tellers() {
        if (newsRefused) return List.of();
        long now = loop.nanoTime();
        return held.values().stream()
                .filter(one -> one.run != null && now - one.startedAt >= NEWS.toNanos())
                .toList();
    }

    /** A lease whose report is not answered is still held: it must not end before the report arrives. */
    private boolean hasNoLease() {
        return held.isEmpty() && outbox.size() == 0;
    }

    /** @param all also tells what was told before */
    private void heartbeat(boolean all) {
        if (heartbeating || hasNoLease()) return;
        heartbeating = true;
        List<HeldLease> listed = new ArrayList<>(held.values());
        List<Long> ids = new ArrayList<>(held.keySet());
        ids.addAll(outbox.leaseIds());
        long sentAt = loop.nanoTime();
        lastHeartbeatAt = sentAt;
        List<LivePart> told = news.take(tellers(), all);
        Heartbeat beat = new Heartbeat(settings.name(), incarnation, ids, told);
        loop.call(() -> queue.heartbeat(beat), answerTime(), new EventLoop.Answer<HeartbeatReply>() {
            private boolean failed;

            @Override
            public void value(HeartbeatReply reply) {
                contact.answered();
                heartbeatRetry.reset();
                if (!failed) heartbeating = false;
                LiveNews.heard(held, told, reply.watched());
                confirmed(listed, sentAt, reply);
            }

            @Override
            public void failed(Throwable why) {
                failed = true;
                contact.failed(why);
                if (why instanceof InvalidRequestException && !told.isEmpty()) refuseNews(why);
                loop.schedule(heartbeatRetry.next(), () -> {
                    heartbeating = false;
                    heartbeat(true);
                });
            }
        });
    }

    /** What scripts tell must never cost a lease: without it the heartbeat may be taken. */
    private void refuseNews(Throwable why) {
        newsRefused = true;
        LOG.warn(
                "the queue does not take what scripts of worker {} tell while they run, so nothing is told any more: {}",
                settings.name(),
                why.getMessage());
    }

    private Duration answerTime() {
        Duration third = term.dividedBy(3);
        return third.compareTo(LEAST_HEARTBEAT_ANSWER) < 0 ? LEAST_HEARTBEAT_ANSWER : third;
    }

    private void confirmed(List<HeldLease> listed, long sentAt, HeartbeatReply reply) {
        term = reply.leaseFor();
        for (long leaseId : reply.lost()) lost(leaseId);
        for (HeldLease one : listed) {
            if (held.get(one.id()) == one) one.confirm(sentAt, reply.leaseFor(), loop.nanoTime());
        }
        for (long leaseId : reply.cancelled()) cancelled(leaseId);
        for (HeldLease one : listed) {
            if (held.get(one.id()) == one && one.run == null && one.mayStart(term, loop.nanoTime())) start(one);
        }
        scheduleStop();
        scheduleHeartbeat();
    }

    private void lost(long leaseId) {
        outbox.lost(leaseId);
        HeldLease one = held.get(leaseId);
        if (one == null) return;
        LOG.warn(
                "job {}: lease {} is lost, {}; the queue gives the job to a worker again",
                one.jobId(),
                leaseId,
                one.run == null ? "before its script was started" : "its script is stopped and nothing is reported");
        if (one.run != null) {
            stop(one, Stop.LOST);
        } else {
            unhold(one);
            slots.giveBack(one.slot);
            changed();
        }
    }

    private void cancelled(long leaseId) {
        HeldLease one = held.get(leaseId);
        if (one == null) return;
        if (one.run != null) {
            stop(one, Stop.CANCELLED);
        } else {
            unhold(one);
            slots.giveBack(one.slot);
            report(one.lease, ReportKind.CANCELLED, "cancelled before its script was started");
            changed();
        }
    }

    // Leases that end because the queue does not answer.

    private void scheduleStop() {
        if (stopTimer != null) stopTimer.cancel();
        stopTimer = null;
        long now = loop.nanoTime();
        held.values().stream()
                .filter(one -> one.run != null)
                .mapToLong(one -> one.stopAt() - now)
                .min()
                .ifPresent(
                        wait -> stopTimer = loop.schedule(Duration.ofNanos(Math.max(0, wait)), this::stopUnconfirmed));
    }

    private void stopUnconfirmed() {
        long now = loop.nanoTime();
        for (HeldLease one : List.copyOf(held.values())) {
            if (one.run == null || one.stopAt() - now > 0) continue;
            LOG.warn(
                    "job {}: no heartbeat got through, so its script is stopped before lease {} ends, and nothing is"
                            + " reported; the queue gives the job to a worker again",
                    one.jobId(),
                    one.id());
            stop(one, Stop.LOST);
        }
        scheduleStop();
    }

    // The end.

    /**
     * Claims nothing more, lets scripts end for a while, interrupts and gives back the others, and reports. Completes
     * within bounds, whatever scripts and queue do; from any thread.
     */
    CompletionStage<Void> stop() {
        loop.execute(this::beginStop);
        return stopped;
    }

    private void beginStop() {
        if (stopping) return;
        stopping = true;
        claims.stop();
        for (HeldLease one : List.copyOf(held.values())) {
            if (one.run != null) continue;
            unhold(one);
            slots.giveBack(one.slot);
            report(one.lease, ReportKind.RELEASE, "the worker stops");
        }
        loop.schedule(settings.stopWait(), this::interruptAll);
        changed();
    }

    private void interruptAll() {
        for (HeldLease one : List.copyOf(held.values())) stop(one, Stop.RELEASED);
        loop.schedule(settings.interruptGrace(), this::beginLastCalls);
        changed();
    }

    private void completeStop() {
        if (!held.isEmpty()) return;
        if (outbox.size() == 0 && claims.isQuiet()) stopped.complete(null);
        else beginLastCalls();
    }

    private void beginLastCalls() {
        if (lastCalls) return;
        lastCalls = true;
        loop.schedule(LAST_CALLS, () -> {
            if (stopped.isDone()) return;
            if (outbox.size() == 0 && executing == 0) {
                // What the claim may still be granted is not listed in any heartbeat, so the queue takes it back.
                LOG.info("worker {} stops without an answer to its last claim", settings.name());
                stopped.complete(null);
                return;
            }
            LOG.warn(
                    "worker {} stops with {} reports unanswered and {} scripts that still run; the queue rescues their"
                            + " jobs when their leases end",
                    settings.name(),
                    outbox.size(),
                    executing);
            stopped.complete(null);
        });
    }
}
