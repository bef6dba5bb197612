/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.ace;

import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * A bundle that behaves like the workspace commands of Apache ACE. It is loaded by nodes, and so knows nothing of the
 * tests; where its server is the environment says.
 */
public final class AceActivator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("osgi.command.scope", "ace");
        properties.put("osgi.command.function", new String[] {"cw", "rw"});
        context.registerService(Object.class, new AceCommands(AceServer.ofEnvironment()), properties);
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the service away.
    }
}
