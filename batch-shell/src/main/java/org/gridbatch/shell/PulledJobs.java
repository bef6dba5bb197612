/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.JobIds;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.worker.gogo.ScriptRunner;
import org.gridbatch.worker.gogo.ScriptSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs that people of this node took by hand: claims them, keeps their leases alive, and gives back what is left of
 * them when their session or this bundle ends.
 *
 * <p>One daemon thread looks at the leases once a second, from the first pull on. Heartbeats are not waited for, so a slow
 * queue does not hide that a lease runs out.
 */
final class PulledJobs implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PulledJobs.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration LAST_REPORT = Duration.ofSeconds(5);
    private static final int MOST = 256;

    private final Grid grid;
    private final ScriptRunner scripts;
    private final CommandProcessor processor;
    private final String worker;
    private final String incarnation = JobIds.next();
    private final Map<Long, PulledJob> held = new ConcurrentHashMap<>();
    private final ReentrantLock claiming = new ReentrantLock();
    private final ScheduledThreadPoolExecutor timer;
    private long lastClaimId;
    private boolean beating;
    private long lastBeat;

    /** @param worker what this shell is called as a worker */
    PulledJobs(Grid grid, ScriptRunner scripts, CommandProcessor processor, String worker) {
        this.grid = grid;
        this.scripts = scripts;
        this.processor = processor;
        this.worker = worker;
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gridbatch-shell-heartbeat");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @param jobId only this job; empty for any
     * @return nothing if there was no job within the time
     */
    Optional<PulledJob> pull(
            CommandSession session, List<String> queues, String accepts, String jobId, Duration atMost) {
        if (held.size() >= MOST) {
            throw new CommandFailed("this shell holds " + MOST + " jobs already: complete, fail or release some first");
        }
        // The queue ends a claim when the same worker makes a newer one.
        if (!claiming.tryLock()) {
            throw new CommandFailed("another pull on this node waits for a job: try again when it has ended");
        }
        try {
            lastClaimId++;
            ClaimRequest request =
                    new ClaimRequest(worker, incarnation, lastClaimId, queues, accepts, jobId, 1, 1, 0, atMost);
            long sent = System.nanoTime();
            List<Lease> leases = grid.claim(
                    request,
                    late -> giveBack(
                            late.stream()
                                    .map(lease -> new PulledJob(this, scripts, session, lease, sent))
                                    .toList(),
                            "whoever pulled it did not wait for it"));
            for (Lease lease : leases) {
                PulledJob job = new PulledJob(this, scripts, session, lease, sent);
                held.put(lease.leaseId(), job);
                expireInTime(job);
            }
            startBeating();
            return leases.stream().findFirst().map(lease -> held.get(lease.leaseId()));
        } finally {
            claiming.unlock();
        }
    }

    String worker() {
        return worker;
    }

    Grid grid() {
        return grid;
    }

    void forget(long leaseId) {
        held.remove(leaseId);
    }

    /**
     * Whether the session still takes commands. Gogo has no such question; but it refuses to make children of a session
     * that was closed.
     */
    boolean isOpen(CommandSession session) {
        if (session instanceof ScriptSession script) return script.isOpen();
        try {
            processor.createSession(session).close();
            return true;
        } catch (IllegalArgumentException | IllegalStateException e) {
            return false;
        }
    }

    private void startBeating() {
        if (beating) return;
        beating = true;
        timer.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** To the moment: the next tick may be too late. */
    private void expireInTime(PulledJob job) {
        timer.schedule(job::expireIfDue, job.nanosLeft(), TimeUnit.NANOSECONDS);
    }

    private void tick() {
        try {
            List<PulledJob> orphans = new ArrayList<>();
            for (PulledJob job : held.values()) {
                if (!job.expireIfDue() && job.isOrphan()) orphans.add(job);
            }
            if (!orphans.isEmpty()) giveBack(orphans, "the shell that pulled it was closed");
            beat();
        } catch (RuntimeException e) {
            // Would end the timer, and with it every lease.
            log.warn("keeping the leases of pulled jobs alive failed; it is tried again in a second", e);
        }
    }

    private void beat() {
        List<Long> leaseIds = held.keySet().stream().sorted().limit(Limits.BULK).toList();
        if (leaseIds.isEmpty()) return;
        Duration shortest = held.values().stream()
                .map(PulledJob::leaseFor)
                .min(Duration::compareTo)
                .orElse(TICK);
        long now = System.nanoTime();
        if (lastBeat != 0 && now - lastBeat < shortest.toNanos() / 3) return;
        lastBeat = now;
        grid.workLater(work -> work.heartbeat(new Heartbeat(worker, incarnation, leaseIds)), TICK)
                .whenComplete((reply, failure) -> {
                    if (failure == null) heard(leaseIds, reply, now);
                    else
                        log.debug(
                                "a heartbeat for {} pulled jobs failed; the next one follows",
                                leaseIds.size(),
                                failure);
                });
    }

    private void heard(List<Long> leaseIds, HeartbeatReply reply, long sent) {
        for (Long leaseId : leaseIds) {
            PulledJob job = held.get(leaseId);
            if (job == null) continue;
            if (reply.lost().contains(leaseId)) {
                job.lose("the queue gave it to somebody else, or ended it");
            } else {
                job.confirm(sent, reply.leaseFor());
                expireInTime(job);
                if (reply.cancelled().contains(leaseId)) job.cancel();
            }
        }
    }

    /** Reports without waiting for people: for what nobody can report on any more. */
    private CompletionStage<?> giveBack(List<PulledJob> jobs, String why) {
        List<Report> reports = new ArrayList<>();
        for (PulledJob job : jobs) {
            if (job.lose(why)) reports.add(job.report(ReportKind.RELEASE, Duration.ZERO, why, ""));
        }
        if (reports.isEmpty()) return CompletableFuture.completedFuture(null);
        return grid.workLater(work -> work.report(reports), LAST_REPORT).whenComplete((verdicts, failure) -> {
            if (failure != null) {
                log.warn(
                        "{} pulled jobs could not be given back; the queue does it when their leases run out",
                        reports.size());
            }
        });
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            giveBack(List.copyOf(held.values()), "the node that pulled it stopped")
                    .toCompletableFuture()
                    .get(LAST_REPORT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            log.debug("giving back pulled jobs failed", e);
        } catch (TimeoutException e) {
            log.warn(
                    "no answer for pulled jobs given back; if they were not, the queue does it when their leases run out");
        }
    }
}
