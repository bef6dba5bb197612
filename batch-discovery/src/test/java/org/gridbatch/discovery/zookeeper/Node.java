/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEvent;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;

/** A framework as discovery sees it: it exports endpoints, and its one listener writes down what it is told. */
final class Node implements AutoCloseable {

    static final int SESSION_MILLIS = 600;
    private static final Map<Integer, String> NAMES = Map.of(
            EndpointEvent.ADDED, "ADDED",
            EndpointEvent.REMOVED, "REMOVED",
            EndpointEvent.MODIFIED, "MODIFIED",
            EndpointEvent.MODIFIED_ENDMATCH, "ENDMATCH");

    final String uuid = UUID.randomUUID().toString();
    final Discovery discovery;
    final List<String> events = new CopyOnWriteArrayList<>();

    Node(String zookeeper) {
        discovery = new Discovery(Settings.of(zookeeper, "/gridbatch", SESSION_MILLIS, 8_192), uuid);
        listen("all", "(objectClass=*)");
        discovery.start();
    }

    void listen(Object key, String... scope) {
        discovery.interests().listen(key, recorder(events), filters(scope));
    }

    static EndpointEventListener recorder(List<String> events) {
        return (event, filter) -> {
            Object version = event.getEndpoint().getProperties().get("version");
            events.add(NAMES.get(event.getType()) + " " + event.getEndpoint().getId()
                    + (version == null ? "" : "@" + version));
        };
    }

    static List<Filter> filters(String... scope) {
        return Arrays.stream(scope).map(Node::filter).toList();
    }

    void export(String id) {
        tell(EndpointEvent.ADDED, endpoint(id, Map.of()));
    }

    void modify(String id, Object version) {
        tell(EndpointEvent.MODIFIED, endpoint(id, Map.of("version", version)));
    }

    void unexport(String id) {
        tell(EndpointEvent.REMOVED, endpoint(id, Map.of()));
    }

    void tell(int type, EndpointDescription endpoint) {
        discovery.own().told(1, new EndpointEvent(type, endpoint));
    }

    EndpointDescription endpoint(String id, Map<String, Object> more) {
        return endpoint(uuid, id, more);
    }

    static EndpointDescription endpoint(String uuid, String id, Map<String, Object> more) {
        Map<String, Object> properties = new TreeMap<>(more);
        properties.put("endpoint.id", id);
        properties.put("endpoint.framework.uuid", uuid);
        properties.put("objectClass", new String[] {"org.example.Service"});
        properties.put("service.imported.configs", "org.example");
        return new EndpointDescription(properties);
    }

    @Override
    public void close() {
        discovery.close();
    }

    private static Filter filter(String scope) {
        try {
            return FrameworkUtil.createFilter(scope);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
