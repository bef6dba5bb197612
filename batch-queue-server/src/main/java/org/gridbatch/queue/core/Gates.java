/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.Limit;
import org.gridbatch.api.Rate;

/**
 * Who runs now and who may start: pauses, limits, rates and exclusive keys. Rates are kept by the generic cell rate
 * algorithm (ITU-T I.371), which needs one number for each.
 */
final class Gates {
    private static final class Gate {
        int executing;
        /** When the next start would be due if all went evenly. */
        long nextMicros;
    }

    private final Rules rules;
    private final Map<String, Gate> queues = new HashMap<>();
    private final Map<String, Gate> keys = new HashMap<>();
    private final Map<String, String> exclusive = new HashMap<>();
    /** The exclusive keys of lost workers' jobs, and until when they stay closed. */
    private final Map<String, Long> held = new TreeMap<>();

    Gates(Rules rules) {
        this.rules = rules;
    }

    /** Takes note of a job that executes. */
    void enter(Job job) {
        gate(queues, job.spec().queue()).executing++;
        if (!job.spec().limitKey().isEmpty()) gate(keys, job.spec().limitKey()).executing++;
        if (!job.spec().exclusiveKey().isEmpty()) exclusive.put(job.spec().exclusiveKey(), job.id());
    }

    /** Takes note of a job that executes no more. */
    void leave(Job job) {
        gate(queues, job.spec().queue()).executing--;
        if (!job.spec().limitKey().isEmpty()) gate(keys, job.spec().limitKey()).executing--;
        if (!job.spec().exclusiveKey().isEmpty()) exclusive.remove(job.spec().exclusiveKey());
    }

    /** Counts a start against the rates. */
    void started(Job job, long now) {
        charge(
                queues,
                job.spec().queue(),
                rules.limitOfQueue(job.spec().queue()).rate(),
                now);
        if (job.spec().limitKey().isEmpty()) return;
        charge(keys, job.spec().limitKey(), rules.limit(job.spec().limitKey()).rate(), now);
    }

    /** Keeps an exclusive key closed. */
    void hold(String key, long untilMillis) {
        held.merge(key, untilMillis, Math::max);
    }

    int executing(String queue) {
        Gate gate = queues.get(queue);
        return gate == null ? 0 : gate.executing;
    }

    int executingOfKey(String limitKey) {
        Gate gate = keys.get(limitKey);
        return gate == null ? 0 : gate.executing;
    }

    /** Whether one more job of this queue and limit key may start now, beside so many that were promised of each. */
    boolean mayStart(String queue, String limitKey, int promisedOfQueue, int promisedOfKey, long now) {
        if (rules.isPaused(queue)) return false;
        if (allowance(queues.get(queue), rules.limitOfQueue(queue), now) <= promisedOfQueue) return false;
        return limitKey.isEmpty() || allowance(keys.get(limitKey), rules.limit(limitKey), now) > promisedOfKey;
    }

    private static int allowance(Gate gate, Limit limit, long now) {
        if (limit == Limit.NONE) return Integer.MAX_VALUE;
        int executing = gate == null ? 0 : gate.executing;
        int allowance = limit.concurrency() == 0 ? Integer.MAX_VALUE : Math.max(0, limit.concurrency() - executing);
        Rate rate = limit.rate();
        if (!rate.limits()) return allowance;
        long openMicros = gate == null ? Long.MIN_VALUE / 2 : gate.nextMicros - burst(rate);
        long starts = openMicros > now * 1_000 ? 0 : (now * 1_000 - openMicros) / interval(rate) + 1;
        return (int) Math.min(allowance, Math.min(rate.starts(), starts));
    }

    /** The exclusive keys of lost workers' jobs that are closed or were lately; a copy. */
    List<String> held() {
        return List.copyOf(held.keySet());
    }

    /** What keeps jobs of this queue and limit key from starting; null if nothing does. */
    Barrier barrier(String queue, String limitKey, long now) {
        if (rules.isPaused(queue)) return new Barrier(Barrier.Kind.PAUSED, queue, Long.MAX_VALUE);
        Barrier barrier = barrier(
                queues.get(queue),
                rules.limitOfQueue(queue),
                queue,
                Barrier.Kind.QUEUE_LIMIT,
                Barrier.Kind.QUEUE_RATE,
                now);
        if (barrier != null || limitKey.isEmpty()) return barrier;
        return barrier(
                keys.get(limitKey),
                rules.limit(limitKey),
                limitKey,
                Barrier.Kind.KEY_LIMIT,
                Barrier.Kind.KEY_RATE,
                now);
    }

    /** What keeps a job with this exclusive key from starting; null if nothing does. */
    Barrier exclusiveBarrier(String key, long now) {
        if (key.isEmpty()) return null;
        String jobId = exclusive.get(key);
        if (jobId != null) return new Barrier(Barrier.Kind.EXCLUSIVE, jobId, Long.MAX_VALUE);
        Long until = held.get(key);
        return until == null || until <= now ? null : new Barrier(Barrier.Kind.GRACE, key, until);
    }

    private static Barrier barrier(
            Gate gate, Limit limit, String subject, Barrier.Kind full, Barrier.Kind fast, long now) {
        if (gate == null || limit.equals(Limit.NONE)) return null;
        if (limit.concurrency() > 0 && gate.executing >= limit.concurrency()) {
            return new Barrier(full, subject, Long.MAX_VALUE);
        }
        if (!limit.rate().limits()) return null;
        long openMicros = gate.nextMicros - burst(limit.rate());
        return openMicros <= now * 1_000 ? null : new Barrier(fast, subject, (openMicros + 999) / 1_000);
    }

    private static void charge(Map<String, Gate> gates, String name, Rate rate, long now) {
        if (!rate.limits()) return;
        Gate gate = gate(gates, name);
        gate.nextMicros = Math.max(gate.nextMicros, now * 1_000) + interval(rate);
    }

    private static long interval(Rate rate) {
        return Math.max(1, rate.period().toNanos() / 1_000 / rate.starts());
    }

    private static long burst(Rate rate) {
        return rate.period().toNanos() / 1_000 - interval(rate);
    }

    /** Forgets what makes no difference any more. */
    void tidy(long now) {
        queues.values().removeIf(gate -> gate.executing == 0 && gate.nextMicros <= now * 1_000);
        keys.values().removeIf(gate -> gate.executing == 0 && gate.nextMicros <= now * 1_000);
        held.values().removeIf(until -> until <= now);
    }

    Image.Gates image() {
        return new Image.Gates(next(queues), next(keys), new TreeMap<>(held));
    }

    void restore(Image.Gates image) {
        image.queues().forEach((name, micros) -> gate(queues, name).nextMicros = micros);
        image.keys().forEach((name, micros) -> gate(keys, name).nextMicros = micros);
        held.putAll(image.held());
    }

    private static Map<String, Long> next(Map<String, Gate> gates) {
        Map<String, Long> next = new TreeMap<>();
        gates.forEach((name, gate) -> {
            if (gate.nextMicros > 0) next.put(name, gate.nextMicros);
        });
        return next;
    }

    private static Gate gate(Map<String, Gate> gates, String name) {
        return gates.computeIfAbsent(name, one -> new Gate());
    }
}
