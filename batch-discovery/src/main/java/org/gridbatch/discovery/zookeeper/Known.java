/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.Filter;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** An endpoint of another framework, as the bytes in ZooKeeper describe it. */
record Known(EndpointDescription endpoint, byte[] xml, Dictionary<String, Object> properties) {

    static Known of(EndpointDescription endpoint, byte[] xml) {
        return new Known(endpoint, xml, new Hashtable<>(endpoint.getProperties()));
    }

    boolean matches(Filter filter) {
        return filter.match(properties);
    }
}
