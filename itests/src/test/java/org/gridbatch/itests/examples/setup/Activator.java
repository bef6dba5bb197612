/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.examples.setup;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;

/** Says where the grid's ZooKeeper is; Configuration Admin keeps it. */
public final class Activator implements BundleActivator {
    @Override
    public void start(BundleContext context) throws IOException {
        ConfigurationAdmin admin = context.getService(context.getServiceReference(ConfigurationAdmin.class));
        Dictionary<String, Object> discovery = new Hashtable<>();
        discovery.put("zookeeper", context.getProperty("gridbatch.zookeeper"));
        admin.getConfiguration("org.gridbatch.discovery", "?").update(discovery);
    }

    @Override
    public void stop(BundleContext context) {}
}
