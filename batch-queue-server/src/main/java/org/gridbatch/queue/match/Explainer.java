/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Reason;
import org.gridbatch.queue.core.Barrier;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Shape;
import org.osgi.framework.Filter;

/** Says why a job is not executing. */
public final class Explainer {
    private static final int MOST_COUNTED = 1_000;
    private static final int MOST_NAMED = 5;
    /** A worker with a free slot asks again and again; one that has not for so long has stopped, or is lost. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final QueueMachine machine;
    private final Workers workers;
    private final Leases leases;
    private final ParkedClaims parked;
    private final Waiting waiting;
    private final BooleanSupplier isHistoryBehind;

    Explainer(
            QueueMachine machine,
            Workers workers,
            Leases leases,
            ParkedClaims parked,
            Waiting waiting,
            BooleanSupplier isHistoryBehind) {
        this.parked = parked;
        this.machine = machine;
        this.workers = workers;
        this.leases = leases;
        this.waiting = waiting;
        this.isHistoryBehind = isHistoryBehind;
    }

    /** The strongest reason first; never empty. */
    public List<Reason> why(Job job, Instant time, long nowNanos) {
        JobArray array = machine.array(job.id());
        boolean runs = job.state() == JobState.AVAILABLE || job.state() == JobState.EXECUTING;
        if (array != null && (runs || !array.isSealed())) return ofArray(array, time, nowNanos);
        return switch (job.state()) {
            case COMPLETED, CANCELLED, DISCARDED ->
                one(Reason.Kind.FINAL, "it is " + word(job) + " since " + Instant.ofEpochMilli(job.finalAtMillis()));
            case EXECUTING ->
                one(
                        Reason.Kind.EXECUTING,
                        "worker " + job.worker() + " is executing it"
                                + (job.cancelRequested() ? " and was asked to stop: " + job.cancelReason() : ""));
            case SCHEDULED ->
                one(Reason.Kind.TIME, "it is scheduled for " + Instant.ofEpochMilli(job.scheduledAtMillis()));
            case RETRYABLE ->
                one(
                        Reason.Kind.TIME,
                        "it failed " + times(job.failed()) + " and is tried again at "
                                + Instant.ofEpochMilli(job.scheduledAtMillis()) + "; last: " + job.error());
            case BLOCKED -> blocked(job);
            case AVAILABLE -> available(job, time, nowNanos);
        };
    }

    private List<Reason> ofArray(JobArray array, Instant time, long nowNanos) {
        Barrier barrier = machine.barrier(array);
        if (barrier != null) return List.of(of(barrier, machine.job(array.id())));
        int next = array.nextUntouched(0);
        if (next >= 0) {
            Job item = array.job(next);
            return why(item, time, nowNanos).stream()
                    .map(one -> new Reason(one.kind(), "item " + next + ": " + one.text()))
                    .toList();
        }
        return one(
                Reason.Kind.EXECUTING, array.executing() + " items are executing, and none waits that never started");
    }

    private List<Reason> blocked(Job job) {
        List<Reason> reasons = new ArrayList<>();
        for (Dependency one : job.waitsFor()) {
            Job other = machine.job(one.jobId());
            String state = other == null ? "which the queue does not know any more" : "which is " + word(other);
            String end = one.when() == Dependency.When.FINAL ? "is final" : "completes";
            reasons.add(new Reason(Reason.Kind.JOBS, "it waits until job " + one.jobId() + ", " + state + ", " + end));
        }
        return reasons;
    }

    private List<Reason> available(Job job, Instant time, long nowNanos) {
        if (isHistoryBehind.getAsBoolean()) {
            return one(Reason.Kind.HISTORY, "no job is started until the history has taken more of those that ended");
        }
        Barrier barrier = machine.barrier(job, time);
        if (barrier != null) return List.of(of(barrier, job));
        Bin bin = waiting.bin(Shape.of(job.spec()));
        List<Workers.Known> able = new ArrayList<>(workers.all(nowNanos).values());
        able.removeIf(one -> one.claim == null);
        if (able.isEmpty()) return one(Reason.Kind.NO_WORKER, "no worker was heard of in the last ten minutes");
        Map<String, Workers.Known> silent = silent(able, nowNanos);
        able.removeIf(one -> silent.containsKey(one.name));
        Function<Workers.Known, Gone.Last> lastHeard =
                one -> new Gone.Last(one.name, time.minusNanos(nowNanos - one.lastNanos));
        if (able.isEmpty()) {
            Workers.Known last = Collections.max(silent.values(), Comparator.comparingLong(one -> one.lastNanos));
            return one(Reason.Kind.NO_WORKER, "no worker asks for jobs now" + until(lastHeard.apply(last)));
        }
        List<Reason> missing = missingCommands(job.spec(), able, silent.values(), lastHeard);
        if (!missing.isEmpty()) return missing;
        Reason reason = narrow(
                able,
                one -> offer(one).hasCommands(job.spec().placement()),
                Reason.Kind.COMMAND,
                "no worker offers all of " + job.spec().placement().needs());
        if (reason == null) {
            reason = narrow(
                    able,
                    one -> offer(one).ad == null || offer(one).meets(bin),
                    Reason.Kind.REQUIRES,
                    (job.spec().placement().needs().isEmpty()
                                    ? "no worker meets "
                                    : "no worker that offers its commands meets ")
                            + job.spec().placement().requires());
        }
        if (reason == null) reason = notServed(able, job.spec());
        if (reason != null) return List.of(reason);
        return busy(job, able, time);
    }

    /** The names of the workers that ask for jobs or run some, and whose ad meets a filter, sorted. */
    public List<String> meeting(String filter, long nowNanos) {
        Filter wanted = Filters.of("on each", filter);
        Collection<Workers.Known> all = workers.all(nowNanos).values();
        Map<String, Workers.Known> silent = silent(all, nowNanos);
        return all.stream()
                .filter(one -> !silent.containsKey(one.name))
                .filter(one -> one.offer != null && one.offer.meets(wanted))
                .map(one -> one.name)
                .toList();
    }

    /** The workers that are known but ask for nothing. */
    Map<String, Workers.Known> silent(Collection<Workers.Known> all, long nowNanos) {
        Set<String> asking =
                parked.all().stream().map(claim -> claim.request.worker()).collect(Collectors.toSet());
        return all.stream()
                .filter(one -> nowNanos - one.lastNanos > SILENCE.toNanos())
                .filter(one -> !asking.contains(one.name))
                .filter(one -> leases.jobsOf(one.name).isEmpty())
                .collect(Collectors.toMap(one -> one.name, Function.identity()));
    }

    private Reason notServed(List<Workers.Known> able, JobSpec spec) {
        String could = names(able);
        Reason reason = narrow(
                able,
                one -> serves(one, spec.queue()),
                Reason.Kind.NOT_SERVED,
                "no worker that could run it serves queue " + spec.queue() + "; it could run on " + could);
        if (reason != null) return reason;
        String serving = names(able);
        reason = narrow(
                able,
                one -> one.claim.accepts().isEmpty()
                        || Filters.of("accepts", one.claim.accepts()).matches(Filters.attributes(spec)),
                Reason.Kind.NOT_SERVED,
                "no worker that could run it accepts it; it could run on " + serving);
        if (reason != null) return reason;
        String accepting = names(able);
        return narrow(
                able,
                one -> !machine.rules().isDrained(one.claim.worker()),
                Reason.Kind.DRAINED,
                "the workers that could run it are drained: " + accepting);
    }

    private List<Reason> busy(Job job, List<Workers.Known> able, Instant time) {
        int slots = 0;
        int used = 0;
        for (Workers.Known one : able) {
            slots += one.claim.totalSlots();
            used += Math.min(
                    one.claim.totalSlots(), leases.jobsOf(one.claim.worker()).size());
        }
        if (used < slots) return one(Reason.Kind.NOTHING, "it is about to start: a slot is free on " + names(able));
        int ahead = waiting.ahead(job, MOST_COUNTED);
        String before = ahead == 0
                ? "it is the next of its tenant"
                : (ahead >= MOST_COUNTED ? "at least " : "") + ahead + (ahead == 1 ? " job" : " jobs")
                        + " of its tenant and kind " + (ahead == 1 ? "goes" : "go") + " before it";
        List<Reason> reasons = new ArrayList<>();
        reasons.add(new Reason(
                Reason.Kind.BUSY,
                "all " + slots + " slots that could run it are busy, on " + names(able) + "; " + before));
        addTurns(reasons, job, able, time);
        return reasons;
    }

    /** Who gets the slots that become free before the tenant of this job does. */
    private void addTurns(List<Reason> reasons, Job job, List<Workers.Known> able, Instant time) {
        Predicate<Bin> competes = bin -> machine.barrier(bin.shape, time) == null
                && able.stream()
                        .anyMatch(one ->
                                serves(one, bin.shape.queue()) && offer(one).fits(bin));
        List<String> queues = waiting.queuesBefore(job, competes, MOST_COUNTED).stream()
                .map(queue -> queue + " (class " + machine.rules().orderOf(queue) + ")")
                .toList();
        if (!queues.isEmpty()) {
            int own = machine.rules().orderOf(job.spec().queue());
            reasons.add(new Reason(
                    Reason.Kind.TURN,
                    "queues of a higher class than its queue's " + own + " go first: " + some(queues)));
        }
        List<String> tenants = List.copyOf(waiting.tenantsBefore(job, competes, MOST_COUNTED));
        if (!tenants.isEmpty()) {
            reasons.add(new Reason(Reason.Kind.TURN, "other tenants have their turn before its own: " + some(tenants)));
        }
    }

    private static boolean serves(Workers.Known worker, String queue) {
        return worker.claim.queues().isEmpty() || worker.claim.queues().contains(queue);
    }

    private List<Reason> missingCommands(
            JobSpec spec,
            List<Workers.Known> asking,
            Collection<Workers.Known> silent,
            Function<Workers.Known, Gone.Last> lastHeard) {
        List<Reason> reasons = new ArrayList<>();
        for (String command : spec.placement().needs()) {
            if (asking.stream()
                    .anyMatch(one -> offer(one).ad == null || offer(one).has(command))) continue;
            Gone.Last last = silent.stream()
                    .filter(one -> one.offer != null && one.offer.has(command))
                    .max(Comparator.comparingLong(one -> one.lastNanos))
                    .map(lastHeard)
                    .orElseGet(() -> workers.lastWith(command));
            reasons.add(
                    new Reason(Reason.Kind.COMMAND, "no worker offers " + command + (last == null ? "" : until(last))));
        }
        return reasons;
    }

    private static String until(Gone.Last last) {
        return "; " + last.worker() + " did until " + last.until().truncatedTo(ChronoUnit.SECONDS);
    }

    private static Reason narrow(
            List<Workers.Known> able, Predicate<Workers.Known> will, Reason.Kind kind, String text) {
        able.removeIf(will.negate());
        return able.isEmpty() ? new Reason(kind, text) : null;
    }

    static Offer offer(Workers.Known one) {
        return one.offer == null ? Offer.ANYTHING : one.offer;
    }

    private static String names(List<Workers.Known> workers) {
        return some(workers.stream().map(one -> one.name).toList());
    }

    private static String some(List<String> all) {
        String names = String.join(", ", all.subList(0, Math.min(MOST_NAMED, all.size())));
        return all.size() <= MOST_NAMED ? names : names + " and " + (all.size() - MOST_NAMED) + " more";
    }

    private Reason of(Barrier barrier, Job job) {
        String queue = "queue " + job.spec().queue();
        String key = "limit key " + job.spec().limitKey();
        return switch (barrier.kind()) {
            case PAUSED -> new Reason(Reason.Kind.PAUSED, queue + " is paused");
            case QUEUE_LIMIT ->
                new Reason(
                        Reason.Kind.LIMIT,
                        queue + " has as many jobs executing as it may: "
                                + machine.rules()
                                        .limitOfQueue(job.spec().queue())
                                        .concurrency());
            case KEY_LIMIT ->
                new Reason(
                        Reason.Kind.LIMIT,
                        key + " has as many jobs executing as it may: "
                                + machine.rules().limit(job.spec().limitKey()).concurrency());
            case QUEUE_RATE -> new Reason(Reason.Kind.RATE, queue + " may start the next job at " + until(barrier));
            case KEY_RATE -> new Reason(Reason.Kind.RATE, key + " may start the next job at " + until(barrier));
            case ARRAY -> new Reason(Reason.Kind.ARRAY, barrier.subject());
            case ARRAY_PAUSED -> new Reason(Reason.Kind.PAUSED, barrier.subject());
            case ARRAY_THROTTLE -> new Reason(Reason.Kind.LIMIT, barrier.subject());
            case EXCLUSIVE ->
                new Reason(
                        Reason.Kind.KEY, "key " + job.spec().exclusiveKey() + " is busy with job " + barrier.subject());
            case GRACE ->
                new Reason(
                        Reason.Kind.KEY,
                        "key " + job.spec().exclusiveKey() + " is kept closed until " + until(barrier)
                                + ", since the worker of its last job was lost and may still be running it");
        };
    }

    private static Instant until(Barrier barrier) {
        return Instant.ofEpochMilli(barrier.untilMillis());
    }

    private static List<Reason> one(Reason.Kind kind, String text) {
        return List.of(new Reason(kind, text));
    }

    private static String word(Job job) {
        return job.state().name().toLowerCase(Locale.ROOT);
    }

    private static String times(int count) {
        return count == 1 ? "once" : count + " times";
    }
}
