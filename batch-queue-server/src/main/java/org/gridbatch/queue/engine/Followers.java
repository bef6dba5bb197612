/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.JobView;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.match.Filters;
import org.osgi.framework.Filter;

/**
 * The calls that follow the jobs that become final, whichever they are; none costs a thread.
 *
 * <p>Several commands may have the same time, and the jobs of one moment are in the order of their age. So a moment is
 * told only when it is over: when nothing can become final in it any more.
 */
final class Followers {
    /** So many calls may wait. */
    static final int MOST = 1_000;
    /** So many jobs are looked at before others get their turn. */
    private static final int SLICE = 1_000;

    private static final class Follower {
        final Filter filter;
        final int most;
        final long deadlineNanos;
        final CompletableFuture<Finals> answer;
        /** Up to here no job was one to tell. */
        Place at;

        Follower(Place at, Filter filter, int most, long deadlineNanos, CompletableFuture<Finals> answer) {
            this.at = at;
            this.filter = filter;
            this.most = most;
            this.deadlineNanos = deadlineNanos;
            this.answer = answer;
        }
    }

    private final QueueMachine machine;
    private final Executor answers;
    private final List<Follower> waiting = new ArrayList<>();
    /** What became final behind this place is in memory. */
    private Place forgotten;

    Followers(QueueMachine machine, Executor answers) {
        this.machine = machine;
        this.answers = answers;
        // What was forgotten before is not known: as much as can have been, which ends with the moment of the first
        // job.
        long last = machine.lastTime().toEpochMilli();
        Place first = machine.firstFinal();
        long until = first != null ? first.millis() : last;
        forgotten = until == 0 ? Place.BEGINNING : Place.endOf(until);
    }

    /** @param after null for now */
    void add(
            Place after,
            Filter filter,
            int most,
            Place over,
            long now,
            long deadlineNanos,
            CompletableFuture<Finals> answer) {
        if (after == null) {
            reply(answer, new Finals(List.of(), over, null, false));
        } else if (after.compareTo(Place.endOf(machine.lastTime().toEpochMilli())) > 0) {
            // The data are older than the one who asks: they were put back from a backup, or are another grid's.
            reply(answer, new Finals(List.of(), over, null, true));
        } else {
            Follower follower = new Follower(after, filter, most, deadlineNanos, answer);
            if (serve(follower, over) || timeUp(follower, now)) return;
            if (waiting.size() >= MOST) {
                throw new QueueUnavailableException(
                        waiting.size() + " calls wait for final jobs already; repeat later");
            }
            waiting.add(follower);
        }
    }

    void changed(Change change) {
        if (change.after() != null || !change.before().state().isFinal()) return;
        Place gone = Place.of(change.before());
        if (gone.compareTo(forgotten) > 0) forgotten = gone;
    }

    /**
     * Answers those for whom there is something, and those whose time is up.
     *
     * @param over the end of the last moment in which nothing can become final any more
     */
    void turn(Place over, long now) {
        if (waiting.isEmpty()) return;
        waiting.removeIf(one -> one.answer.isDone() || serve(one, over) || timeUp(one, now));
    }

    void failAll(BatchException why) {
        for (Follower one : waiting) answers.execute(() -> one.answer.completeExceptionally(why));
        waiting.clear();
    }

    private boolean timeUp(Follower one, long now) {
        if (now < one.deadlineNanos) return false;
        reply(one.answer, new Finals(List.of(), one.at, null, false));
        return true;
    }

    /** Answers it if there is something to say; else it is further now. */
    private boolean serve(Follower one, Place over) {
        if (one.at.compareTo(forgotten) < 0) return serveForgotten(one, over);
        List<FinalJob> found = new ArrayList<>();
        PageSize size = new PageSize();
        Iterator<Job> jobs = machine.finalsBehind(one.at);
        for (int looked = 0; jobs.hasNext(); looked++) {
            Job job = jobs.next();
            Place place = Place.of(job);
            if (place.compareTo(over) > 0) break;
            if (looked == SLICE || found.size() == one.most || size.isFull()) {
                // Without any as well: who waits goes on with the next slice.
                reply(one.answer, new Finals(found, one.at, null, false));
                return true;
            }
            FinalJob wanted = take(one, job);
            if (wanted == null) continue;
            found.add(wanted);
            size.add(wanted.view());
        }
        if (over.compareTo(one.at) > 0) one.at = over;
        if (found.isEmpty()) return false;
        reply(one.answer, new Finals(found, one.at, null, false));
        return true;
    }

    /**
     * Behind its place are jobs that have left memory, but not only those: one that was forgotten in the moment in which it
     * became final can be followed there by an older one. So it is told to look elsewhere up to the next job in memory.
     */
    private boolean serveForgotten(Follower one, Place over) {
        Iterator<Job> jobs = machine.finalsBehind(one.at);
        Job next = jobs.hasNext() ? jobs.next() : null;
        Place through = forgotten.compareTo(over) < 0 ? forgotten : over;
        boolean isNext = next != null && Place.of(next).compareTo(through) <= 0;
        if (isNext) through = Place.of(next).before();
        if (one.at.compareTo(through) < 0) {
            reply(one.answer, new Finals(List.of(), one.at, through, false));
            return true;
        }
        if (!isNext) return false;
        FinalJob wanted = take(one, next);
        reply(one.answer, new Finals(wanted == null ? List.of() : List.of(wanted), one.at, null, false));
        return true;
    }

    /** Goes past a job, and returns it if it is wanted, else null. */
    private FinalJob take(Follower one, Job job) {
        one.at = Place.of(job);
        JobView view = machine.view(job);
        boolean isWanted = one.filter == null || one.filter.matches(Filters.attributes(view));
        return isWanted ? new FinalJob(one.at.toString(), view) : null;
    }

    private void reply(CompletableFuture<Finals> answer, Finals finals) {
        answers.execute(() -> answer.complete(finals));
    }
}
