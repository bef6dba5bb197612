/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.Dictionary;
import java.util.Hashtable;
import org.gridbatch.discovery.DiscoveryStatus;
import org.gridbatch.discovery.ZooKeeperServerStatus;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;
import org.osgi.service.remoteserviceadmin.RemoteConstants;

/** Connects a discovery with the framework: the topology manager's endpoints on one side, all listeners on the other. */
@Component(
        configurationPid = "org.gridbatch.discovery",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = ZooKeeperDiscovery.Config.class)
public final class ZooKeeperDiscovery implements DiscoveryStatus {

    /** Where ZooKeeper is, and the bounds. */
    @ObjectClassDefinition(name = "Gridbatch: discovery")
    public @interface Config {
        /** Where ZooKeeper is. */
        @AttributeDefinition(description = "HOST:PORT[,HOST:PORT...][/chroot] of ZooKeeper 3.6 or newer")
        String zookeeper();

        /** The top of all paths. */
        @AttributeDefinition(description = "Path of all that discovery keeps in ZooKeeper, below the chroot")
        String root() default "/gridbatch";

        /** How long ZooKeeper keeps a silent node's endpoints. */
        @AttributeDefinition(
                description = "Milliseconds after which ZooKeeper gives up a node that is silent; 100 to 600000,"
                        + " and the server has bounds of its own")
        int session_timeout_millis() default 6_000;

        /** The largest endpoint description. */
        @AttributeDefinition(description = "Largest endpoint description, written or read; 1024 to 524288")
        int max_endpoint_bytes() default 64 * 1_024;
    }

    private final Discovery discovery;
    private final ListenerTracker listeners;
    private final ServiceRegistration<?> registration;

    /**
     * Starts looking for ZooKeeper; a malformed configuration is an IllegalArgumentException.
     *
     * @param server the ZooKeeper server of this framework, or null; a framework that runs one sets the configuration key
     *     {@code server.cardinality.minimum} to 1, so that discovery starts after it and stops before it
     */
    @Activate
    public ZooKeeperDiscovery(
            @Reference(name = "server", cardinality = ReferenceCardinality.OPTIONAL) ZooKeeperServerStatus server,
            BundleContext context,
            Config config) {
        Settings settings = Settings.of(
                config.zookeeper(), config.root(), config.session_timeout_millis(), config.max_endpoint_bytes());
        String uuid = context.getProperty(Constants.FRAMEWORK_UUID);
        discovery = new Discovery(settings, uuid);
        discovery.start();
        listeners = new ListenerTracker(context, discovery.interests());
        listeners.open();
        Dictionary<String, Object> scope = new Hashtable<>();
        scope.put(
                EndpointEventListener.ENDPOINT_LISTENER_SCOPE,
                "(&(" + Constants.OBJECTCLASS + "=*)(" + RemoteConstants.ENDPOINT_FRAMEWORK_UUID + "=" + uuid + "))");
        registration = context.registerService(EndpointEventListener.class, discovery.own(), scope);
    }

    /** Takes our endpoints out of ZooKeeper and the others' from the listeners; bounded in time. */
    @Deactivate
    public void stop() {
        registration.unregister();
        discovery.close();
        listeners.close();
    }

    @Override
    public State state() {
        return discovery.state();
    }
}
