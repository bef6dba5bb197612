/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;

/** New jobs: whether there is room for them, whether they are known already, and what they wait for. */
final class Submission {
    static final int MAX_RETRY_NUMBER = 10_000;

    private final State state;

    Submission(State state) {
        this.state = state;
    }

    Result submit(Command.Submit c, long now) {
        Map<String, JobSpec> fresh = new LinkedHashMap<>();
        Set<String> freshKeys = new HashSet<>();
        Need need = new Need();
        for (JobSpec spec : c.jobs()) {
            Job known = state.jobs.get(spec.jobId());
            Known forgotten = state.jobs.known(spec.jobId());
            JobSpec same = known != null ? known.spec() : fresh.get(spec.jobId());
            boolean isArrays = state.jobs.arrays().get(spec.jobId()) != null
                    || state.jobs.arrays().ofItem(spec.jobId()) != null;
            boolean conflict = forgotten != null
                    ? forgotten.fingerprint() != Fingerprint.of(spec)
                    : isArrays || same != null && !same.equals(spec);
            if (conflict) {
                return new Result.Refused(
                        Result.Refusal.CONFLICT,
                        "job " + spec.jobId() + " is known with another content; choose another id",
                        spec.jobId());
            }
            if (same != null || forgotten != null) continue;
            String key = spec.unique().key();
            if (state.uniques.holder(spec.unique(), now) != null || !key.isEmpty() && !freshKeys.add(key)) continue;
            Result.Refused missing = missing(spec, fresh);
            if (missing != null) return missing;
            fresh.put(spec.jobId(), spec);
            need.add(spec);
        }
        Result.Refused full = full(need, c.room());
        if (full != null) return full;

        List<Submitted> answers = new ArrayList<>(c.jobs().size());
        for (JobSpec spec : c.jobs()) answers.add(take(spec, fresh, now, c.by()));
        return new Result.Accepted(answers);
    }

    /** Null if all jobs that it waits for are known. */
    Result.Refused missing(JobSpec spec, Map<String, JobSpec> fresh) {
        for (Dependency one : spec.after()) {
            if (state.jobs.stateOf(one.jobId()) != null || fresh.containsKey(one.jobId())) continue;
            return new Result.Refused(
                    Result.Refusal.INVALID,
                    "job " + spec.jobId() + " is to wait for job " + one.jobId()
                            + ", which the queue does not know; submit that one first",
                    one.jobId());
        }
        return null;
    }

    private Submitted take(JobSpec spec, Map<String, JobSpec> fresh, long now, String by) {
        JobState known = state.jobs.stateOf(spec.jobId());
        if (known != null) return new Submitted(spec.jobId(), true, known);
        if (!fresh.containsKey(spec.jobId())) {
            Image.Holder holder = state.uniques.holder(spec.unique(), now);
            return new Submitted(holder.jobId(), true, holder.state());
        }
        Job job = created(spec, now, "", by);
        state.add(job);
        return new Submitted(spec.jobId(), false, job.state());
    }

    /** Makes a new job of a final one; null if there is room, and the refusal if there is none. */
    Result.Refused again(JobSpec old, String newId, Command.Room room, long now, String by) {
        JobSpec spec = old.again(newId);
        Need need = new Need();
        need.add(spec);
        Result.Refused full = full(need, room);
        if (full == null) state.add(created(spec, now, old.jobId(), by));
        return full;
    }

    /**
     * {@code root~2}, {@code root~3} and so on: the first that is free; empty if there is none.
     *
     * @param isRetry whether the id was made so
     */
    String freeId(String jobId, boolean isRetry, int most) {
        return firstId(jobId, isRetry, most, id -> state.jobs.stateOf(id) == null);
    }

    /** As {@link #freeId}, but that of the job that tries this one again if there is one in memory. */
    String idOfRetry(String jobId, boolean isRetry) {
        return firstId(jobId, isRetry, Limits.NAME, id -> {
            Job there = state.jobs.get(id);
            return there == null
                    ? state.jobs.stateOf(id) == null
                    : there.retryOf().equals(jobId);
        });
    }

    private static String firstId(String jobId, boolean isRetry, int most, Predicate<String> wanted) {
        String root = jobId;
        int number = 2;
        int tilde = root.lastIndexOf('~');
        if (isRetry && tilde > 0 && root.substring(tilde + 1).matches("[1-9][0-9]{0,8}")) {
            number = Integer.parseInt(root.substring(tilde + 1)) + 1;
            root = root.substring(0, tilde);
        }
        for (; number <= MAX_RETRY_NUMBER; number++) {
            String suffix = "~" + number;
            String id = root.substring(0, Math.min(root.length(), most - suffix.length())) + suffix;
            if (wanted.test(id)) return id;
        }
        return "";
    }

    /** A new job without its place in the order. */
    Job created(JobSpec spec, long now, String retryOf, String by) {
        long scheduledAt = Math.max(State.later(now, spec.delay()), State.millis(spec.notBefore()));
        List<Dependency> waitsFor = new ArrayList<>();
        String lost = "";
        for (Dependency one : spec.after()) {
            JobState parent = state.jobs.stateOf(one.jobId());
            boolean good = parent == JobState.COMPLETED || one.when() == Dependency.When.FINAL && parent.isFinal();
            if (good) continue;
            if (parent.isFinal() && one.otherwise() == Dependency.Otherwise.CANCEL) lost = one.jobId();
            waitsFor.add(one);
        }
        JobState first = !lost.isEmpty()
                ? JobState.CANCELLED
                : waitsFor.isEmpty() ? State.waiting(scheduledAt, now) : JobState.BLOCKED;
        return new Job(
                0,
                spec,
                first,
                0,
                0,
                0,
                now,
                scheduledAt,
                first.isFinal() ? now : 0,
                null,
                false,
                "",
                "",
                lost.isEmpty() ? "" : State.didNotComplete(lost),
                "",
                retryOf,
                "",
                List.of(),
                0,
                first.isFinal() ? List.of() : waitsFor,
                0,
                "",
                0,
                by);
    }

    /** What new jobs need of that which is bounded. */
    final class Need {
        final Map<String, Integer> jobsOfQueue = new HashMap<>();
        final Set<String> tenants = new HashSet<>();
        final Set<Shape> shapes = new HashSet<>();
        final Map<String, Integer> dependents = new HashMap<>();
        final Set<String> uniqueKeys = new HashSet<>();
        int jobs;
        int arrays;
        long bytes;

        /** An array without items. */
        void add(ArraySpec array) {
            arrays++;
            bytes += Job.weight(array.template());
            add(array.template().unique());
            for (Dependency one : array.template().after()) dependents.merge(one.jobId(), 1, Integer::sum);
            if (array.then() != null) add(array.then().waitingFor(List.of(Dependency.ended(array.arrayId()))));
        }

        /** Items of an array. */
        void add(ArraySpec array, Items items) {
            JobSpec template = array.template();
            jobs += items.size();
            bytes += items.text().length + 5L * items.size();
            jobsOfQueue.merge(template.queue(), items.size(), Integer::sum);
            if (!state.jobs.census().knowsTenant(template.tenant())) tenants.add(template.tenant());
            if (array.onEach().isEmpty()) {
                if (!state.jobs.census().knowsShape(Shape.of(template))) shapes.add(Shape.of(template));
                return;
            }
            JobArray trial = new JobArray(array, 0);
            trial.append(items);
            for (int i = 0; i < items.size(); i++) shapes.add(Shape.of(trial.itemSpec(i)));
        }

        private void add(Unique unique) {
            if (state.uniques.isMore(unique, state.lastMillis)) uniqueKeys.add(unique.key());
        }

        void add(JobSpec spec) {
            jobs++;
            add(spec.unique());
            bytes += Job.weight(spec);
            jobsOfQueue.merge(spec.queue(), 1, Integer::sum);
            if (!state.jobs.census().knowsTenant(spec.tenant())) tenants.add(spec.tenant());
            Shape shape = Shape.of(spec);
            if (!state.jobs.census().knowsShape(shape)) shapes.add(shape);
            for (Dependency one : spec.after()) dependents.merge(one.jobId(), 1, Integer::sum);
        }
    }

    /** Null if there is room for it. */
    Result.Refused full(Need need, Command.Room room) {
        if (need.jobs == 0 && need.arrays == 0) return null;
        Jobs jobs = state.jobs;
        Census census = jobs.census();
        String first = need.jobsOfQueue.keySet().stream().sorted().findFirst().orElse("");
        if (jobs.live() + need.jobs > room.jobs()) {
            return limit(
                    "the grid has " + jobs.live() + " jobs that are not final, and may have " + room.jobs(), first);
        }
        if (jobs.arrays().size() + need.arrays > room.jobs()) {
            return limit("the grid has " + jobs.arrays().size() + " arrays, and may have " + room.jobs(), "");
        }
        if (jobs.weight() + need.bytes > room.bytes()) {
            return limit(
                    "the jobs of the grid take " + jobs.weight() + " bytes of memory, and may take " + room.bytes(),
                    first);
        }
        if (census.tenants() + need.tenants.size() > room.tenants()) {
            return limit(
                    "jobs of " + census.tenants() + " tenants wait, and may be of " + room.tenants(),
                    need.tenants.stream().sorted().findFirst().orElse(""));
        }
        if (census.shapes() + need.shapes.size() > room.shapes()) {
            return limit(
                    "the jobs that are not final have " + census.shapes()
                            + " different combinations of queue, limit key and placement, and may have "
                            + room.shapes(),
                    first);
        }
        if (!hasRoomForKeys(need, room)) {
            return limit(
                    "the grid has " + state.uniques.ofPeriods() + " unique keys that are held for a time, and may have "
                            + room.uniqueKeys(),
                    first);
        }
        for (Map.Entry<String, Integer> entry : need.jobsOfQueue.entrySet()) {
            long live = census.live(entry.getKey());
            if (live + entry.getValue() > room.jobsOfQueue()) {
                return limit(
                        "queue " + entry.getKey() + " has " + live + " jobs that are not final, and may have "
                                + room.jobsOfQueue(),
                        entry.getKey());
            }
        }
        for (Map.Entry<String, Integer> entry : need.dependents.entrySet()) {
            int waiting = jobs.dependents().count(entry.getKey());
            if (waiting + entry.getValue() > room.dependents()) {
                return limit(
                        waiting + " jobs wait for job " + entry.getKey() + ", and " + room.dependents() + " may",
                        entry.getKey());
            }
        }
        return null;
    }

    private boolean hasRoomForKeys(Need need, Command.Room room) {
        if (need.uniqueKeys.isEmpty()) return true;
        int most = room.uniqueKeys() - need.uniqueKeys.size();
        // Those whose time is over go with the next job that is due, which may come much later.
        if (state.uniques.ofPeriods() > most) state.uniques.tidy(state.lastMillis);
        return state.uniques.ofPeriods() <= most;
    }

    private static Result.Refused limit(String message, String subject) {
        return new Result.Refused(Result.Refusal.LIMIT, message, subject);
    }
}
