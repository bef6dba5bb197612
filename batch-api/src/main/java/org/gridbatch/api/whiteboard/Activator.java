/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.whiteboard;

import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** Calls job listeners while the bundle of the API is started; it needs nothing but a framework. */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
public final class Activator implements BundleActivator {
    private Listeners listeners;

    @Override
    public void start(BundleContext context) {
        listeners = new Listeners(context);
        listeners.open();
    }

    @Override
    public void stop(BundleContext context) {
        listeners.close();
    }
}
