/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;

/**
 * Brings waiting claims and available jobs together. It is volatile and runs on the core thread: it sees the applied
 * state, reserves a job for a claim, and proposes a grant; the machine checks the grant when it is committed. After
 * {@link #propose} no free job and waiting claim are left that fit each other, except beyond the bound of one call.
 *
 * <p>Order: the oldest job first, over all queues that a claim takes; the claim that has waited longest first.
 */
public final class Matchmaker {
    private static final int MAX_JOBS_OF_A_CALL = 4_096;
    private static final int MAX_CALLS_OF_A_CLAIM = 4;
    private static final int MAX_ANSWERED = 20_000;

    private final QueueMachine machine;
    private final Leases leases;
    private final Executor answers;
    private final int maxClaims;

    private final Available available = new Available();
    private final Set<String> reserved = new HashSet<>();
    /** Jobs that have become free and claims that have become open since they were last tried, by age. */
    private final TreeMap<Long, Job> freshJobs = new TreeMap<>();

    private final TreeMap<Long, Claim> freshClaims = new TreeMap<>();
    private final ParkedClaims parked = new ParkedClaims();
    private final Map<Claim.Key, Claim> open = new HashMap<>();
    private final Map<String, Set<Claim.Key>> keysOfWorker = new HashMap<>();
    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>(Comparator.comparingLong(Deadline::nanos));
    /** The last claim of each worker that was answered with leases. */
    private final Map<Claim.Key, Long> answered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Claim.Key, Long> eldest) {
            return size() > MAX_ANSWERED;
        }
    };

    private long nextNumber = 1;

    private record Deadline(long nanos, Claim claim) {}

    /** Knows all jobs that are available in the machine now. */
    public Matchmaker(QueueMachine machine, Leases leases, Executor answers, int maxClaims) {
        this.machine = machine;
        this.leases = leases;
        this.answers = answers;
        this.maxClaims = maxClaims;
        for (Job job : machine.jobs()) if (job.state() == JobState.AVAILABLE) available.add(job);
    }

    /**
     * Opens a claim, or joins the call to it if it is open, or answers at once if it was answered before.
     *
     * @param firstCall whether this incarnation of the worker calls for the first time: then the claims of those before
     *     it are over. Later calls do not end them: if the one before is alive after all, two workers share the name,
     *     and each would end the other's claims for ever
     */
    public void park(ClaimRequest request, boolean firstCall, CompletableFuture<List<Lease>> answer, long now) {
        Claim.Key key = Claim.Key.of(request);
        Claim before = open.get(key);
        if (before != null && before.request.claimId() == request.claimId()) {
            join(before, request, answer, now);
            return;
        }
        Long last = answered.get(key);
        boolean old = before != null && before.request.claimId() > request.claimId()
                || last != null && last > request.claimId();
        if (old) {
            reply(answer, List.of());
            return;
        }
        if (before != null && before.granting) {
            replaceSuccessor(before, new Claim.Successor(request, answer));
            return;
        }
        if (before != null) end(before, List.of());
        if (firstCall) {
            for (Claim.Key other : List.copyOf(keysOfWorker.getOrDefault(request.worker(), Set.of()))) {
                end(open.get(other), List.of());
            }
        }
        List<Leases.Held> held = leases.ofClaim(key.worker(), key.incarnation(), request.claimId());
        if (!held.isEmpty() || last != null && last == request.claimId()) {
            reply(answer, renewed(held, now));
            return;
        }
        if (open.size() >= maxClaims) {
            fail(answer, new QueueUnavailableException(maxClaims + " claims are waiting already; repeat later"));
            return;
        }
        Claim claim = new Claim(request, nextNumber++);
        claim.calls.add(new Claim.Call(answer, now));
        open.put(key, claim);
        keysOfWorker.computeIfAbsent(key.worker(), name -> new HashSet<>()).add(key);
        parked.add(claim);
        freshClaims.put(claim.number, claim);
        setDeadline(claim, request, now);
    }

    /** The claim that is being granted gets its leases first; the newer one is opened then, for the slots that are left. */
    private void replaceSuccessor(Claim claim, Claim.Successor successor) {
        Claim.Successor older = claim.successor;
        claim.successor = successor;
        if (older != null) reply(older.answer(), List.of());
    }

    private void openSuccessor(Claim claim, int granted, long now) {
        Claim.Successor successor = claim.successor;
        if (successor == null) return;
        claim.successor = null;
        int slots = successor.slotsAfter(granted);
        if (slots <= 0) reply(successor.answer(), List.of());
        else park(successor.withSlots(slots), false, successor.answer(), now);
    }

    private void join(Claim claim, ClaimRequest request, CompletableFuture<List<Lease>> answer, long now) {
        if (claim.calls.size() >= MAX_CALLS_OF_A_CLAIM) {
            fail(claim.calls.remove(0).answer(), new QueueUnavailableException("this claim was repeated meanwhile"));
        }
        claim.calls.add(new Claim.Call(answer, now));
        setDeadline(claim, request, now);
    }

    private void setDeadline(Claim claim, ClaimRequest request, long now) {
        claim.deadlineNanos = now + request.maxWait().toNanos();
        deadlines.add(new Deadline(claim.deadlineNanos, claim));
    }

    /** Takes note of a change of the applied state. */
    public void changed(Change change) {
        Job before = change.before();
        Job after = change.after();
        if (before != null && before.state() == JobState.AVAILABLE) {
            available.remove(before);
            freshJobs.remove(before.sequence());
        }
        if (after != null && after.state() == JobState.AVAILABLE && !reserved.contains(after.id())) offer(after);
    }

    private void offer(Job job) {
        available.add(job);
        freshJobs.put(job.sequence(), job);
    }

    /**
     * Grants to log now.
     *
     * @param submitted jobs that stand before the grants in the same entry: a waiting claim gets one of them with one
     *     force of the disk, not two. Whether they really became jobs the machine knows when it sees the grant
     * @param time the time of that entry
     */
    public List<Proposal> propose(List<JobSpec> submitted, Instant time) {
        Map<Long, Claim> touched = new TreeMap<>();
        int room = MAX_JOBS_OF_A_CALL;
        while (!freshClaims.isEmpty() && room > 0) {
            Claim claim = freshClaims.pollFirstEntry().getValue();
            for (Job job = next(claim); job != null && room > 0; job = next(claim)) {
                available.remove(job);
                room -= promise(claim, job.id(), touched);
            }
        }
        while (!freshJobs.isEmpty() && room > 0) {
            Job job = freshJobs.pollFirstEntry().getValue();
            Claim claim = available.contains(job) ? parked.first(job.spec().queue(), job.id()) : null;
            if (claim == null) continue;
            available.remove(job);
            room -= promise(claim, job.id(), touched);
        }
        for (JobSpec spec : submitted) {
            boolean now = spec.delay().isZero() && !spec.notBefore().isAfter(time);
            if (!now || room <= 0 || reserved.contains(spec.jobId()) || machine.job(spec.jobId()) != null) continue;
            Claim claim = parked.first(spec.queue(), spec.jobId());
            if (claim != null) room -= promise(claim, spec.jobId(), touched);
        }
        List<Proposal> proposals = new ArrayList<>(touched.size());
        for (Claim claim : touched.values()) {
            parked.remove(claim);
            freshClaims.remove(claim.number);
            claim.granting = true;
            proposals.add(new Proposal(claim));
        }
        return proposals;
    }

    private Job next(Claim claim) {
        if (!claim.hasRoom()) return null;
        if (claim.request.jobId().isEmpty()) return available.oldest(claim.request.queues());
        Job job = machine.job(claim.request.jobId());
        return job != null && available.contains(job) && claim.takes(job.spec().queue(), job.id()) ? job : null;
    }

    private int promise(Claim claim, String jobId, Map<Long, Claim> touched) {
        reserved.add(jobId);
        claim.proposed.add(jobId);
        touched.put(claim.number, claim);
        if (!claim.hasRoom()) parked.remove(claim);
        return 1;
    }

    /**
     * Takes note of what came of a proposal, and answers the claim, or lets it wait on.
     *
     * @return leases that nobody waits for any more; they can be released
     */
    public List<Long> decided(Proposal proposal, Result.Granted result, long now) {
        Claim claim = proposal.claim;
        settle(claim);
        List<Long> leaseIds =
                result.leases().stream().map(Result.Given::leaseId).toList();
        if (claim.ended) return leaseIds;
        if (leaseIds.isEmpty()) {
            parkAgain(claim);
            openSuccessor(claim, 0, now);
            return List.of();
        }
        answered.remove(claim.key());
        answered.put(claim.key(), claim.request.claimId());
        forget(claim);
        for (Claim.Call call : claim.calls) {
            // The worker counts from when it sent this call, the server from now: the time in between is added.
            Duration leaseFor = leases.term().plusNanos(now - call.arrivedNanos());
            List<Lease> granted = new ArrayList<>(result.leases().size());
            for (Result.Given given : result.leases()) {
                granted.add(new Lease(given.leaseId(), given.attempt(), leaseFor, given.spec()));
            }
            reply(call.answer(), granted);
        }
        openSuccessor(claim, leaseIds.size(), now);
        return List.of();
    }

    /** Takes note that a proposal was not logged: its claim waits on, its jobs are free again. */
    public void notLogged(Proposal proposal, long now) {
        Claim claim = proposal.claim;
        settle(claim);
        if (claim.ended) return;
        parkAgain(claim);
        openSuccessor(claim, 0, now);
    }

    private void settle(Claim claim) {
        claim.granting = false;
        for (String jobId : claim.proposed) {
            reserved.remove(jobId);
            Job job = machine.job(jobId);
            if (job != null && job.state() == JobState.AVAILABLE) offer(job);
        }
        claim.proposed.clear();
    }

    private void parkAgain(Claim claim) {
        parked.add(claim);
        freshClaims.put(claim.number, claim);
        deadlines.add(new Deadline(claim.deadlineNanos, claim));
    }

    /** Answers the claims whose time is up with nothing; a claim that waits for the log, or to be tried, waits on. */
    public void timeUp(long now) {
        while (!deadlines.isEmpty() && deadlines.peek().nanos() <= now) {
            Claim claim = deadlines.peek().claim();
            boolean current = !claim.ended && !claim.granting && claim.deadlineNanos <= now;
            if (current && freshClaims.containsKey(claim.number)) return;
            deadlines.poll();
            if (current) end(claim, List.of());
        }
    }

    /** Ends the claim of a worker that was not heard of; if it lives after all, it claims again. */
    public void endClaimOf(String worker, String incarnation) {
        Claim claim = open.get(new Claim.Key(worker, incarnation));
        if (claim != null) end(claim, List.of());
    }

    /** Ends all claims. */
    public void failAll(BatchException why) {
        for (Claim claim : List.copyOf(open.values())) {
            forget(claim);
            for (Claim.Call call : claim.calls) fail(call.answer(), why);
            if (claim.successor != null) fail(claim.successor.answer(), why);
        }
    }

    public int openClaims() {
        return open.size();
    }

    private void end(Claim claim, List<Lease> with) {
        forget(claim);
        for (Claim.Call call : claim.calls) reply(call.answer(), with);
        replaceSuccessor(claim, null);
    }

    private void forget(Claim claim) {
        claim.ended = true;
        open.remove(claim.key());
        keysOfWorker.computeIfPresent(claim.request.worker(), (name, keys) -> {
            keys.remove(claim.key());
            return keys.isEmpty() ? null : keys;
        });
        parked.remove(claim);
        freshClaims.remove(claim.number);
    }

    private List<Lease> renewed(List<Leases.Held> held, long now) {
        List<Lease> list = new ArrayList<>(held.size());
        for (Leases.Held lease : held) {
            Job job = machine.byLease(lease.leaseId());
            if (job == null || !leases.renew(lease.leaseId(), now)) continue;
            list.add(new Lease(
                    lease.leaseId(),
                    job.attempt(),
                    leases.term(),
                    machine.detail(job).spec()));
        }
        return list;
    }

    private void reply(CompletableFuture<List<Lease>> answer, List<Lease> with) {
        answers.execute(() -> answer.complete(with));
    }

    private void fail(CompletableFuture<List<Lease>> answer, BatchException why) {
        answers.execute(() -> answer.completeExceptionally(why));
    }
}
