/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueView;

/**
 * The queue as a pure function of commands and their times: it opens no file, asks no clock and draws no random number,
 * so the same log gives the same state everywhere and for ever. Not thread-safe; one thread owns it.
 *
 * <p>Each command is checked as a whole before the first job changes. What one command does to several jobs is decided
 * job by job, with one change for each.
 */
public final class QueueMachine {
    private static final int MOST_TOLD_AT_ONCE = 1_000;
    private static final int MOST_SWEPT_AT_ONCE = 100;
    /** What operators may have set in all; a log that was written with a bound must not be read with a lower one. */
    private static final int MAX_RULES = 100_000;

    private final State state;
    private final Jobs jobs;
    private final Submission submission;
    private final ArrayCommands arrays;
    private final LeaseRules leases;
    private final Changes changes;
    private final Firing firing;
    private RuntimeException mistake;

    public QueueMachine() {
        this(new State());
    }

    /** The machine that made this image. */
    public QueueMachine(Image image) {
        this(new State(image));
    }

    private QueueMachine(State state) {
        this.state = state;
        jobs = state.jobs;
        submission = new Submission(state);
        arrays = new ArrayCommands(state, submission);
        leases = new LeaseRules(state);
        changes = new Changes(state, submission, arrays);
        firing = new Firing(state, submission);
    }

    /** Pure: the same state, command and time always give the same state and result. Time never goes back. */
    public Result apply(Command command, Instant time) {
        long now = Math.max(state.lastMillis, State.millis(time));
        state.lastMillis = now;
        // Only a mistake in this package is caught here. Thrown, it would stop the server at every replay for ever.
        Result result;
        try {
            result = decide(command, now);
        } catch (RuntimeException e) {
            result = new Result.Refused(Result.Refusal.INVALID, "the queue cannot do this: " + e, "");
        }
        try {
            state.tell(MOST_TOLD_AT_ONCE, now);
            state.arrays.sweep(MOST_SWEPT_AT_ONCE, now);
            mistake = null;
        } catch (RuntimeException e) {
            // What was decided is done all the same, and its caller must hear so.
            mistake = e;
        }
        return result;
    }

    /** Why what follows from earlier commands could not be done after the last one; null if it could. */
    public RuntimeException mistake() {
        return mistake;
    }

    private Result decide(Command command, long now) {
        if (command instanceof Command.Submit c) return submission.submit(c, now);
        if (command instanceof Command.OpenArray c) return arrays.open(c, now);
        if (command instanceof Command.AddItems c) return arrays.add(c);
        if (command instanceof Command.SealArray c) return arrays.seal(c, now);
        if (command instanceof Command.PauseArray c) return arrays.pause(c, now);
        if (command instanceof Command.ThrottleArray c) return arrays.throttle(c, now);
        if (command instanceof Command.Sweep c) return new Result.Done(state.arrays.sweep(c.most(), now));
        if (command instanceof Command.Grant c) return leases.grant(c, now);
        if (command instanceof Command.End c) return leases.end(c, now);
        if (command instanceof Command.Expire c) return leases.expire(c, now);
        if (command instanceof Command.Release c) return leases.release(c, now);
        if (command instanceof Command.Cancel c) return changes.cancel(c, now);
        if (command instanceof Command.Retry c) return changes.retry(c, now);
        if (command instanceof Command.RetryArchived c) return changes.retryArchived(c, now);
        if (command instanceof Command.Snooze c) return changes.snooze(c, now);
        if (command instanceof Command.Promote c) return promote(c, now);
        if (command instanceof Command.Prune c) return prune(c);
        if (command instanceof Command.Archived c)
            return new Result.Done(jobs.outbox().archived(c.through()));
        if (command instanceof Command.Tell c) return tell(c, now);
        if (command instanceof Command.Configure c) {
            return set(
                    now,
                    c.by(),
                    "configure",
                    c.settings().queue(),
                    words(c.settings()),
                    rules -> rules.set(c.settings()));
        }
        if (command instanceof Command.Adjust c) {
            QueueSettings settings =
                    c.change().applyTo(state.rules.queue(c.change().queue()));
            Result set = decide(new Command.Configure(settings, c.by()), now);
            return set instanceof Result.Refused ? set : new Result.Adjusted(settings);
        }
        if (command instanceof Command.AdjustLimit c) {
            Limit limit = c.change().applyTo(state.rules.limit(c.limitKey()));
            Result set = decide(new Command.Restrict(c.limitKey(), limit, c.by()), now);
            return set instanceof Result.Refused ? set : new Result.Limited(limit);
        }
        if (command instanceof Command.Pause c) {
            String action = c.paused() ? "pause" : "resume";
            return set(
                    now,
                    c.by(),
                    action,
                    c.queue(),
                    "",
                    rules -> rules.set(rules.queue(c.queue()).withPaused(c.paused())));
        }
        if (command instanceof Command.Weigh c) {
            return set(
                    now,
                    c.by(),
                    "weigh",
                    c.tenant(),
                    "weight " + c.weight(),
                    rules -> rules.weigh(c.tenant(), c.weight()));
        }
        if (command instanceof Command.Restrict c) {
            return set(
                    now,
                    c.by(),
                    "limit",
                    c.limitKey(),
                    words(c.limit()),
                    rules -> rules.limit(c.limitKey(), c.limit()));
        }
        if (command instanceof Command.Drain c) {
            String action = c.on() ? "drain" : "take back";
            return set(now, c.by(), action, c.worker(), "", rules -> rules.drain(c.worker(), c.on()));
        }
        if (command instanceof Command.PutSchedule c) return firing.put(c, now);
        if (command instanceof Command.RemoveSchedule c) return firing.remove(c, now);
        if (command instanceof Command.PauseSchedule c) return firing.pause(c, now);
        if (command instanceof Command.RunSchedule c) return firing.run(c, now);
        if (command instanceof Command.Fire c) return firing.fire(c, now);
        throw new AssertionError("unhandled command " + command);
    }

    /** What has changed since the last call, in order. */
    public List<Change> drainChanges() {
        return jobs.drainChanges();
    }

    /** Null if there is none. */
    public Job job(String jobId) {
        return jobs.get(jobId);
    }

    /** Also of a final job that is forgotten; null if it is not known. */
    public JobState stateOf(String jobId) {
        return jobs.stateOf(jobId);
    }

    /** Null if there is none. */
    public JobArray array(String arrayId) {
        return jobs.arrays().get(arrayId);
    }

    /** All arrays, by id; a view. */
    public Collection<JobArray> arrays() {
        return jobs.arrays().all();
    }

    /** What keeps all items of an array from starting; null if nothing does. */
    public Barrier barrier(JobArray array) {
        return state.arrays.barrier(array);
    }

    /** Whether items of arrays wait to be ended. */
    public boolean hasUnswept() {
        return jobs.arrays().nextEnding() != null;
    }

    /** The first job behind a sequence, of all and of the items that may run; null if there is none. */
    public Job after(long sequence) {
        return jobs.after(sequence);
    }

    /** What operators have set; a view. */
    public Rules rules() {
        return state.rules;
    }

    /** What keeps an available job from starting; null if nothing does. */
    public Barrier barrier(Job job, Instant time) {
        return state.barrier(job, State.millis(time));
    }

    /** What keeps all jobs of a queue and limit key from starting; null if nothing does. */
    public Barrier barrier(Shape shape, Instant time) {
        return state.gates.barrier(shape.queue(), shape.limitKey(), State.millis(time));
    }

    /** Whether one more job of a queue and limit key may start now, beside so many that were promised of each. */
    public boolean mayStart(Shape shape, int promisedOfQueue, int promisedOfKey, Instant time) {
        return state.gates.mayStart(
                shape.queue(), shape.limitKey(), promisedOfQueue, promisedOfKey, State.millis(time));
    }

    /** The exclusive keys that are or were lately closed because a worker was lost. */
    public List<String> heldKeys() {
        return state.gates.held();
    }

    /** What keeps jobs of an exclusive key from starting; null if nothing does. */
    public Barrier exclusiveBarrier(String key, Instant time) {
        return state.gates.exclusiveBarrier(key, State.millis(time));
    }

    /** How many jobs of a queue are executing. */
    public int executing(String queue) {
        return state.gates.executing(queue);
    }

    /** How many jobs with a limit key are executing. */
    public int executingOfKey(String limitKey) {
        return state.gates.executingOfKey(limitKey);
    }

    /** The queues that have jobs or settings, by name. */
    public List<QueueView> queueViews() {
        TreeMap<String, QueueSettings> all = new TreeMap<>();
        state.rules.queues().forEach(settings -> all.put(settings.queue(), settings));
        jobs.census().queues().keySet().forEach(name -> all.putIfAbsent(name, QueueSettings.of(name)));
        List<QueueView> views = new ArrayList<>(all.size());
        all.forEach((name, settings) ->
                views.add(new QueueView(settings, jobs.census().of(name))));
        return views;
    }

    /** Whether jobs wait to be told of the end of others. */
    public boolean hasUntold() {
        return jobs.dependents().nextUntold() != null;
    }

    /** The job as a worker gets it. */
    public JobSpec forWorker(Job job) {
        return state.forWorker(job);
    }

    /** What callers see of a job. */
    public JobView view(Job job) {
        return job.view(state.settings(job), jobs.arrays().get(job.id()));
    }

    /** What callers see of all of a job. */
    public JobDetail detail(Job job) {
        return job.detail(state.settings(job), jobs.arrays().get(job.id()));
    }

    /** The job that is executing under this lease; null if the lease is not current. */
    public Job byLease(long leaseId) {
        return jobs.byLease(leaseId);
    }

    /** All executing jobs by lease; a view. */
    public Collection<Job> executing() {
        return jobs.executing();
    }

    /** All jobs, oldest first; a view. */
    public Collection<Job> jobs() {
        return jobs.all();
    }

    /** The jobs beyond a sequence, older or newer, nearest first; a view. */
    public Iterable<Job> beyond(long sequence, boolean older) {
        return jobs.all().beyond(sequence, older);
    }

    public long count(JobState state) {
        return jobs.count(state);
    }

    public int finals() {
        return jobs.finals();
    }

    public long finalBytes() {
        return jobs.finalWeight();
    }

    /** When the time or the deadline of the next job comes; {@link Long#MAX_VALUE} if none waits for a time. */
    public long nextDueMillis() {
        Job due = jobs.nextDue();
        Job late = jobs.nextDeadline();
        JobArray open = jobs.arrays().oldestOpen();
        long forgotten = open == null ? Long.MAX_VALUE : open.openedAtMillis + ArrayRules.OPEN_MILLIS;
        return Math.min(
                forgotten,
                Math.min(
                        due == null ? Long.MAX_VALUE : due.scheduledAtMillis(),
                        late == null ? Long.MAX_VALUE : late.deadlineMillis()));
    }

    /** Since when the oldest final job has been final; {@link Long#MAX_VALUE} if there is none. */
    public long oldestFinalMillis() {
        Job oldest = jobs.oldestFinal();
        return oldest == null ? Long.MAX_VALUE : oldest.finalAtMillis();
    }

    /** The final jobs in memory behind a place, in the order in which they became final; a view. */
    public Iterator<Job> finalsBehind(Place place) {
        return jobs.finalsBehind(place);
    }

    /** The place of the first final job in memory; null if there is none. */
    public Place firstFinal() {
        Job oldest = jobs.oldestFinal();
        return oldest == null ? null : Place.of(oldest);
    }

    /** Whether the archive has the oldest final job; true if there is none. */
    public boolean isOldestFinalArchived() {
        Job oldest = jobs.oldestFinal();
        return oldest == null || jobs.outbox().isArchived(oldest);
    }

    /** The ids of forgotten jobs that are known. */
    public int known() {
        return jobs.allKnown().size();
    }

    /** Since when the id that has been known for longest has been final; {@link Long#MAX_VALUE} if there is none. */
    public long oldestKnownMillis() {
        Known oldest = jobs.oldestKnown();
        return oldest == null ? Long.MAX_VALUE : oldest.finalAtMillis();
    }

    /** How many final jobs wait for the archive. */
    public int unarchivedJobs() {
        return jobs.outbox().jobs();
    }

    /** How many audit records wait for the archive. */
    public int unarchivedAudits() {
        return jobs.outbox().audits();
    }

    /** About how much memory what waits for the archive takes. */
    public long unarchivedBytes() {
        return jobs.outbox().weight();
    }

    /** The first of what waits for the archive, within bounds but at least one. */
    public Unarchived unarchived(int most, long mostBytes) {
        return jobs.outbox().first(most, mostBytes, this::detail);
    }

    /** Null if there is none. */
    public Schedule schedule(String name) {
        return state.schedules.get(name);
    }

    /** The schedules behind a name, by name; a view. */
    public Collection<Schedule> schedulesBehind(String name) {
        return state.schedules.behind(name);
    }

    /** The names of schedules whose time has come, the most overdue first. */
    public List<String> dueSchedules(Instant time, int most) {
        return state.schedules.due(State.millis(time), most);
    }

    /** The time of the last command. */
    public Instant lastTime() {
        return Instant.ofEpochMilli(state.lastMillis);
    }

    /** A copy of references; later commands do not change it. */
    public Image image() {
        return state.image();
    }

    private Result promote(Command.Promote c, long now) {
        int done = state.arrays.closeForgotten(c.most(), now);
        for (Job job = jobs.nextDeadline();
                job != null && job.deadlineMillis() <= now && done < c.most();
                job = jobs.nextDeadline()) {
            miss(job, now);
            done++;
        }
        for (Job job = jobs.nextDue();
                job != null && job.scheduledAtMillis() <= now && done < c.most();
                job = jobs.nextDue()) {
            state.move(job, job.draft().state(JobState.AVAILABLE).build());
            done++;
        }
        state.uniques.tidy(now);
        state.gates.tidy(now);
        return new Result.Done(done);
    }

    /** A job has missed its deadline: one that waits ends, one that executes is asked to. */
    private void miss(Job job, long now) {
        String why = "it was not done by its deadline, " + job.spec().deadline();
        JobArray array = jobs.arrays().get(job.id());
        if (array != null) {
            state.arrays.end(array, JobState.DISCARDED, why, now);
            return;
        }
        if (job.state() == JobState.EXECUTING) state.stop(job, why);
        else state.end(job, JobState.DISCARDED, why, now);
    }

    private Result tell(Command.Tell c, long now) {
        state.tell(c.most(), now);
        return new Result.Done(0);
    }

    private static String words(QueueSettings settings) {
        return (settings.paused() ? "paused, " : "") + "order " + settings.order() + ", " + words(settings.limit())
                + ", max attempts " + settings.maxAttempts() + ", timeout " + settings.timeout();
    }

    private static String words(Limit limit) {
        String concurrency = limit.concurrency() == 0 ? "no limit" : "at most " + limit.concurrency();
        if (!limit.rate().limits()) return concurrency;
        return concurrency + ", " + limit.rate().starts() + " starts in "
                + limit.rate().period();
    }

    private Result set(long now, String by, String action, String subject, String detail, Consumer<Rules> change) {
        Rules trial = state.rules.copy();
        change.accept(trial);
        if (trial.size() > MAX_RULES && trial.size() > state.rules.size()) {
            return new Result.Refused(
                    Result.Refusal.LIMIT,
                    "there are " + MAX_RULES + " settings of queues, tenants, limits and workers; remove some",
                    "");
        }
        change.accept(state.rules);
        state.audit(now, by, action, subject, detail);
        return new Result.Done(0);
    }

    private Result prune(Command.Prune c) {
        int done = 0;
        for (Job job = jobs.oldestFinal(); job != null && done < c.most(); job = jobs.oldestFinal()) {
            boolean tooMany = jobs.finals() > c.keep() || jobs.finalWeight() > c.keepBytes();
            if (!tooMany && job.finalAtMillis() >= c.finalBeforeMillis()) break;
            if (c.archivedOnly() && !jobs.outbox().isArchived(job)) break;
            JobArray array = jobs.arrays().get(job.id());
            jobs.remove(job);
            // Of items the array knows what became of them; a million of them must not push out all others.
            boolean isKnown = job.finalAtMillis() >= c.knownSinceMillis() && c.knownIds() > 0 && !job.isItem();
            if (isKnown) jobs.know(Known.of(job, array));
            done++;
        }
        int forgotten = 0;
        for (Known known = jobs.oldestKnown();
                known != null && forgotten < 2 * c.most();
                known = jobs.oldestKnown(), forgotten++) {
            if (jobs.allKnown().size() <= c.knownIds() && known.finalAtMillis() >= c.knownSinceMillis()) break;
            jobs.forget(known);
        }
        return new Result.Done(done);
    }
}
