/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.util.Locale;

/** What a node is: which configurations it gets, and when it counts as up. All nodes have the same bundles. */
enum Role {
    ZOOKEEPER("(objectClass=org.gridbatch.discovery.ZooKeeperServerStatus)"),
    SERVER("(gridbatch.exports=org.gridbatch.api.JobQueue)"),
    WORKER("(&(objectClass=org.gridbatch.api.JobQueue)(service.imported=*))"),
    SHELL("(&(objectClass=org.gridbatch.api.JobQueue)(service.imported=*))");

    private final String upFilter;

    Role(String upFilter) {
        this.upFilter = upFilter;
    }

    /** The word in commands, files and logs. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A node of this role is up when a service matches this. */
    String upFilter() {
        return upFilter;
    }

    /** Whether it depends on nobody else that the node comes up, so that it should fail if it does not. */
    boolean standsAlone() {
        return this == ZOOKEEPER || this == SERVER;
    }
}
