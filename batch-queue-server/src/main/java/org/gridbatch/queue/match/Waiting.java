/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;
import org.gridbatch.queue.core.Rules;
import org.gridbatch.queue.core.Shape;

/**
 * The available jobs that nobody was promised, in the order in which they go: the class of the queue, then turns between
 * tenants, then priority and age. Of the jobs with one exclusive key in one lane only the first is in sight, and none
 * while the key is busy.
 */
final class Waiting {
    /** A step of priority counts as much as ten minutes of age; so the place of a job never changes. */
    private static final long MILLIS_OF_PRIORITY = 600_000;

    /** Within a tenant. */
    static final Comparator<Job> ORDER = Waiting::inOrder;

    private static final int MAX_BINS = 8_192;

    private final Rules rules;
    private final Reserved reserved;
    private final Predicate<JobArray> isArrayOpen;
    private final Predicate<String> isKeyFree;
    private final Consumer<Job> shown;
    private final Runnable binsRenumbered;
    private final Turns turns = new Turns();
    private final Map<Shape, Bin> bins = new HashMap<>();
    private final Map<String, Set<Bin>> byQueue = new HashMap<>();
    private final Map<String, Set<Bin>> byLimitKey = new HashMap<>();
    /** The bins that have jobs in sight, by class, the highest first. */
    private final TreeMap<Integer, Set<Bin>> filled = new TreeMap<>(Comparator.reverseOrder());
    /** All jobs with an exclusive key, by the key and the lane that they would be in. */
    private final Map<String, Map<Bin, Map<String, TreeSet<Job>>>> keyed = new HashMap<>();

    /** Of arrays that are not final. */
    private final Map<String, Feed> feeds = new HashMap<>();

    private int nextIndex;

    /**
     * @param isArrayOpen whether one more item of an array may start
     * @param shown told of each job that comes in sight
     */
    Waiting(
            Rules rules,
            Reserved reserved,
            Predicate<String> isKeyFree,
            Predicate<JobArray> isArrayOpen,
            Consumer<Job> shown,
            Runnable binsRenumbered) {
        this.rules = rules;
        this.reserved = reserved;
        this.isArrayOpen = isArrayOpen;
        this.shown = shown;
        this.isKeyFree = isKeyFree;
        this.binsRenumbered = binsRenumbered;
    }

    /** Plain, since a start compares a million jobs some twenty times each. */
    private static int inOrder(Job one, Job other) {
        int byAge = Long.compare(place(one), place(other));
        return byAge != 0 ? byAge : Long.compare(one.sequence(), other.sequence());
    }

    private static long place(Job job) {
        return job.submittedAtMillis() - job.spec().priority() * MILLIS_OF_PRIORITY;
    }

    Bin bin(Shape shape) {
        Bin bin = bins.get(shape);
        if (bin != null) return bin;
        if (bins.size() >= MAX_BINS) forgetEmptyBins();
        bin = new Bin(shape, nextIndex++, rules.orderOf(shape.queue()));
        bins.put(shape, bin);
        byQueue.computeIfAbsent(shape.queue(), name -> new LinkedHashSet<>()).add(bin);
        if (!shape.limitKey().isEmpty()) {
            byLimitKey
                    .computeIfAbsent(shape.limitKey(), name -> new LinkedHashSet<>())
                    .add(bin);
        }
        return bin;
    }

    private void forgetEmptyBins() {
        Set<Bin> needed = new HashSet<>();
        for (Map<Bin, ?> ofKey : keyed.values()) needed.addAll(ofKey.keySet());
        bins.values().removeIf(bin -> bin.isEmpty() && !needed.contains(bin));
        Set<Bin> left = new HashSet<>(bins.values());
        byQueue.values().removeIf(some -> some.retainAll(left) && some.isEmpty());
        byLimitKey.values().removeIf(some -> some.retainAll(left) && some.isEmpty());
        nextIndex = 0;
        for (Bin bin : bins.values()) bin.index = nextIndex++;
        binsRenumbered.run();
    }

    /** Something has changed for all items of an array, or one of them has started or ended. */
    void arrayChanged(JobArray array) {
        Feed feed = feeds.computeIfAbsent(array.id(), id -> new Feed(array));
        if (feed.look(isArrayOpen.test(array))) {
            List<Job> some = new ArrayList<>(feed.shown);
            some.addAll(feed.held);
            for (Job job : some) {
                Bin bin = bin(Shape.of(job.spec()));
                hide(bin, job);
                show(bin, job);
            }
        }
        refill(feed);
    }

    /** An array is final. */
    void arrayEnded(String arrayId) {
        feeds.remove(arrayId);
    }

    private void refill(Feed feed) {
        for (Job job = feed.next(reserved); job != null; job = feed.next(reserved)) add(job);
    }

    /** Brings an item that somebody wants before its turn. */
    void bring(Job item) {
        Feed feed = feeds.get(item.arrayId());
        boolean isThere = feed == null || feed.hasBrought(item.id()) || reserved.has(item.id());
        if (!isThere && feed.lets(item)) add(item);
    }

    void add(Job job) {
        Feed feed = feeds.get(job.arrayId());
        if (feed != null) feed.brought(job);
        Bin bin = bin(Shape.of(job.spec()));
        String key = job.spec().exclusiveKey();
        if (key.isEmpty()) {
            show(bin, job);
            return;
        }
        TreeSet<Job> group = keyed.computeIfAbsent(key, name -> new LinkedHashMap<>())
                .computeIfAbsent(bin, one -> new TreeMap<>())
                .computeIfAbsent(job.spec().tenant(), name -> new TreeSet<>(ORDER));
        Job head = group.isEmpty() ? null : group.first();
        group.add(job);
        if (group.first() != job || !isKeyFree.test(key)) return;
        if (head != null) hide(bin, head);
        show(bin, job);
    }

    void remove(Job job) {
        takeOut(job);
        Feed feed = feeds.get(job.arrayId());
        if (feed == null) return;
        feed.taken(job);
        refill(feed);
    }

    private void takeOut(Job job) {
        Bin bin = bins.get(Shape.of(job.spec()));
        if (bin == null) return;
        String key = job.spec().exclusiveKey();
        hide(bin, job);
        if (key.isEmpty() || !keyed.containsKey(key)) return;
        Map<String, TreeSet<Job>> groups = keyed.get(key).get(bin);
        TreeSet<Job> group = groups == null ? null : groups.get(job.spec().tenant());
        if (group == null || !group.remove(job)) return;
        if (!group.isEmpty()) {
            if (isKeyFree.test(key)) show(bin, group.first());
            return;
        }
        groups.remove(job.spec().tenant());
        if (groups.isEmpty()) keyed.get(key).remove(bin);
        if (keyed.get(key).isEmpty()) keyed.remove(key);
    }

    /** An exclusive key has become busy or free. */
    void keyChanged(String key) {
        boolean free = isKeyFree.test(key);
        Map<Bin, Map<String, TreeSet<Job>>> ofKey = keyed.get(key);
        if (ofKey == null) return;
        Set<Feed> hidden = new LinkedHashSet<>();
        ofKey.forEach((bin, groups) -> groups.values().forEach(group -> {
            Job first = group.first();
            if (free) show(bin, first);
            else hide(bin, first);
            if (!free && feeds.containsKey(first.arrayId())) hidden.add(feeds.get(first.arrayId()));
        }));
        hidden.forEach(this::refill);
    }

    /** Whether a job can be proposed now, as far as its exclusive key goes. */
    boolean isInSight(Job job) {
        Bin bin = bins.get(Shape.of(job.spec()));
        Bin.Lane lane = bin == null ? null : bin.lanes.get(job.spec().tenant());
        return lane != null && lane.jobs.contains(job);
    }

    private void show(Bin bin, Job job) {
        Feed feed = feeds.get(job.arrayId());
        if (feed != null) {
            boolean lets = feed.lets(job);
            (lets ? feed.shown : feed.held).add(job);
            if (!lets) return;
        }
        Bin.Lane lane = bin.lanes.computeIfAbsent(job.spec().tenant(), name -> new Bin.Lane(bin));
        if (!lane.jobs.add(job)) return;
        shown.accept(job);
        bin.fresh = true;
        if (lane.jobs.size() > 1) return;
        if (bin.isEmpty())
            filled.computeIfAbsent(bin.order, order -> new LinkedHashSet<>()).add(bin);
        turns.enter(lane, job.spec().tenant());
    }

    private void hide(Bin bin, Job job) {
        Feed feed = feeds.get(job.arrayId());
        if (feed != null) {
            feed.shown.remove(job);
            feed.held.remove(job);
        }
        Bin.Lane lane = bin.lanes.get(job.spec().tenant());
        if (lane == null || !lane.jobs.remove(job) || !lane.jobs.isEmpty()) return;
        turns.leave(lane);
        bin.lanes.remove(job.spec().tenant());
        if (bin.isEmpty()) filled.get(bin.order).remove(bin);
    }

    /** Jobs that are not there yet, in the order in which they would go if they were. */
    Newcomers newcomers(List<JobSpec> specs) {
        return new Newcomers(specs, rules, turns);
    }

    /** The tenant of a promised job has had its turn. */
    void taken(int order, String tenant) {
        turns.taken(order, tenant, rules);
    }

    /** The job that goes next of those in bins that will do; null if there is none. */
    Job next(Predicate<Bin> bins) {
        for (Set<Bin> ofClass : filled.values()) {
            Bin.Lane best = null;
            for (Bin bin : ofClass) if (bins.test(bin)) best = better(best, bin.byTurn.first());
            if (best != null) return best.jobs.first();
        }
        return null;
    }

    private static Bin.Lane better(Bin.Lane best, Bin.Lane other) {
        if (best == null) return other;
        int byTurn = Turns.NEXT.compare(other.turn, best.turn);
        if (byTurn != 0) return byTurn < 0 ? other : best;
        return ORDER.compare(other.jobs.first(), best.jobs.first()) < 0 ? other : best;
    }

    /** How many jobs of its tenant and bin go before a job; counts no further than to a number. */
    int ahead(Job job, int most) {
        Bin bin = bins.get(Shape.of(job.spec()));
        Bin.Lane lane = bin == null ? null : bin.lanes.get(job.spec().tenant());
        if (lane == null) return 0;
        Feed feed = feeds.get(job.arrayId());
        int ahead = feed == null || feed.hasBrought(job.id()) ? 0 : Math.min(most, feed.ahead(job));
        for (Job other : lane.jobs) {
            if (ahead >= most || ORDER.compare(other, job) >= 0) break;
            ahead++;
        }
        return ahead;
    }

    /**
     * The queues of a higher class than a job's that have jobs in bins that will do, the highest first.
     *
     * @param most how many bins are looked at
     */
    Set<String> queuesBefore(Job job, Predicate<Bin> bins, int most) {
        Set<String> queues = new LinkedHashSet<>();
        int looked = 0;
        for (Set<Bin> ofClass : filled.headMap(bin(Shape.of(job.spec())).order).values()) {
            for (Bin bin : ofClass) {
                if (looked++ >= most) return queues;
                if (bins.test(bin)) queues.add(bin.shape.queue());
            }
        }
        return queues;
    }

    /**
     * The other tenants whose turn comes before that of a job's, with jobs in bins of its class that will do.
     *
     * @param most how many bins, and tenants in bins, are looked at
     */
    Set<String> tenantsBefore(Job job, Predicate<Bin> bins, int most) {
        Bin own = bin(Shape.of(job.spec()));
        Bin.Lane lane = own.lanes.get(job.spec().tenant());
        Set<String> tenants = new LinkedHashSet<>();
        if (lane == null) return tenants;
        int looked = 0;
        for (Bin bin : filled.getOrDefault(own.order, Set.of())) {
            if (looked++ >= most) return tenants;
            if (!bins.test(bin)) continue;
            for (Bin.Lane other : bin.byTurn) {
                if (looked++ >= most || Turns.NEXT.compare(other.turn, lane.turn) >= 0) break;
                tenants.add(other.turn.tenant);
            }
        }
        return tenants;
    }

    /** A gate has opened: what stands before it is to be tried again. */
    void reopened(Bin bin) {
        bin.fresh = true;
        for (Bin.Lane lane : bin.byTurn) shown.accept(lane.jobs.first());
    }

    /** The operator has changed something: queues may have another class. */
    void rulesChanged() {
        for (Bin bin : bins.values()) {
            bin.fresh = true;
            int order = rules.orderOf(bin.shape.queue());
            if (order == bin.order) continue;
            List<Bin.Lane> lanes = new ArrayList<>(bin.byTurn);
            Set<Bin> before = filled.get(bin.order);
            if (before != null) before.remove(bin);
            for (Bin.Lane lane : lanes) turns.leave(lane);
            bin.order = order;
            if (lanes.isEmpty()) continue;
            for (Bin.Lane lane : lanes)
                turns.enter(lane, lane.jobs.first().spec().tenant());
            filled.computeIfAbsent(order, one -> new LinkedHashSet<>()).add(bin);
        }
    }

    Collection<Bin> ofQueue(String queue) {
        return byQueue.getOrDefault(queue, Set.of());
    }

    Collection<Bin> ofLimitKey(String limitKey) {
        return byLimitKey.getOrDefault(limitKey, Set.of());
    }

    Collection<Bin> bins() {
        return bins.values();
    }
}
