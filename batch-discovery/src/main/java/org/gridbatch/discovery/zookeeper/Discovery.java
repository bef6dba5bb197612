/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import org.apache.zookeeper.ZooKeeper;
import org.gridbatch.discovery.DiscoveryStatus;

/** One discovery without its OSGi wiring: own endpoints go in, the endpoints of others come out to the interests. */
final class Discovery implements DiscoveryStatus {

    private final Settings settings;
    private final OwnEndpoints own = new OwnEndpoints(this::changed);
    private final Interests interests = new Interests();
    private final Publisher publisher;
    private final Connection connection;

    Discovery(Settings settings, String frameworkUuid) {
        this.settings = settings;
        this.publisher = new Publisher(settings, frameworkUuid, own::snapshot);
        this.connection = new Connection(settings, publisher, new Follower(settings, frameworkUuid, interests));
    }

    void start() {
        interests.start();
        connection.start();
    }

    /** Our nodes go first, so that no other framework calls what is about to end here. */
    void close() {
        connection.close();
        interests.close();
    }

    OwnEndpoints own() {
        return own;
    }

    Interests interests() {
        return interests;
    }

    /** The one client, for tests that end its session; null while there is none. */
    ZooKeeper client() {
        return connection.client();
    }

    @Override
    public State state() {
        return new State(
                connection.reachable(),
                connection.since(),
                settings.address(),
                publisher.published(),
                interests.size());
    }

    private void changed() {
        connection.wake();
    }
}
