/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.server;

import org.gridbatch.discovery.ZooKeeperServerStatus;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Runs a ZooKeeper server in this framework for as long as there is a configuration for it. */
@Component(
        configurationPid = "org.gridbatch.zookeeper",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = ZooKeeperServerComponent.Config.class)
public final class ZooKeeperServerComponent implements ZooKeeperServerStatus {

    /** Where the server listens and keeps its data. */
    @ObjectClassDefinition(name = "Gridbatch: embedded ZooKeeper server")
    public @interface Config {
        /** The address to listen at. */
        @AttributeDefinition(description = "Host or address to listen at; whoever reaches it can change the grid")
        String host() default "127.0.0.1";

        /** The port to listen at. */
        @AttributeDefinition(description = "Port to listen at; 0 takes a free one")
        int port() default 2181;

        /** The server's directory. */
        @AttributeDefinition(description = "Directory of the server's data, its own alone; made when absent")
        String data_dir();

        /** ZooKeeper's unit of time. */
        @AttributeDefinition(description = "Milliseconds of a tick, 50 to 60000; a session's timeout is 2 to 20 ticks")
        int tick_millis() default 2_000;

        /** The most clients. */
        @AttributeDefinition(description = "Most connections from one address, 1 to 100000")
        int max_connections() default 1_000;
    }

    private final EmbeddedServer server;

    /** Starts the server; a configuration it cannot run with is an exception that names it. */
    @Activate
    public ZooKeeperServerComponent(Config config) {
        server = EmbeddedServer.start(ServerSettings.of(
                config.host(), config.port(), config.data_dir(), config.tick_millis(), config.max_connections()));
    }

    /** Ends the server and all connections to it. */
    @Deactivate
    public void stop() {
        server.stop();
    }

    @Override
    public String address() {
        return server.address();
    }

    @Override
    public boolean running() {
        return server.running();
    }
}
