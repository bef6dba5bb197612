/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery;

import org.osgi.annotation.versioning.ProviderType;

/** Tells where the embedded ZooKeeper server of this framework listens; registered while it runs. */
@ProviderType
public interface ZooKeeperServerStatus {

    /** HOST:PORT with the port that was really taken, as a client's connect string wants it. */
    String address();

    /** False once the server stopped itself, which it does when its disk fails. */
    boolean running();
}
