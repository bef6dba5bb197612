/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.examples.dm;

import java.util.Dictionary;
import java.util.Hashtable;
import org.apache.felix.dm.DependencyActivatorBase;
import org.apache.felix.dm.DependencyManager;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.JobQueue;
import org.osgi.framework.BundleContext;

/** Two components: one that submits when there is a queue, and one that hears of all jobs of a queue. */
public final class Activator extends DependencyActivatorBase {
    @Override
    public void init(BundleContext context, DependencyManager manager) {
        manager.add(createComponent()
                .setImplementation(Hello.class)
                .add(createServiceDependency().setService(JobQueue.class).setRequired(true)));

        Dictionary<String, Object> wanted = new Hashtable<>();
        wanted.put(JobListener.FILTER, "(queue=dm)");
        JobListener listener = job -> System.out.println("dm heard of " + job.view());
        manager.add(createComponent()
                .setInterface(JobListener.class.getName(), wanted)
                .setImplementation(listener));
    }
}
