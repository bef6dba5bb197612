/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.whiteboard;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.client.GridClient;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/** Follows the job listeners of the framework. Without listeners there are neither clients nor threads. */
final class Listeners implements ServiceTrackerCustomizer<JobListener, Following> {
    private final BundleContext context;
    private final ServiceTracker<JobListener, Following> tracker;
    /** From here on guarded by this. */
    private final Map<String, GridClient> clients = new HashMap<>();

    private final Set<Following> all = new HashSet<>();
    private Threads threads;

    Listeners(BundleContext context) {
        this.context = context;
        tracker = new ServiceTracker<>(context, JobListener.class, this);
    }

    void open() {
        tracker.open();
    }

    void close() {
        tracker.close();
    }

    @Override
    public Following addingService(ServiceReference<JobListener> reference) {
        JobListener listener = context.getService(reference);
        if (listener == null) return null;
        Following following;
        synchronized (this) {
            if (threads == null) threads = new Threads();
            GridClient client =
                    clients.computeIfAbsent(text(reference, JobQueue.GRID), grid -> new GridClient(context, grid));
            following = new Following(name(reference), listener, client, threads, text(reference, JobListener.AFTER));
            all.add(following);
        }
        following.listen(text(reference, JobListener.FILTER));
        return following;
    }

    @Override
    public void modifiedService(ServiceReference<JobListener> reference, Following following) {
        following.listen(text(reference, JobListener.FILTER));
    }

    @Override
    public void removedService(ServiceReference<JobListener> reference, Following following) {
        following.end();
        synchronized (this) {
            all.remove(following);
            if (all.isEmpty()) {
                clients.values().forEach(GridClient::close);
                clients.clear();
                threads.close();
                threads = null;
            }
        }
        context.ungetService(reference);
    }

    private static String text(ServiceReference<JobListener> reference, String property) {
        Object value = reference.getProperty(property);
        return value == null ? "" : value.toString();
    }

    private static String name(ServiceReference<JobListener> reference) {
        return "the job listener " + reference.getProperty("service.id") + " of bundle "
                + reference.getBundle().getSymbolicName();
    }
}
