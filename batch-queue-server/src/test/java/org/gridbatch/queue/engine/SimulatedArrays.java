/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.Canary;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Placement;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;

/** The arrays of a simulation: producers that send them in pieces and repeat what was lost, and what must hold. */
final class SimulatedArrays {
    /** What one producer knows of its array. */
    private static final class Producer {
        final ArraySpec spec;
        final List<String> items = new ArrayList<>();
        boolean opened;
        int acknowledged;
        boolean sealed;
        boolean over;

        Producer(ArraySpec spec) {
            this.spec = spec;
        }
    }

    private final Random random;
    private final Command.Room room;
    private final Map<String, Producer> producers = new LinkedHashMap<>();

    SimulatedArrays(Random random, Command.Room room) {
        this.random = random;
        this.room = room;
    }

    /** A new array of this job, of which some fields are not wanted. */
    void add(JobSpec job) {
        String id = "array-" + producers.size();
        boolean keyed = random.nextInt(3) == 0;
        boolean onEach = !keyed && random.nextInt(6) == 0;
        JobSpec.Builder template = JobSpec.script("echo $it")
                .jobId(id)
                .queue(job.queue())
                .maxAttempts(job.maxAttempts())
                .backoff(job.backoff())
                .delay(job.delay())
                .tenant(job.tenant())
                .priority(job.priority())
                .exclusiveKey(keyed ? "k" : job.exclusiveKey())
                .limitKey(job.limitKey())
                .placement(onEach ? Placement.ANYWHERE : job.placement())
                .after(job.after())
                .deadline(job.deadline());
        ArraySpec spec = ArraySpec.of(template.build())
                .withThrottle(random.nextInt(4))
                .withKeyPerItem(keyed)
                .withCanary(random.nextInt(3) == 0 ? new Canary(1 + random.nextInt(3), 10 * random.nextInt(6)) : null);
        if (random.nextInt(3) == 0)
            spec = spec.withThen(JobSpec.script("echo done").jobId("then-" + id).build());
        if (onEach) spec = spec.withOnEach("(zone=" + random.nextInt(2) + ")");
        Producer producer = new Producer(spec);
        for (int i = random.nextInt(12); i > 0; i--) producer.items.add("" + random.nextInt(4));
        producers.put(id, producer);
    }

    @Override
    public String toString() {
        return producers.values().stream()
                .map(one -> one.spec.toString())
                .toList()
                .toString();
    }

    boolean isEmpty() {
        return producers.isEmpty();
    }

    String any() {
        return "array-" + random.nextInt(producers.size());
    }

    /** An item that there may be. */
    String anyItem() {
        return any() + ":" + random.nextInt(6);
    }

    /** Who sends next: what to do is decided by what is acknowledged, sometimes by what was long ago. */
    Step next() {
        List<Producer> busy = producers.values().stream()
                .filter(one -> !one.sealed && !one.over || random.nextInt(10) == 0)
                .toList();
        return busy.isEmpty() ? null : step(busy.get(random.nextInt(busy.size())));
    }

    /** A call, and what its answer tells. */
    record Step(Command command, ArraySpec open, Consumer<Result> then) {}

    private Step step(Producer one) {
        String id = one.spec.arrayId();
        if (!one.opened || random.nextInt(10) == 0) {
            return new Step(null, one.spec, result -> {
                if (!(result instanceof Result.Accepted accepted)) return;
                one.opened = true;
                one.over = accepted.jobs().get(0).state().isFinal()
                        || !one.spec.onEach().isEmpty();
            });
        }
        if (one.acknowledged < one.items.size()) {
            int from = random.nextInt(one.acknowledged + 1);
            int to = one.acknowledged + 1 + random.nextInt(one.items.size() - one.acknowledged);
            Items items = Items.of(one.items.subList(from, to));
            return new Step(new Command.AddItems(id, from, items, room), null, result -> {
                if (result instanceof Result.Done done) one.acknowledged = Math.max(one.acknowledged, done.jobs());
                else if (isEnd(result)) one.over = true;
            });
        }
        return new Step(new Command.SealArray(id, one.items.size()), null, result -> {
            if (result instanceof Result.Accepted accepted) {
                one.sealed = true;
                one.over = accepted.jobs().get(0).state().isFinal();
            } else if (isEnd(result)) {
                one.over = true;
            }
        });
    }

    /** It was cancelled meanwhile. */
    private static boolean isEnd(Result result) {
        return result instanceof Result.Refused refused && refused.refusal() == Result.Refusal.CONFLICT;
    }

    /** Those that nobody will seal any more. */
    List<String> unsealed(QueueMachine machine) {
        List<String> ids = new ArrayList<>();
        for (JobArray array : machine.arrays()) if (!array.view().sealed()) ids.add(array.id());
        return ids;
    }

    /** What must hold after every step; adds items that are no jobs yet to the truth. */
    void check(QueueMachine machine, Map<JobState, Long> truth, Map<String, JobState> finals, boolean mayBeGone) {
        for (Producer one : producers.values()) {
            JobArray array = machine.array(one.spec.arrayId());
            if (array == null) {
                assertTrue("lost " + one.spec.arrayId(), !one.opened || mayBeGone);
                continue;
            }
            Job own = machine.job(array.id());
            assertEquals(one.spec, array.spec());
            if (!own.state().isFinal() && !own.cancelRequested()) {
                assertTrue("items of " + array.id() + " are lost", array.size() >= one.acknowledged);
                assertTrue(
                        array.id() + " is open again",
                        !one.sealed || array.view().sealed());
            }
        }
        Set<String> jobs = new HashSet<>();
        for (Job job : machine.jobs()) if (job.isItem()) jobs.add(job.id());
        for (JobArray array : machine.arrays()) check(machine, array, jobs, truth, finals);
    }

    private void check(
            QueueMachine machine,
            JobArray array,
            Set<String> jobs,
            Map<JobState, Long> truth,
            Map<String, JobState> finals) {
        ArrayView view = array.view();
        Job own = machine.job(array.id());
        assertNotNull(array.id(), own);
        Map<JobState, Integer> states = new EnumMap<>(JobState.class);
        if (!view.sealed()) {
            states.put(JobState.BLOCKED, array.size());
            truth.merge(JobState.BLOCKED, (long) array.size(), Long::sum);
            states.values().removeIf(count -> count == 0);
        } else {
            Producer producer = producers.get(array.id());
            for (int i = 0; i < array.size(); i++) {
                Job item = machine.job(array.id() + ":" + i);
                JobState state = item == null ? finals.get(array.id() + ":" + i) : item.state();
                assertNotNull("item " + i + " of " + array.id(), state);
                states.merge(state, 1, Integer::sum);
                if (item != null && !jobs.contains(item.id())) truth.merge(JobState.AVAILABLE, 1L, Long::sum);
                if (item != null && producer != null && producer.spec.onEach().isEmpty()) {
                    assertEquals(producer.items.get(i), item.spec().args().get(0));
                }
            }
        }
        assertEquals(array.id(), states, view.states());
        boolean allFinal = view.sealed() && view.done() == view.items();
        boolean waits = own.state() == JobState.BLOCKED || own.state() == JobState.SCHEDULED;
        assertEquals(
                array.id(),
                allFinal && !(waits && !own.cancelRequested()),
                own.state().isFinal());
        if (!own.state().isFinal()) return;
        if (own.state() == JobState.COMPLETED) assertEquals(view.items(), view.count(JobState.COMPLETED));
        checkFollower(machine, array, view);
    }

    private static void checkFollower(QueueMachine machine, JobArray array, ArrayView view) {
        JobSpec then = array.spec().then();
        Job follower = then == null ? null : machine.job(then.jobId());
        if (follower == null || follower.state() == JobState.CANCELLED) return;
        if (follower.spec().args().isEmpty()) {
            assertEquals(
                    "somebody lets it run before its time",
                    0,
                    follower.waitsFor().size());
            return;
        }
        assertEquals(
                List.of(
                        array.id(),
                        "" + view.items(),
                        "" + view.count(JobState.COMPLETED),
                        "" + view.count(JobState.DISCARDED),
                        "" + view.count(JobState.CANCELLED)),
                follower.spec().args());
    }

    /** Of the ids of items of arrays in memory that ended, each must be in the archive once. */
    List<String> endedItems(QueueMachine machine) {
        List<String> ids = new ArrayList<>();
        for (JobArray array : machine.arrays()) {
            assertTrue("not ended: " + array.id(), array.view().sealed());
            for (int i = 0; i < array.size(); i++) ids.add(array.id() + ":" + i);
        }
        return ids;
    }

    /** Grants keep to what holds for an array. */
    static final class Starts {
        private final Map<String, Integer> executing = new HashMap<>();
        private final Map<String, Integer> frontier = new HashMap<>();

        void before(QueueMachine machine) {
            executing.clear();
            frontier.clear();
            for (JobArray array : machine.arrays()) {
                executing.put(array.id(), array.executing());
                ArrayView view = array.view();
                frontier.put(array.id(), view.canary() > 0 ? view.canary() : view.items());
            }
        }

        void after(QueueMachine machine, Change change) {
            Job item = change.after();
            JobArray array = machine.array(item.arrayId());
            if (array == null) return;
            int throttle = array.view().throttle();
            assertFalse("an item of a paused array starts", array.view().paused());
            assertFalse(
                    "an item of " + array.id() + " starts as it ends",
                    machine.job(array.id()).cancelRequested());
            assertTrue("the canary is not alone", item.index() < frontier.get(array.id()));
            assertTrue(
                    "more of " + array.id() + " execute than its throttle lets",
                    throttle == 0 || array.executing() <= Math.max(throttle, executing.get(array.id())));
        }
    }
}
