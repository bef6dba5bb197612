/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.ExportReference;
import org.osgi.service.remoteserviceadmin.RemoteServiceAdminEvent;
import org.osgi.service.remoteserviceadmin.RemoteServiceAdminListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what becomes of the node's exports. A service that is registered for export can be called by others only when
 * its endpoint is there; a service of this component names the interfaces of those that are, so that the launcher and
 * {@code node:health} can tell the two apart.
 */
@Component(
        service = {ExportHealth.class, RemoteServiceAdminListener.class},
        immediate = true)
public final class ExportHealth implements RemoteServiceAdminListener {
    /** Property of the marker service: the interfaces that are exported now. */
    static final String EXPORTS = "gridbatch.exports";

    private static final Logger log = LoggerFactory.getLogger(ExportHealth.class);

    private final ServiceRegistration<?> marker;

    /** Guarded by this: the interfaces of each endpoint, by its id. */
    private final Map<String, List<String>> exports = new HashMap<>();

    private volatile String failure;

    @Activate
    public ExportHealth(BundleContext context) {
        marker = context.registerService(Marker.class, new Marker(), properties(List.of()));
    }

    @Deactivate
    public void stop() {
        marker.unregister();
    }

    /** Why the last export failed; empty if it did not. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public synchronized void remoteAdminEvent(RemoteServiceAdminEvent event) {
        switch (event.getType()) {
            case RemoteServiceAdminEvent.EXPORT_ERROR -> failed(event.getException());
            case RemoteServiceAdminEvent.EXPORT_REGISTRATION -> {
                failure = null;
                EndpointDescription endpoint = endpoint(event);
                if (endpoint != null) exports.put(endpoint.getId(), endpoint.getInterfaces());
                publish();
            }
            case RemoteServiceAdminEvent.EXPORT_UNREGISTRATION -> {
                EndpointDescription endpoint = endpoint(event);
                if (endpoint != null) exports.remove(endpoint.getId());
                publish();
            }
            default -> {
                // Imports are the business of those who use them.
            }
        }
    }

    private void failed(Throwable why) {
        failure = "the export failed: " + (why.getMessage() == null ? why.toString() : why.getMessage());
        log.error("a service could not be exported, others cannot call it", why);
    }

    private void publish() {
        try {
            marker.setProperties(
                    properties(exports.values().stream().flatMap(List::stream).toList()));
        } catch (IllegalStateException e) {
            // The node stops, and nobody asks any more.
        }
    }

    private static EndpointDescription endpoint(RemoteServiceAdminEvent event) {
        ExportReference reference = event.getExportReference();
        return reference == null ? null : reference.getExportedEndpoint();
    }

    private static Hashtable<String, Object> properties(List<String> interfaces) {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(EXPORTS, interfaces.toArray(String[]::new));
        return properties;
    }

    /** Has nothing to offer but its service's properties. */
    private static final class Marker {}
}
