/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery;

import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/** Tells whether discovery reaches its ZooKeeper, so that a command can say why it finds nobody. */
@ProviderType
public interface DiscoveryStatus {

    /** The state at this moment; never null, never waits. */
    State state();

    /**
     * A snapshot of one discovery.
     *
     * @param connected whether ZooKeeper answers now
     * @param since when it began or ceased to answer
     * @param address the configured connect string
     * @param published how many of this framework's endpoints are in ZooKeeper
     * @param known how many endpoints of other frameworks are known
     */
    record State(boolean connected, Instant since, String address, int published, int known) {}
}
