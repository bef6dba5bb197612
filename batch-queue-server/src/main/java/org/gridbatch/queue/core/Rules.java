/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;

/** What operators have set. What was never set, or was set back, takes no room. */
public final class Rules {
    private static final int DEFAULT_WEIGHT = 1;

    private final Map<String, QueueSettings> queues = new TreeMap<>();
    private final Map<String, Integer> weights = new TreeMap<>();
    private final Map<String, Limit> limits = new TreeMap<>();
    private final Set<String> drained = new TreeSet<>();
    private long version;

    public QueueSettings queue(String name) {
        QueueSettings settings = queues.get(name);
        return settings == null ? QueueSettings.of(name) : settings;
    }

    boolean isPaused(String queue) {
        QueueSettings settings = queues.get(queue);
        return settings != null && settings.paused();
    }

    /** How many jobs of a queue may run. */
    public Limit limitOfQueue(String queue) {
        QueueSettings settings = queues.get(queue);
        return settings == null ? Limit.NONE : settings.limit();
    }

    /** The class of a queue. */
    public int orderOf(String queue) {
        QueueSettings settings = queues.get(queue);
        return settings == null ? 0 : settings.order();
    }

    /** The time-out of jobs of a queue that do not say. */
    Duration timeoutOf(String queue) {
        QueueSettings settings = queues.get(queue);
        return settings == null ? Duration.ZERO : settings.timeout();
    }

    /** Those queues for which something is set. */
    public List<QueueSettings> queues() {
        return List.copyOf(queues.values());
    }

    /** How many turns a tenant gets while others get one. */
    public int weight(String tenant) {
        return weights.getOrDefault(tenant, DEFAULT_WEIGHT);
    }

    public Map<String, Integer> weights() {
        return new TreeMap<>(weights);
    }

    /** What is set for a limit key. */
    public Limit limit(String key) {
        return limits.getOrDefault(key, Limit.NONE);
    }

    public Map<String, Limit> limits() {
        return new TreeMap<>(limits);
    }

    /** Whether this worker gets no more jobs. */
    public boolean isDrained(String worker) {
        return drained.contains(worker);
    }

    public List<String> drained() {
        return List.copyOf(drained);
    }

    /** Grows with every change; not part of the state. */
    public long version() {
        return version;
    }

    /** All that is set, for the bound on it. */
    int size() {
        return queues.size() + weights.size() + limits.size() + drained.size();
    }

    void set(QueueSettings settings) {
        version++;
        if (settings.equals(QueueSettings.of(settings.queue()))) queues.remove(settings.queue());
        else queues.put(settings.queue(), settings);
    }

    void weigh(String tenant, int weight) {
        version++;
        if (weight == DEFAULT_WEIGHT) weights.remove(tenant);
        else weights.put(tenant, weight);
    }

    void limit(String key, Limit limit) {
        version++;
        if (limit.equals(Limit.NONE)) limits.remove(key);
        else limits.put(key, limit);
    }

    void drain(String worker, boolean on) {
        version++;
        if (on) drained.add(worker);
        else drained.remove(worker);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rules rules
                && queues.equals(rules.queues)
                && weights.equals(rules.weights)
                && limits.equals(rules.limits)
                && drained.equals(rules.drained);
    }

    @Override
    public int hashCode() {
        return Objects.hash(queues, weights, limits, drained);
    }

    Rules copy() {
        Rules copy = new Rules();
        copy.queues.putAll(queues);
        copy.weights.putAll(weights);
        copy.limits.putAll(limits);
        copy.drained.addAll(drained);
        return copy;
    }

    /** Rules that were written down. */
    public static Rules of(
            List<QueueSettings> queues, Map<String, Integer> weights, Map<String, Limit> limits, List<String> drained) {
        Rules rules = new Rules();
        queues.forEach(rules::set);
        weights.forEach(rules::weigh);
        limits.forEach(rules::limit);
        drained.forEach(worker -> rules.drain(worker, true));
        return rules;
    }
}
