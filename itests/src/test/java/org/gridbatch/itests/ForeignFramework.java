/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.net.MalformedURLException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The main class of a process that is no node: whatever framework is on its class path, with the bundles of its arguments
 * and with no settings but those that an old framework needs for a new Java. It says which bundles nobody uses, and ends
 * with its standard input.
 */
public final class ForeignFramework {
    private ForeignFramework() {}

    /** @param args ZooKeeper's address, a fresh directory, and the bundles */
    public static void main(String[] args) throws Exception {
        Map<String, String> properties = new HashMap<>();
        properties.put("gridbatch.zookeeper", args[0]);
        properties.put(Constants.FRAMEWORK_STORAGE, args[1]);
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("framework.")) {
                properties.put(name.substring("framework.".length()), System.getProperty(name));
            }
        }
        Framework framework =
                ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(properties);
        framework.start();
        System.out.println("framework " + framework.getVersion() + " on Java "
                + Runtime.version().feature());
        List<Bundle> bundles =
                install(framework.getBundleContext(), List.of(args).subList(2, args.length));
        for (Bundle bundle : bundles) {
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) bundle.start();
        }
        for (Bundle bundle : bundles) {
            boolean used = bundle.getHeaders().get(Constants.BUNDLE_ACTIVATOR) != null
                    || bundle.getHeaders().get("Service-Component") != null
                    || bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null
                    || !bundle.adapt(BundleWiring.class).getProvidedWires(null).isEmpty();
            if (!used) System.out.println("unused " + bundle.getSymbolicName());
        }
        System.out.println("all are started");
        while (System.in.read() >= 0) {
            // Whoever started this process ends it by closing its input, or by ending.
        }
        framework.stop();
        framework.waitForStop(20_000);
        System.exit(0);
    }

    private static List<Bundle> install(BundleContext context, List<String> files)
            throws BundleException, MalformedURLException {
        List<Bundle> bundles = new ArrayList<>();
        for (String file : files) {
            bundles.add(
                    context.installBundle("reference:" + Path.of(file).toUri().toURL()));
        }
        return bundles;
    }
}
