/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.QueueSettings;

/** All that the queue knows, and the steps that several commands share. */
final class State {
    /** The last instant that a job can wait for. */
    private static final long FAR_FUTURE_MILLIS =
            Instant.parse("9999-12-31T00:00:00Z").toEpochMilli();

    final Rules rules;
    final Gates gates;
    final Jobs jobs;
    final Uniques uniques = new Uniques();
    final ScheduleBook schedules = new ScheduleBook();
    final ArrayRules arrays = new ArrayRules(this);
    long nextSequence = 1;
    long nextLeaseId = 1;
    long lastMillis;

    State() {
        this(new Rules());
    }

    private State(Rules rules) {
        this.rules = rules;
        gates = new Gates(rules);
        jobs = new Jobs(gates);
    }

    /** The state that this image was made of. */
    State(Image image) {
        this(image.rules().copy());
        nextSequence = image.nextSequence();
        nextLeaseId = image.nextLeaseId();
        lastMillis = image.lastMillis();
        jobs.outbox().restore(image.history());
        image.history().known().forEach(jobs::know);
        for (Image.Array array : image.arrays()) jobs.add(new JobArray(array));
        for (Job job : image.jobs()) {
            Job restored = sharing(job);
            jobs.add(restored);
            uniques.takeUntilFinal(restored);
        }
        jobs.drainChanges();
        gates.restore(image.gates());
        image.uniques().forEach(uniques::put);
        jobs.dependents().restore(image.untold());
        schedules.restore(image.schedules());
    }

    /** An array or an item with the script of the template instead of a copy. */
    private Job sharing(Job job) {
        JobArray own = jobs.arrays().get(job.id());
        if (own != null) return job.respecified(own.spec().template());
        JobArray array = jobs.arrays().get(job.arrayId());
        return array == null ? job : job.respecified(array.itemSpec(job.index()));
    }

    Image image() {
        return new Image(
                nextSequence,
                nextLeaseId,
                lastMillis,
                rules.copy(),
                gates.image(),
                uniques.ofPeriod(),
                jobs.dependents().untold(),
                jobs.all().copy(),
                new Image.History(
                        jobs.outbox().next(),
                        jobs.outbox().archivedThrough(),
                        jobs.outbox().waitingAudits(),
                        new ArrayList<>(jobs.allKnown())),
                new Image.Schedules(schedules.nextRevision(), new ArrayList<>(schedules.all())),
                jobs.arrays().all().stream().map(JobArray::image).toList());
    }

    QueueSettings settings(Job job) {
        return rules.queue(job.spec().queue());
    }

    /** The job as a worker gets it: with the time-out of its queue if it has none. */
    JobSpec forWorker(Job job) {
        boolean asItIs = !job.spec().timeout().isZero()
                || rules.timeoutOf(job.spec().queue()).isZero();
        return asItIs ? job.spec() : job.spec().withDefaultsOf(settings(job));
    }

    /** What keeps an available job from starting; null if nothing does. */
    Barrier barrier(Job job, long now) {
        Barrier general = gates.barrier(job.spec().queue(), job.spec().limitKey(), now);
        if (general != null) return general;
        JobArray array = jobs.arrays().get(job.id());
        if (array != null) return arrays.barrier(array);
        Barrier ofArray = arrays.barrier(job);
        return ofArray != null ? ofArray : gates.exclusiveBarrier(job.spec().exclusiveKey(), now);
    }

    /** Takes a new job. */
    void add(Job job) {
        jobs.add(job.numbered(nextSequence++));
        uniques.take(job, lastMillis);
    }

    /** Keeps who did what, unless nobody said who. */
    void audit(long now, String by, String action, String subject, String detail) {
        if (by.isEmpty()) return;
        Outbox outbox = jobs.outbox();
        outbox.add(new Audit(outbox.take(), now, by, action, subject, detail));
    }

    /** The one way for a job to another state. */
    void move(Job from, Job to) {
        jobs.move(from, to);
        uniques.changed(to);
        arrays.moved(to, lastMillis);
    }

    /** Asks an executing job, through its worker, or an array to stop. */
    void stop(Job job, String reason) {
        Job.Draft next = job.draft();
        next.cancelRequested = true;
        next.cancelReason = reason;
        jobs.amend(job, next.build());
    }

    /** Ends a job that waits. */
    void end(Job job, JobState as, String reason, long now) {
        Job.Draft next = job.draft().state(as);
        next.error = reason;
        next.finalAtMillis = now;
        move(job, next.build());
    }

    /** Tells the jobs that wait for ended ones; at most so many, the rest is for another command. */
    void tell(int most, long now) {
        int left = most;
        for (Image.Ended ended = jobs.dependents().nextUntold();
                ended != null;
                ended = jobs.dependents().nextUntold()) {
            for (String jobId : jobs.dependents().of(ended.jobId(), ended.toldUpTo())) {
                if (left-- <= 0) return;
                tell(jobs.get(jobId), ended, now);
                jobs.dependents().toldUpTo(jobId);
            }
            jobs.dependents().told();
        }
    }

    private void tell(Job job, Image.Ended ended, long now) {
        JobArray array = jobs.arrays().get(job.id());
        List<Dependency> rest = new ArrayList<>(job.waitsFor());
        for (Dependency one : job.waitsFor()) {
            if (!one.jobId().equals(ended.jobId())) continue;
            if (ended.completed() || one.when() == Dependency.When.FINAL) {
                rest.remove(one);
            } else if (one.otherwise() == Dependency.Otherwise.CANCEL) {
                if (array != null) arrays.end(array, JobState.CANCELLED, didNotComplete(ended.jobId()), now);
                else end(job, JobState.CANCELLED, didNotComplete(ended.jobId()), now);
                return;
            }
        }
        if (rest.size() == job.waitsFor().size()) return;
        Job.Draft next = job.draft();
        next.waitsFor = rest;
        if (rest.isEmpty() && (array == null || array.sealed))
            move(job, next.state(waiting(job.scheduledAtMillis(), now)).build());
        else jobs.amend(job, next.build());
    }

    /** As people read it. */
    static String word(JobState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static String didNotComplete(String jobId) {
        return "job " + jobId + ", which it waited for, did not complete";
    }

    /** The state of a job that waits for nothing but a time. */
    static JobState waiting(long scheduledAtMillis, long now) {
        return scheduledAtMillis > now ? JobState.SCHEDULED : JobState.AVAILABLE;
    }

    static long later(long now, Duration delay) {
        return Math.min(FAR_FUTURE_MILLIS, now + delay.toMillis());
    }

    /** The milliseconds of an instant; one that is out of their range is cut to the years 1970 to 9999. */
    static long millis(Instant instant) {
        long seconds = instant.getEpochSecond();
        if (seconds < 0) return 0;
        return seconds >= FAR_FUTURE_MILLIS / 1_000 ? FAR_FUTURE_MILLIS : instant.toEpochMilli();
    }
}
