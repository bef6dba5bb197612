/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.testing;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridbatch.api.Ad;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.JobIds;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.WorkQueue;

/** A worker that a test plays: it takes a job when it is told to, and says of it what it is told to. */
public final class TestWorker {
    private final WorkQueue queue;
    private final String name;
    private final String incarnation = JobIds.next();
    private final Ad ad;
    private final Map<Long, Lease> held = new LinkedHashMap<>();
    private final Set<Long> cancelled = new HashSet<>();
    private long claims;
    private boolean killed;

    TestWorker(WorkQueue queue, String name, List<String> commands) {
        this.queue = queue;
        this.name = name;
        ad = new Ad(1, Map.of(), commands);
        advertise();
    }

    private void advertise() {
        queue.advertise(name, incarnation, ad).toCompletableFuture().join();
    }

    /** The job whose turn it is, leased to this worker; empty if there is none for it now. */
    public synchronized Optional<Lease> take() {
        alive();
        // A queue forgets a worker that was not heard of for a while.
        advertise();
        List<Lease> leases = queue.claim(new ClaimRequest(
                        name,
                        incarnation,
                        ++claims,
                        List.of(),
                        "",
                        "",
                        1,
                        Math.min(held.size() + 1, Limits.SLOTS),
                        ad.version(),
                        Duration.ZERO))
                .toCompletableFuture()
                .join();
        leases.forEach(lease -> held.put(lease.leaseId(), lease));
        return leases.stream().findFirst();
    }

    /** The script has worked. */
    public Verdict complete(Lease lease, String result) {
        return report(lease, ReportKind.COMPLETE, Duration.ZERO, "", result);
    }

    /** The script has failed, and is tried again while there are attempts left. */
    public Verdict fail(Lease lease, String why) {
        return report(lease, ReportKind.FAIL, Duration.ZERO, why, "");
    }

    /** The script has failed, and it would make no sense to try again. */
    public Verdict failForGood(Lease lease, String why) {
        return report(lease, ReportKind.FAIL_FOR_GOOD, Duration.ZERO, why, "");
    }

    /** The script wants to be run later, which costs no attempt. */
    public Verdict snooze(Lease lease, Duration delay) {
        return report(lease, ReportKind.SNOOZE, delay, "", "");
    }

    /** The script has stopped because the job was cancelled. */
    public Verdict cancelled(Lease lease) {
        return report(lease, ReportKind.CANCELLED, Duration.ZERO, "stopped on request", "");
    }

    private synchronized Verdict report(Lease lease, ReportKind kind, Duration delay, String error, String result) {
        alive();
        Report report = new Report(
                name,
                lease.leaseId(),
                lease.spec().jobId(),
                kind,
                delay,
                error,
                result,
                CapturedText.NONE,
                CapturedText.NONE);
        Verdict verdict =
                queue.report(List.of(report)).toCompletableFuture().join().get(0);
        held.remove(lease.leaseId());
        return verdict;
    }

    /** Whether the last heartbeat has said that the job is to stop; heartbeats are sent while time passes. */
    public synchronized boolean isCancelled(Lease lease) {
        return cancelled.contains(lease.leaseId());
    }

    /** It is not heard of any more: its jobs are rescued when their leases have run out. */
    public synchronized void kill() {
        killed = true;
    }

    synchronized void heartbeat() {
        if (killed) return;
        List<Long> all = List.copyOf(held.keySet());
        for (int from = 0; from < all.size(); from += Limits.BULK) {
            List<Long> some = all.subList(from, Math.min(all.size(), from + Limits.BULK));
            HeartbeatReply reply = queue.heartbeat(new Heartbeat(name, incarnation, some))
                    .toCompletableFuture()
                    .join();
            reply.lost().forEach(held::remove);
            cancelled.addAll(reply.cancelled());
        }
    }

    private void alive() {
        if (killed) throw new IllegalStateException("worker " + name + " was killed");
    }
}
