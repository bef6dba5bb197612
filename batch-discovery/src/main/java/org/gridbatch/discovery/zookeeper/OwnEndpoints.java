/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEvent;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;

/**
 * The endpoints that this framework exports, as its topology managers tell them.
 *
 * <p>Each telling bundle owns what it told: when it lets go of the listener, its endpoints go (Remote Service Admin
 * 1.1, 122.6.2), and an endpoint that two bundles told stays until both have taken it back.
 */
final class OwnEndpoints implements ServiceFactory<EndpointEventListener> {

    private final Map<String, Map<Long, EndpointDescription>> byId = new LinkedHashMap<>();
    private final Runnable changed;

    OwnEndpoints(Runnable changed) {
        this.changed = changed;
    }

    @Override
    public EndpointEventListener getService(Bundle bundle, ServiceRegistration<EndpointEventListener> registration) {
        return (event, filter) -> told(bundle.getBundleId(), event);
    }

    @Override
    public void ungetService(
            Bundle bundle, ServiceRegistration<EndpointEventListener> registration, EndpointEventListener listener) {
        synchronized (this) {
            byId.values().forEach(tellers -> tellers.remove(bundle.getBundleId()));
            byId.values().removeIf(Map::isEmpty);
        }
        changed.run();
    }

    void told(long teller, EndpointEvent event) {
        EndpointDescription endpoint = event.getEndpoint();
        synchronized (this) {
            Map<Long, EndpointDescription> tellers =
                    byId.computeIfAbsent(endpoint.getId(), id -> new LinkedHashMap<>());
            // Taken out first, so that the latest word is the last one.
            tellers.remove(teller);
            if (event.getType() == EndpointEvent.ADDED || event.getType() == EndpointEvent.MODIFIED)
                tellers.put(teller, endpoint);
            if (tellers.isEmpty()) byId.remove(endpoint.getId());
        }
        changed.run();
    }

    /** By endpoint id. */
    synchronized Map<String, EndpointDescription> snapshot() {
        Map<String, EndpointDescription> latest = new LinkedHashMap<>();
        byId.forEach((id, tellers) -> tellers.values().forEach(endpoint -> latest.put(id, endpoint)));
        return latest;
    }
}
