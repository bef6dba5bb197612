/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Filter;
import org.osgi.service.remoteserviceadmin.EndpointEvent;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one listener wants and what it was told; {@link #tell} is called by one thread alone.
 *
 * <p>A listener keeps endpoints by the filter that it was given with them (Aries' topology manager does), so that an
 * endpoint keeps its filter as long as it matches it, and is taken back under that one.
 */
final class Interest {

    private static final Logger LOG = LoggerFactory.getLogger(Interest.class);

    private record Told(Known known, Filter filter) {}

    private final EndpointEventListener listener;
    private final Map<String, Told> told = new ConcurrentHashMap<>();
    private volatile List<Filter> scope = List.of();
    private volatile boolean closed;

    Interest(EndpointEventListener listener) {
        this.listener = listener;
    }

    void scope(List<Filter> filters) {
        scope = List.copyOf(filters);
    }

    void close() {
        closed = true;
    }

    Set<String> told() {
        return Set.copyOf(told.keySet());
    }

    /** Brings the listener up to date about one endpoint, which is null when it is gone. */
    void tell(String id, Known now) {
        Told before = told.get(id);
        Filter filter = now == null ? null : match(now, before);
        boolean changed = before != null && before.known != now;
        if (before == null) {
            if (filter != null) add(id, now, filter);
        } else if (now == null) {
            takeBack(id, EndpointEvent.REMOVED, before.known, before.filter);
        } else if (filter == null) {
            // An unchanged endpoint leaves because the scope did; a changed one because it does not match any more.
            takeBack(id, changed ? EndpointEvent.MODIFIED_ENDMATCH : EndpointEvent.REMOVED, now, before.filter);
        } else if (!filter.equals(before.filter)) {
            takeBack(id, EndpointEvent.MODIFIED_ENDMATCH, now, before.filter);
            add(id, now, filter);
        } else if (changed) {
            told.put(id, new Told(now, filter));
            send(EndpointEvent.MODIFIED, now, filter);
        }
    }

    /** The filter to tell an endpoint with: the one it was told with if that still does, else the first that matches. */
    private Filter match(Known now, Told before) {
        Filter first = scope.stream().filter(now::matches).findFirst().orElse(null);
        return first != null && before != null && now.matches(before.filter) ? before.filter : first;
    }

    private void add(String id, Known now, Filter filter) {
        told.put(id, new Told(now, filter));
        send(EndpointEvent.ADDED, now, filter);
    }

    private void takeBack(String id, int type, Known known, Filter filter) {
        told.remove(id);
        send(type, known, filter);
    }

    private void send(int type, Known known, Filter filter) {
        if (closed) return;
        try {
            listener.endpointChanged(new EndpointEvent(type, known.endpoint()), filter.toString());
        } catch (RuntimeException | LinkageError e) {
            LOG.warn(
                    "listener {} failed on event {} for endpoint {}; it will not be told again",
                    listener.getClass().getName(),
                    type,
                    known.endpoint().getId(),
                    e);
        }
    }
}
