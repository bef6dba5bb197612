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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.queue.core.Barrier;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Shape;

/**
 * Brings waiting claims and available jobs together. It is volatile and runs on the core thread: it sees the applied
 * state, reserves a job for a claim, and proposes a grant; the machine checks state, key and limits when the grant is
 * committed, never a filter. After {@link #propose} no job that may start and waiting claim are left that fit each
 * other, except beyond the bound of one call.
 *
 * <p>Which job: see {@link Waiting}. Which claim: one that asked for just this job, else the one that the job ranks
 * highest, else the one that has waited longest. A job is never held back for a better worker.
 */
public final class Matchmaker {
    private static final int MAX_JOBS_OF_A_CALL = 4_096;
    private static final int MAX_SCANNED_OF_A_CALL = 5_000;
    private static final int MAX_CALLS_OF_A_CLAIM = 4;
    private static final int MAX_ANSWERED = 20_000;
    private static final int MAX_ACCEPTS_REMEMBERED = 1_000;

    private final QueueMachine machine;
    private final Leases leases;
    private final Executor answers;
    private final int maxClaims;

    private final Waiting waiting;
    private final Explainer explainer;
    private final Fits fits;
    private final Reserved reserved = new Reserved();
    private final Set<String> graceKeys = new TreeSet<>();
    private final Set<Bin> rateLimited = new LinkedHashSet<>();
    /** Jobs that came in sight, or may start again, while some claims look at each job. */
    private final TreeMap<Long, Job> freshJobs = new TreeMap<>();
    /** Claims that were opened since they were last tried. */
    private final TreeMap<Long, Claim> freshClaims = new TreeMap<>();

    private final ParkedClaims parked = new ParkedClaims();
    private final Map<Claim.Key, Claim> open = new HashMap<>();
    private final Map<String, Set<Claim.Key>> keysOfWorker = new HashMap<>();
    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>(Comparator.comparingLong(Deadline::nanos));
    /** The last claim of each worker that was answered with leases. */
    private final Map<Claim.Key, Long> answered = new BoundedMap<>(MAX_ANSWERED);

    /** Of what claims accept: up to which job it is none, so that the next such claim need not look at those. */
    private final Map<String, Long> acceptedNoneUpTo = new BoundedMap<>(MAX_ACCEPTS_REMEMBERED);

    /** How many jobs were compared with what a claim accepts. */
    private long filtered;

    private long nextNumber = 1;
    private boolean held;
    private long rulesVersion;
    private Instant time;

    private record Deadline(long nanos, Claim claim) {}

    /** Knows all jobs that are available in the machine now. */
    public Matchmaker(QueueMachine machine, Leases leases, Workers workers, Executor answers, int maxClaims) {
        this.machine = machine;
        this.leases = leases;
        this.answers = answers;
        this.maxClaims = maxClaims;
        time = machine.lastTime();
        rulesVersion = machine.rules().version();
        waiting = new Waiting(
                machine.rules(), reserved, this::isKeyFree, this::mayStartItem, this::shown, workers::forgetFits);
        explainer = new Explainer(machine, workers, leases, parked, waiting, () -> held);
        fits = new Fits(machine, workers, leases, explainer);
        graceKeys.addAll(machine.heldKeys());
        for (JobArray array : machine.arrays()) arrayMoved(array.id());
        for (Job job : machine.jobs()) {
            if (job.state() == JobState.AVAILABLE && machine.array(job.id()) == null) waiting.add(job);
        }
    }

    private boolean mayStartItem(JobArray array) {
        // The barrier has words for people, and a throttle closes and opens with every item.
        return array.executing() + reserved.ofArray(array.id()) < array.throttle() && machine.barrier(array) == null;
    }

    /** Says why a job is not executing. */
    public Explainer explainer() {
        return explainer;
    }

    /** Says which workers could run a job. */
    public Fits fits() {
        return fits;
    }

    private boolean isKeyFree(String key) {
        return !reserved.hasKey(key) && machine.exclusiveBarrier(key, time) == null;
    }

    /**
     * Opens a claim, or joins the call to it if it is open, or answers at once if it was answered before.
     *
     * @param firstCall whether this incarnation of the worker calls for the first time: then the claims of those before
     *     it are over. Later calls do not end them: if the one before is alive after all, two workers share the name,
     *     and each would end the other's claims for ever
     */
    public void park(
            ClaimRequest request, Offer offer, boolean firstCall, CompletableFuture<List<Lease>> answer, long now) {
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
            replaceSuccessor(before, new Claim.Successor(request, offer, answer));
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
        Claim claim = new Claim(request, offer);
        claim.calls.add(new Claim.Call(answer, now));
        open.put(key, claim);
        keysOfWorker.computeIfAbsent(key.worker(), name -> new HashSet<>()).add(key);
        line(claim);
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
        int slots = successor.request().slots() - granted;
        if (slots <= 0) reply(successor.answer(), List.of());
        else park(successor.request().withSlots(slots), successor.offer(), false, successor.answer(), now);
    }

    /** Puts a claim at the end of the line, to be tried. */
    private void line(Claim claim) {
        claim.number = nextNumber++;
        claim.scannedUpTo = acceptedNoneUpTo.getOrDefault(claim.request.accepts(), 0L);
        claim.drained = machine.rules().isDrained(claim.request.worker());
        parked.add(claim);
        freshClaims.put(claim.number, claim);
    }

    private void unline(Claim claim) {
        parked.remove(claim);
        freshClaims.remove(claim.number);
    }

    /** A worker offers something else now. */
    public void advertised(String worker, String incarnation, Offer offer) {
        Claim claim = open.get(new Claim.Key(worker, incarnation));
        if (claim == null) return;
        claim.offer = offer;
        if (claim.successor != null) {
            claim.successor = new Claim.Successor(claim.successor.request(), offer, claim.successor.answer());
        }
        if (claim.granting) return;
        unline(claim);
        line(claim);
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
        JobArray array = after == null ? null : machine.array(after.id());
        if (array != null) {
            arrayChanged(array, before, after);
            return;
        }
        if (before != null && before.state() == JobState.AVAILABLE) withdraw(before);
        boolean ran = before != null && before.tenure() != null;
        boolean runs = after != null && after.tenure() != null;
        if (ran != runs) gatesChanged(runs ? after : before);
        if (after != null && after.state() == JobState.AVAILABLE && !reserved.has(after.id())) waiting.add(after);
    }

    private void arrayChanged(JobArray array, Job before, Job after) {
        if (after.state().isFinal()) {
            waiting.arrayEnded(array.id());
            return;
        }
        waiting.arrayChanged(array);
        boolean opens = after.state() == JobState.AVAILABLE && (before == null || before.state() != after.state());
        if (!opens) return;
        // Its items come in sight now, and may be older than what was looked at.
        acceptedNoneUpTo.clear();
        if (!parked.hasChoosy()) return;
        for (Claim claim : parked.all()) {
            if (claim.accepts == null && claim.request.jobId().isEmpty()) continue;
            claim.scannedUpTo = 0;
            freshClaims.put(claim.number, claim);
        }
    }

    private void withdraw(Job job) {
        waiting.remove(job);
        freshJobs.remove(job.sequence());
    }

    private void shown(Job job) {
        if (parked.hasChoosy()) freshJobs.put(job.sequence(), job);
    }

    /** A job has started or ended, so others may have to wait, or not any more. */
    private void gatesChanged(Job job) {
        String key = job.spec().exclusiveKey();
        if (!key.isEmpty()) {
            Barrier barrier = machine.exclusiveBarrier(key, time);
            if (barrier != null && barrier.kind() == Barrier.Kind.GRACE) graceKeys.add(key);
            waiting.keyChanged(key);
        }
        arrayMoved(job.arrayId());
        reopen(job.spec());
    }

    private void arrayMoved(String arrayId) {
        JobArray array = machine.array(arrayId);
        if (array != null && !machine.job(arrayId).state().isFinal()) waiting.arrayChanged(array);
    }

    private void reopen(JobSpec spec) {
        if (!machine.rules().limitOfQueue(spec.queue()).equals(Limit.NONE)) {
            waiting.ofQueue(spec.queue()).forEach(waiting::reopened);
        }
        if (!spec.limitKey().isEmpty()) waiting.ofLimitKey(spec.limitKey()).forEach(waiting::reopened);
    }

    /** Looks whether time has opened what it closes. */
    public void wake(Instant now) {
        time = now;
        for (String key : List.copyOf(graceKeys)) {
            Barrier barrier = machine.exclusiveBarrier(key, now);
            if (barrier != null && barrier.kind() == Barrier.Kind.GRACE) continue;
            graceKeys.remove(key);
            waiting.keyChanged(key);
        }
        for (Bin bin : List.copyOf(rateLimited)) {
            if (!machine.mayStart(bin.shape, 0, 0, now)) continue;
            rateLimited.remove(bin);
            waiting.reopened(bin);
        }
    }

    private void lookAtRules() {
        if (rulesVersion == machine.rules().version()) return;
        rulesVersion = machine.rules().version();
        waiting.rulesChanged();
        for (Claim claim : parked.all()) {
            unline(claim);
            line(claim);
        }
    }

    /** Proposes nothing, or goes on: claims and jobs that come meanwhile are tried then. */
    public void hold(boolean hold) {
        held = hold;
    }

    /**
     * Grants to log now.
     *
     * @param submitted jobs that stand before the grants in the same entry: a waiting claim gets one of them with one
     *     force of the disk, not two. Whether they really became jobs the machine knows when it sees the grant
     * @param now the time of that entry
     */
    public List<Proposal> propose(List<JobSpec> submitted, Instant now) {
        time = now;
        lookAtRules();
        if (held) return List.of();
        Round round = new Round();
        tryClaims(round);
        tryChosen(round);
        tryJobs(round);
        tryAtOnce(submitted, round);
        return round.proposals();
    }

    /** Whether {@link #propose} has more to do, though it found nothing. */
    public boolean hasMore() {
        return !held && !freshClaims.isEmpty();
    }

    private final class Round {
        private final Map<Long, Claim> touched = new TreeMap<>();
        private int room = MAX_JOBS_OF_A_CALL;
        private int scans = MAX_SCANNED_OF_A_CALL;

        boolean isOver() {
            return room <= 0;
        }

        void promise(Claim claim, JobSpec spec, String arrayId) {
            reserved.add(spec, arrayId);
            arrayMoved(arrayId);
            if (!spec.exclusiveKey().isEmpty()) waiting.keyChanged(spec.exclusiveKey());
            waiting.taken(machine.rules().orderOf(spec.queue()), spec.tenant());
            claim.proposed.add(spec.jobId());
            touched.put(claim.number, claim);
            if (!claim.hasRoom()) parked.remove(claim);
            room--;
        }

        List<Proposal> proposals() {
            List<Proposal> proposals = new ArrayList<>(touched.size());
            for (Claim claim : touched.values()) {
                unline(claim);
                claim.granting = true;
                proposals.add(new Proposal(claim));
            }
            return proposals;
        }
    }

    /** New claims look for jobs. */
    private void tryClaims(Round round) {
        while (!freshClaims.isEmpty() && !round.isOver()) {
            Claim claim = freshClaims.firstEntry().getValue();
            Job job = next(claim, round);
            while (job != null && !round.isOver()) {
                withdraw(job);
                round.promise(claim, job.spec(), job.arrayId());
                job = next(claim, round);
            }
            if (round.scans <= 0) return;
            if (!round.isOver()) freshClaims.remove(claim.number);
        }
    }

    private Job next(Claim claim, Round round) {
        if (!claim.hasRoom()) return null;
        if (!claim.request.jobId().isEmpty()) {
            Job job = machine.job(claim.request.jobId());
            return job != null && isFree(job, claim) ? job : null;
        }
        return claim.accepts == null ? waiting.next(bin -> claim.takes(bin) && isOpen(bin)) : scan(claim, round);
    }

    /** The oldest job that a choosy claim accepts, of those that it has not looked at. */
    private Job scan(Claim claim, Round round) {
        for (Job job = machine.after(claim.scannedUpTo); job != null; job = machine.after(claim.scannedUpTo)) {
            if (round.scans-- <= 0) return null;
            boolean accepted = accepts(claim, job);
            claim.scannedUpTo = job.sequence();
            if (accepted && isFree(job, claim)) return job;
        }
        return null;
    }

    private boolean accepts(Claim claim, Job job) {
        filtered++;
        if (claim.accepts(job.spec())) return true;
        // What a job says of itself never changes, so a refusal holds for all that accept the same.
        String accepts = claim.request.accepts();
        if (acceptedNoneUpTo.getOrDefault(accepts, 0L) == claim.scannedUpTo) {
            acceptedNoneUpTo.put(accepts, job.sequence());
        }
        return false;
    }

    /** For tests of what matching costs. */
    long filtered() {
        return filtered;
    }

    private boolean isFree(Job job, Claim claim) {
        if (job.state() != JobState.AVAILABLE || reserved.has(job.id())) return false;
        Bin bin = waiting.bin(Shape.of(job.spec()));
        if (!claim.takes(bin) || !isOpen(bin)) return false;
        if (job.isItem()) waiting.bring(job);
        return waiting.isInSight(job);
    }

    /** New jobs look for claims that have chosen them. */
    private void tryChosen(Round round) {
        while (!freshJobs.isEmpty() && !round.isOver()) {
            Job job = freshJobs.pollFirstEntry().getValue();
            Bin bin = waiting.bin(Shape.of(job.spec()));
            if (!isOpen(bin) || !waiting.isInSight(job)) continue;
            Claim claim = parked.choosing(bin, job.spec());
            if (claim == null) continue;
            withdraw(job);
            round.promise(claim, job.spec(), job.arrayId());
        }
    }

    /** New jobs, and those that may start again, look for any claim. */
    private void tryJobs(Round round) {
        if (parked.isEmpty()) return;
        while (!round.isOver()) {
            Job job = waiting.next(bin -> bin.fresh && isOpen(bin));
            if (job == null) return;
            Bin bin = waiting.bin(Shape.of(job.spec()));
            Claim claim = claimFor(bin);
            if (claim == null) {
                bin.fresh = false;
                continue;
            }
            withdraw(job);
            round.promise(claim, job.spec(), job.arrayId());
        }
    }

    private Claim claimFor(Bin bin) {
        String rank = bin.shape.placement().rank();
        if (!rank.isEmpty()) return parked.best(bin, rank);
        Claim claim = parked.first(bin, bin.triedUpTo);
        bin.triedUpTo = claim == null ? Math.max(bin.triedUpTo, parked.last()) : claim.number - 1;
        return claim;
    }

    private void tryAtOnce(List<JobSpec> submitted, Round round) {
        if (submitted.isEmpty() || parked.isEmpty()) return;
        Newcomers newcomers = waiting.newcomers(submitted);
        for (JobSpec spec = newcomers.next(); spec != null && !parked.isEmpty(); spec = newcomers.next()) {
            tryAtOnce(spec, round);
        }
    }

    private void tryAtOnce(JobSpec spec, Round round) {
        boolean now = spec.delay().isZero() && !spec.notBefore().isAfter(time);
        boolean simple = spec.after().isEmpty() && spec.unique().key().isEmpty();
        if (!now || !simple || parked.isEmpty() || round.isOver()) return;
        if (reserved.has(spec.jobId()) || machine.job(spec.jobId()) != null) return;
        Bin bin = waiting.bin(Shape.of(spec));
        if (!isOpen(bin) || !spec.exclusiveKey().isEmpty() && !isKeyFree(spec.exclusiveKey())) return;
        Claim claim = parked.hasChoosy() ? parked.choosing(bin, spec) : null;
        if (claim == null) claim = claimFor(bin);
        if (claim != null) round.promise(claim, spec, "");
    }

    /** Whether one more job of a bin may start. */
    private boolean isOpen(Bin bin) {
        int ofQueue = reserved.ofQueue(bin.shape.queue());
        int ofKey = reserved.ofLimitKey(bin.shape.limitKey());
        if (machine.mayStart(bin.shape, ofQueue, ofKey, time)) return true;
        Barrier barrier = machine.barrier(bin.shape, time);
        if (barrier != null && barrier.untilMillis() != Long.MAX_VALUE) rateLimited.add(bin);
        return false;
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
        if (leaseIds.isEmpty() || claim.calls.isEmpty()) {
            waitOn(claim, now);
            return leaseIds;
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
        waitOn(claim, now);
    }

    /** After a proposal that brought the claim nothing. */
    private void waitOn(Claim claim, long now) {
        if (claim.calls.isEmpty()) forget(claim);
        else parkAgain(claim);
        openSuccessor(claim, 0, now);
    }

    private void settle(Claim claim) {
        claim.granting = false;
        for (String jobId : claim.proposed) {
            JobSpec spec = reserved.remove(jobId);
            if (!spec.exclusiveKey().isEmpty()) waiting.keyChanged(spec.exclusiveKey());
            reopen(spec);
            Job job = machine.job(jobId);
            if (job != null) arrayMoved(job.arrayId());
            if (job != null && job.state() == JobState.AVAILABLE) waiting.add(job);
        }
        claim.proposed.clear();
    }

    private void parkAgain(Claim claim) {
        line(claim);
        deadlines.add(new Deadline(claim.deadlineNanos, claim));
    }

    /** Answers the claims whose time is up with nothing; a claim that waits for the log, or to be tried, waits on. */
    public void timeUp(long now) {
        while (!deadlines.isEmpty() && deadlines.peek().nanos() <= now) {
            Claim claim = deadlines.peek().claim();
            boolean current = !claim.ended && !claim.granting && claim.deadlineNanos <= now;
            if (current && !held && freshClaims.containsKey(claim.number)) return;
            deadlines.poll();
            if (current) end(claim, List.of());
        }
    }

    /** Ends the claim of a worker that was not heard of; if it lives after all, it claims again. */
    public void endClaimOf(String worker, String incarnation) {
        Claim claim = open.get(new Claim.Key(worker, incarnation));
        if (claim != null) end(claim, List.of());
    }

    /**
     * Takes note that the caller who waits for this answer has gone. A claim that nobody waits for is over, or else a job
     * would be leased to a worker that cannot hear of it; if that lives after all, it claims again. While the claim is
     * being granted it can still be repeated, and gets its leases then.
     */
    public void hungUp(ClaimRequest request, CompletableFuture<List<Lease>> answer) {
        Claim claim = open.get(Claim.Key.of(request));
        if (claim == null) return;
        claim.calls.removeIf(call -> call.answer() == answer);
        if (claim.successor != null && claim.successor.answer() == answer) claim.successor = null;
        if (claim.calls.isEmpty() && !claim.granting) forget(claim);
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
        unline(claim);
    }

    private List<Lease> renewed(List<Leases.Held> held, long now) {
        List<Lease> list = new ArrayList<>(held.size());
        for (Leases.Held lease : held) {
            Job job = machine.byLease(lease.leaseId());
            if (job == null || !leases.renew(lease.leaseId(), now)) continue;
            list.add(new Lease(lease.leaseId(), job.attempt(), leases.term(), machine.forWorker(job)));
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
