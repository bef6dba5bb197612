/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;

/** What becomes of an array as its items move on, and how all of it is ended at once. */
final class ArrayRules {
    /** An array that its producer has forgotten. */
    static final long OPEN_MILLIS = 24L * 60 * 60 * 1_000;

    private final State state;

    ArrayRules(State state) {
        this.state = state;
    }

    /** What keeps an item from starting, beside what keeps all jobs; null if nothing does. */
    Barrier barrier(Job item) {
        JobArray array = state.jobs.arrays().get(item.arrayId());
        if (array == null) return null;
        Barrier general = barrier(array);
        if (general != null || item.index() < array.frontier()) return general;
        return barrier(
                array,
                Barrier.Kind.ARRAY,
                "runs its first " + array.frontier() + " items alone, of which "
                        + (array.frontier() - array.canaryFinal()) + " are not final");
    }

    /** What keeps all items of an array from starting; null if nothing does. */
    Barrier barrier(JobArray array) {
        JobState own = state.jobs.get(array.id()).state();
        if (!array.sealed) {
            return barrier(array, Barrier.Kind.ARRAY, "is not sealed, and has " + array.size() + " items so far");
        }
        if (array.ending != null) return barrier(array, Barrier.Kind.ARRAY, "is being ended: " + array.endReason);
        if (own != JobState.AVAILABLE && own != JobState.EXECUTING) {
            return barrier(array, Barrier.Kind.ARRAY, "is " + State.word(own));
        }
        if (array.paused) return barrier(array, Barrier.Kind.ARRAY_PAUSED, "is paused");
        if (array.executing() < array.throttle()) return null;
        return barrier(
                array,
                Barrier.Kind.ARRAY_THROTTLE,
                "has as many items executing as its throttle lets: " + array.throttle());
    }

    private static Barrier barrier(JobArray array, Barrier.Kind kind, String words) {
        return new Barrier(kind, "array " + array.id() + " " + words, Long.MAX_VALUE);
    }

    /** Lets the items of a sealed array run, if it waits for nothing. */
    void release(JobArray array, long now) {
        Job own = state.jobs.get(array.id());
        if (!own.waitsFor().isEmpty()) return;
        JobState next = State.waiting(own.scheduledAtMillis(), now);
        state.move(own, own.draft().state(next).build());
    }

    /** A job has moved, which may be an array's own or an item. */
    void moved(Job job, long now) {
        if (state.jobs.arrays().size() == 0) return;
        JobArray own = state.jobs.arrays().get(job.id());
        if (own != null && job.state() == JobState.AVAILABLE) look(own, now);
        JobArray array = state.jobs.arrays().get(job.arrayId());
        if (array == null) return;
        if (job.state() == JobState.EXECUTING) begin(array);
        else if (job.state().isFinal()) look(array, now);
    }

    private void begin(JobArray array) {
        Job own = state.jobs.get(array.id());
        if (own.state() != JobState.AVAILABLE) return;
        state.jobs.move(own, own.draft().state(JobState.EXECUTING).build());
    }

    /** Whether the canary is over, or all of it. */
    private void look(JobArray array, long now) {
        if (array.isTrialOver() && array.ending == null) judge(array, now);
        Job own = state.jobs.get(array.id());
        if (array.isDone() && !own.state().isFinal() && isReleased(own)) finish(array, own, now);
    }

    private static boolean isReleased(Job own) {
        return own.state() == JobState.AVAILABLE || own.state() == JobState.EXECUTING || own.cancelRequested();
    }

    private void judge(JobArray array, long now) {
        int failed = array.canaryDiscarded();
        int of = array.canaryFinal();
        if (100L * failed <= (long) array.spec().canary().maxFailedPercent() * of) {
            array.trial = JobArray.Trial.PASSED;
            state.jobs.changed(array);
            return;
        }
        array.trial = JobArray.Trial.FAILED;
        String reason = failed + " of the first " + of + " items failed, and "
                + array.spec().canary().maxFailedPercent() + " % may";
        end(array, JobState.CANCELLED, reason, now);
    }

    private void finish(JobArray array, Job own, long now) {
        int completed = array.count(JobState.COMPLETED);
        int discarded = array.count(JobState.DISCARDED);
        int cancelled = array.count(JobState.CANCELLED);
        JobState last = discarded > 0 || array.ending == JobState.DISCARDED
                ? JobState.DISCARDED
                : cancelled > 0 || array.ending != null ? JobState.CANCELLED : JobState.COMPLETED;
        Job begun = own;
        if (last == JobState.COMPLETED && own.state() == JobState.AVAILABLE) {
            // One without items.
            begin(array);
            begun = state.jobs.get(array.id());
        }
        Job.Draft next = begun.draft().state(last);
        next.finalAtMillis = now;
        String counts = completed + " of " + array.size() + " items completed";
        if (last == JobState.COMPLETED) next.result = counts;
        else next.error = counts + (array.ending == null ? "" : "; " + array.endReason);
        tellFollower(array);
        state.move(begun, next.build());
    }

    private void tellFollower(JobArray array) {
        if (array.spec().then() == null) return;
        Job follower = state.jobs.get(array.spec().then().jobId());
        if (follower == null || follower.state() != JobState.BLOCKED) return;
        List<String> args = counts(array, follower.spec());
        state.jobs.amend(follower, follower.respecified(follower.spec().withArgs(args)));
    }

    /** The arguments of the job that follows an array. */
    List<String> counts(JobArray array, JobSpec follower) {
        List<String> args = new ArrayList<>();
        args.add(array.id());
        args.add(String.valueOf(array.size()));
        args.add(String.valueOf(array.count(JobState.COMPLETED)));
        args.add(String.valueOf(array.count(JobState.DISCARDED)));
        args.add(String.valueOf(array.count(JobState.CANCELLED)));
        args.addAll(follower.args());
        return args;
    }

    /** Ends all items that are not final: those that wait in steps, those that execute through their workers. */
    void end(JobArray array, JobState as, String reason, long now) {
        if (array.ending != null) return;
        if (!array.sealed) state.jobs.drop(array);
        array.ending = as;
        array.endReason = reason;
        state.stop(state.jobs.get(array.id()), reason);
        for (Job job : List.copyOf(state.jobs.executing())) {
            if (job.arrayId().equals(array.id()) && !job.cancelRequested()) state.stop(job, reason);
        }
        state.jobs.arrays().ending(array);
        state.jobs.changed(array);
        look(array, now);
    }

    /** Ends some of the items whose array is to end; at most so many. */
    int sweep(int most, long now) {
        int done = 0;
        for (JobArray array = state.jobs.arrays().nextEnding();
                array != null && done < most;
                array = state.jobs.arrays().nextEnding()) {
            for (; array.endedUpTo < array.size() && done < most; array.endedUpTo++) {
                JobState before = array.state(array.endedUpTo);
                if (before.isFinal() || before == JobState.EXECUTING) continue;
                state.end(state.jobs.get(array.itemId(array.endedUpTo)), array.ending, array.endReason, now);
                done++;
            }
            if (array.endedUpTo >= array.size()) state.jobs.arrays().ended(array);
        }
        return done;
    }

    /** Ends arrays that were open for too long; at most so many. */
    int closeForgotten(int most, long now) {
        int done = 0;
        for (JobArray array = state.jobs.arrays().oldestOpen();
                array != null && done < most && array.openedAtMillis + OPEN_MILLIS <= now;
                array = state.jobs.arrays().oldestOpen()) {
            end(array, JobState.CANCELLED, "it was not sealed within a day", now);
            done++;
        }
        return done;
    }
}
