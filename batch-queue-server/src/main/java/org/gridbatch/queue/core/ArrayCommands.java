/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Submitted;

/** What callers ask of arrays: new ones, their items, and changes of all of one. */
final class ArrayCommands {
    /** Of all items of one array, as UTF-8. */
    private static final long MAX_TEXT_BYTES = 64L << 20;

    private final State state;
    private final Submission submission;

    ArrayCommands(State state, Submission submission) {
        this.state = state;
        this.submission = submission;
    }

    Result open(Command.OpenArray c, long now) {
        ArraySpec spec = c.spec();
        JobSpec template = spec.template();
        JobState known = state.jobs.stateOf(spec.arrayId());
        if (known != null) {
            JobArray array = state.jobs.arrays().get(spec.arrayId());
            Known forgotten = state.jobs.known(spec.arrayId());
            boolean same = array != null && array.spec().equals(spec)
                    || forgotten != null && forgotten.fingerprint() == Fingerprint.of(spec);
            return same
                    ? accepted(spec.arrayId(), true)
                    : conflict(
                            "job " + spec.arrayId() + " is known with another content; choose another id",
                            spec.arrayId());
        }
        Image.Holder holder = state.uniques.holder(template.unique(), now);
        if (holder != null) {
            return new Result.Accepted(List.of(new Submitted(holder.jobId(), true, holder.state())));
        }
        JobSpec then = spec.then();
        if (then != null && state.jobs.stateOf(then.jobId()) != null) {
            return conflict(
                    "job " + then.jobId() + ", which is to follow, is known already; choose another id", then.jobId());
        }
        Result.Refused refused = submission.missing(template, Map.of());
        if (refused == null) refused = room(spec, c.workers(), c.room());
        if (refused != null) return refused;
        create(spec, c.workers(), "", now, c.by());
        return accepted(spec.arrayId(), false);
    }

    private Result.Refused room(ArraySpec spec, Items items, Command.Room room) {
        Submission.Need need = submission.new Need();
        need.add(spec);
        if (items.size() > 0) need.add(spec, items);
        Result.Refused refused = bounds(spec.arrayId(), 0, 0, items);
        return refused != null ? refused : submission.full(need, room);
    }

    /** @param items of an array that has them at once */
    private void create(ArraySpec spec, Items items, String retryOf, long now, String by) {
        JobArray array = new JobArray(spec, now);
        Job own = submission.created(spec.template(), now, retryOf, by);
        boolean isOver = own.state().isFinal();
        if (!isOver) own = own.draft().state(JobState.BLOCKED).build();
        state.jobs.add(array);
        state.add(own);
        if (isOver) {
            array.ending = own.state();
            array.endReason = own.error();
            state.jobs.drop(array);
        }
        JobSpec then = spec.then();
        if (then != null) {
            JobSpec counted = isOver ? then.withArgs(state.arrays.counts(array, then)) : then;
            state.add(submission.created(counted.waitingFor(List.of(Dependency.ended(spec.arrayId()))), now, "", by));
        }
        if (isOver) return;
        if (!spec.onEach().isEmpty() || !retryOf.isEmpty()) {
            if (items.size() > 0) state.jobs.append(array, items);
            seal(array, now);
        }
    }

    Result add(Command.AddItems c) {
        JobArray array = state.jobs.arrays().get(c.arrayId());
        if (array == null) return unknown(c.arrayId());
        int size = array.size();
        int repeated = Math.min(c.items().size(), size - c.from());
        if (c.from() > size) {
            return new Result.Refused(
                    Result.Refusal.INVALID,
                    "array " + c.arrayId() + " has " + size + " items, so the next begin at " + size + " and not at "
                            + c.from(),
                    c.arrayId());
        }
        if (repeated > 0 && !array.has(c.from(), c.items(), repeated)) {
            return conflict(
                    "array " + c.arrayId() + " has other items from " + c.from() + " on; open one with another id",
                    c.arrayId());
        }
        if (repeated == c.items().size()) return new Result.Done(size);
        if (array.sealed) {
            JobState own = state.jobs.stateOf(c.arrayId());
            return conflict(
                    "array " + c.arrayId() + " is " + (own.isFinal() ? State.word(own) : "sealed") + " with " + size
                            + " items",
                    c.arrayId());
        }
        Items fresh = c.items().from(repeated);
        Result.Refused refused = bounds(c.arrayId(), size, array.textBytes(), fresh);
        if (refused == null && array.spec().keyPerItem()) refused = keys(array, fresh, size);
        if (refused == null) {
            Submission.Need need = submission.new Need();
            need.add(array.spec(), fresh);
            refused = submission.full(need, c.room());
        }
        if (refused != null) return refused;
        state.jobs.append(array, fresh);
        return new Result.Done(array.size());
    }

    private static Result.Refused bounds(String arrayId, int size, long textBytes, Items items) {
        if (size + items.size() > Limits.ITEMS) {
            return new Result.Refused(
                    Result.Refusal.LIMIT,
                    "array " + arrayId + " would have " + (size + items.size()) + " items, and may have "
                            + Limits.ITEMS,
                    arrayId);
        }
        if (textBytes + items.text().length > MAX_TEXT_BYTES) {
            return new Result.Refused(
                    Result.Refusal.LIMIT,
                    "the items of array " + arrayId + " would have " + (textBytes + items.text().length)
                            + " bytes, and may have " + MAX_TEXT_BYTES,
                    arrayId);
        }
        return null;
    }

    private static Result.Refused keys(JobArray array, Items items, int from) {
        int most = Limits.NAME - array.spec().template().exclusiveKey().length();
        for (int i = 0; i < items.size(); i++) {
            String item = items.get(i);
            if (array.spec().isKey(item)) continue;
            return new Result.Refused(
                    Result.Refusal.INVALID,
                    "item " + (from + i) + " is '" + item + "', want at most " + most
                            + " letters, digits or any of . _ : ~ @ -, since it is an exclusive key",
                    array.id());
        }
        return null;
    }

    Result seal(Command.SealArray c, long now) {
        JobArray array = state.jobs.arrays().get(c.arrayId());
        if (array == null) {
            return state.jobs.known(c.arrayId()) == null ? unknown(c.arrayId()) : accepted(c.arrayId(), true);
        }
        if (array.sealed && array.ending != null && array.size() == 0) return accepted(c.arrayId(), true);
        if (array.size() != c.count()) {
            return conflict(
                    "array " + c.arrayId() + " has " + array.size() + " items and not " + c.count(), c.arrayId());
        }
        boolean repeated = array.sealed;
        if (!repeated) seal(array, now);
        return accepted(c.arrayId(), repeated);
    }

    private void seal(JobArray array, long now) {
        state.jobs.seal(array, state.nextSequence, now);
        state.nextSequence += array.size();
        state.arrays.release(array, now);
    }

    Result pause(Command.PauseArray c, long now) {
        return alter(c.arrayId(), c.by(), c.paused() ? "pause" : "resume", "", now, array -> array.paused = c.paused());
    }

    Result throttle(Command.ThrottleArray c, long now) {
        String detail = c.most() == 0 ? "none" : String.valueOf(c.most());
        return alter(c.arrayId(), c.by(), "throttle", detail, now, array -> array.throttle = c.most());
    }

    private Result alter(String arrayId, String by, String action, String detail, long now, Consumer<JobArray> change) {
        JobArray array = state.jobs.arrays().get(arrayId);
        if (array == null) return unknown(arrayId);
        JobState own = state.jobs.stateOf(arrayId);
        if (own.isFinal()) {
            return new Result.Refused(Result.Refusal.INVALID, "array " + arrayId + " is " + State.word(own), arrayId);
        }
        change.accept(array);
        state.jobs.changed(array);
        state.audit(now, by, action, arrayId, detail);
        return new Result.Done(0);
    }

    Changed cancel(JobArray array, String why, long now) {
        boolean asked = array.ending != null;
        state.arrays.end(array, JobState.CANCELLED, why, now);
        if (state.jobs.stateOf(array.id()).isFinal()) return new Changed(array.id(), ChangeOutcome.DONE, "", "");
        String message = asked ? "it is being ended already: " + array.endReason : "its items are being ended";
        return new Changed(array.id(), ChangeOutcome.REQUESTED, "", message);
    }

    /** Makes a new array of the items that did not complete; null if there is room, and the refusal if there is none. */
    Result.Refused again(JobArray array, String newId, Command.Room room, long now, String by) {
        List<String> failed = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JobState item = array.state(i);
            if (item == JobState.DISCARDED || item == JobState.CANCELLED) failed.add(array.item(i));
        }
        ArraySpec old = array.spec();
        JobSpec then = old.then() == null
                ? null
                : old.then().again(submission.freeId(old.then().jobId(), true, Limits.NAME));
        ArraySpec spec = new ArraySpec(
                old.template().again(newId), old.throttle(), old.keyPerItem(), old.canary(), then, old.onEach());
        Items items = Items.of(failed);
        Result.Refused full = room(spec, items, room);
        if (full == null) create(spec, items, array.id(), now, by);
        return full;
    }

    private Result accepted(String arrayId, boolean repeated) {
        return new Result.Accepted(List.of(new Submitted(arrayId, repeated, state.jobs.stateOf(arrayId))));
    }

    private static Result.Refused conflict(String message, String subject) {
        return new Result.Refused(Result.Refusal.CONFLICT, message, subject);
    }

    private static Result.Refused unknown(String arrayId) {
        return new Result.Refused(
                Result.Refusal.UNKNOWN, "there is no array " + arrayId + ", or it was pruned", arrayId);
    }
}
