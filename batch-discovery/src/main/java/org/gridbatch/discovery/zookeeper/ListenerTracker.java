/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the listeners of this framework, except for discovery's own, and their scopes.
 *
 * <p>It hears of changed scopes by itself: a service tracker drops a change that comes while it adds the service, and a
 * topology manager extends its scope whenever somebody looks for a service. A scope that was missed would hide the
 * endpoints for good.
 */
final class ListenerTracker extends ServiceTracker<EndpointEventListener, EndpointEventListener>
        implements ServiceListener {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerTracker.class);
    private static final String FILTER =
            "(" + Constants.OBJECTCLASS + "=" + EndpointEventListener.class.getName() + ")";

    private final Interests interests;
    /** Its lock is held from reading a scope until it is told, so that what is told last is what was set last. */
    private final Map<ServiceReference<?>, EndpointEventListener> added = new HashMap<>();

    ListenerTracker(BundleContext context, Interests interests) {
        super(context, EndpointEventListener.class, null);
        this.interests = interests;
    }

    @Override
    public void open(boolean trackAllServices) {
        try {
            context.addServiceListener(this, FILTER);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        super.open(trackAllServices);
    }

    @Override
    public void close() {
        context.removeServiceListener(this);
        super.close();
    }

    @Override
    public EndpointEventListener addingService(ServiceReference<EndpointEventListener> reference) {
        if (context.getBundle().equals(reference.getBundle())) return null;
        EndpointEventListener listener = super.addingService(reference);
        if (listener == null) return null;
        synchronized (added) {
            added.put(reference, listener);
            interests.listen(reference, listener, scope(reference));
        }
        return listener;
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        if (event.getType() != ServiceEvent.MODIFIED) return;
        ServiceReference<?> reference = event.getServiceReference();
        synchronized (added) {
            EndpointEventListener listener = added.get(reference);
            // One that is not there yet will be told with what its scope is by then.
            if (listener != null) interests.listen(reference, listener, scope(reference));
        }
    }

    @Override
    public void removedService(ServiceReference<EndpointEventListener> reference, EndpointEventListener listener) {
        synchronized (added) {
            added.remove(reference);
            interests.forget(reference);
        }
        super.removedService(reference, listener);
    }

    /** A listener without a scope is told nothing (Remote Service Admin 1.1, 122.6.2). */
    static List<Filter> scope(ServiceReference<?> reference) {
        List<Filter> filters = new ArrayList<>();
        for (String each : strings(reference.getProperty(EndpointEventListener.ENDPOINT_LISTENER_SCOPE))) {
            try {
                filters.add(FrameworkUtil.createFilter(each));
            } catch (InvalidSyntaxException e) {
                LOG.warn("a scope of listener {} is ignored: {}", reference, e.getMessage());
            }
        }
        return filters;
    }

    private static List<String> strings(Object scope) {
        if (scope instanceof String one) return List.of(one);
        if (scope instanceof String[] many) return List.of(many);
        if (scope instanceof Collection<?> many)
            return many.stream().map(String::valueOf).toList();
        return List.of();
    }
}
