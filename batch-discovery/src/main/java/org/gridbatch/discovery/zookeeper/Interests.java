/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Filter;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;

/**
 * Tells every listener the difference between what it was told and what is known and within its scope.
 *
 * <p>What waits is a set of endpoint ids and of listeners, never a queue of events: however slow a listener is, memory
 * stays bounded, and it skips states that are over. One thread of its own calls the listeners, without a lock held, so a
 * slow one delays the others but never the session with ZooKeeper.
 */
final class Interests {

    private static final long STOP_MILLIS = 5_000;

    private final Map<String, Known> known = new LinkedHashMap<>();
    private final Map<Object, Interest> listeners = new LinkedHashMap<>();
    private final Set<String> changedIds = new LinkedHashSet<>();
    private final Set<Interest> changedListeners = new LinkedHashSet<>();
    private final Thread thread = new Thread(this::run, "gridbatch-discovery-notify");
    private boolean stopping;

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes everything back from the listeners, then ends; gives up on a listener that does not return. */
    void close() {
        synchronized (this) {
            changedIds.addAll(known.keySet());
            known.clear();
            stopping = true;
            notifyAll();
        }
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }

    synchronized void put(EndpointDescription endpoint, byte[] xml) {
        Known before = known.get(endpoint.getId());
        if (before != null && Arrays.equals(before.xml(), xml)) return;
        known.put(endpoint.getId(), Known.of(endpoint, xml));
        changed(endpoint.getId());
    }

    synchronized void remove(String id) {
        if (known.remove(id) != null) changed(id);
    }

    synchronized boolean knows(String id) {
        return known.containsKey(id);
    }

    synchronized int size() {
        return known.size();
    }

    /** Adds a listener under a key of its own, or changes the scope of the one that has this key. */
    synchronized void listen(Object key, EndpointEventListener listener, List<Filter> scope) {
        Interest interest = listeners.computeIfAbsent(key, k -> new Interest(listener));
        interest.scope(scope);
        changedListeners.add(interest);
        notifyAll();
    }

    synchronized void forget(Object key) {
        Interest interest = listeners.remove(key);
        if (interest == null) return;
        interest.close();
        changedListeners.remove(interest);
    }

    private void changed(String id) {
        changedIds.add(id);
        notifyAll();
    }

    /** One look at the work that waits: for each listener, what is known now under the ids that it must look at. */
    private synchronized Map<Interest, Map<String, Known>> take() throws InterruptedException {
        while (changedIds.isEmpty() && changedListeners.isEmpty() && !stopping) wait();
        Map<Interest, Map<String, Known>> work = new LinkedHashMap<>();
        for (Interest each : listeners.values()) {
            Set<String> ids = new LinkedHashSet<>(changedIds);
            if (changedListeners.contains(each)) {
                ids.addAll(each.told());
                ids.addAll(known.keySet());
            }
            Map<String, Known> now = new LinkedHashMap<>();
            ids.forEach(id -> now.put(id, known.get(id)));
            if (!now.isEmpty()) work.put(each, now);
        }
        changedIds.clear();
        changedListeners.clear();
        return work;
    }

    private synchronized boolean done() {
        return stopping && changedIds.isEmpty() && changedListeners.isEmpty();
    }

    private void run() {
        try {
            while (!done()) take().forEach((interest, now) -> now.forEach(interest::tell));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
