/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one ephemeral znode per own endpoint in ZooKeeper; used by the connection's thread alone.
 *
 * <p>A name holds the session that made the node. So a node that an earlier session left behind is never taken for
 * ours, and its later expiry takes nothing of ours away.
 */
final class Publisher {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** One endpoint in this session: its node's name, and what was last dealt with under it. */
    private static final class Entry {
        final String name;
        EndpointDescription settled;
        boolean exists;

        Entry(String name) {
            this.name = name;
        }
    }

    private final Settings settings;
    private final String frameworkUuid;
    private final Supplier<Map<String, EndpointDescription>> own;
    private final Map<String, Entry> entries = new HashMap<>();
    private String prefix = "";
    private long nextNumber;
    private volatile int published;

    Publisher(Settings settings, String frameworkUuid, Supplier<Map<String, EndpointDescription>> own) {
        this.settings = settings;
        this.frameworkUuid = frameworkUuid;
        this.own = own;
    }

    /** All that earlier sessions published is gone or will expire. */
    void begin(long sessionId) {
        entries.clear();
        published = 0;
        prefix = frameworkUuid + "-" + Long.toHexString(sessionId) + "-";
    }

    /** Somebody else may have deleted nodes of ours: those that are not present are made again. */
    void verify(Set<String> present) {
        for (Entry entry : entries.values()) {
            if (entry.exists && !present.contains(entry.name)) forget(entry);
        }
    }

    void missing(Collection<String> absent) {
        for (Entry entry : entries.values()) {
            if (entry.exists && absent.contains(entry.name)) forget(entry);
        }
    }

    void sync(ZooKeeper client) throws KeeperException, InterruptedException {
        Map<String, EndpointDescription> wanted = own.get();
        List<String> unwanted = new ArrayList<>(entries.keySet());
        unwanted.removeAll(wanted.keySet());
        for (String id : unwanted) {
            // Also when we do not know of the node: the answer to its creation may have been lost.
            delete(client, entries.get(id));
            entries.remove(id);
            LOG.debug("endpoint {} is withdrawn", id);
        }
        for (Map.Entry<String, EndpointDescription> each : wanted.entrySet()) {
            Entry entry = entries.computeIfAbsent(each.getKey(), id -> new Entry(prefix + nextNumber++));
            if (entry.settled != each.getValue()) publish(client, entry, each.getValue());
        }
        published = (int) entries.values().stream().filter(e -> e.exists).count();
    }

    int published() {
        return published;
    }

    private void publish(ZooKeeper client, Entry entry, EndpointDescription endpoint)
            throws KeeperException, InterruptedException {
        EndpointXml.Encoded encoded = EndpointXml.encode(endpoint);
        if (encoded.xml().length > settings.maxEndpointBytes()) {
            LOG.warn(
                    "endpoint {} is not published: its description has {} bytes, max.endpoint.bytes is {}",
                    endpoint.getId(),
                    encoded.xml().length,
                    settings.maxEndpointBytes());
            delete(client, entry);
        } else {
            write(client, entry, encoded.xml());
            LOG.debug("endpoint {} is published as {}", endpoint.getId(), entry.name);
            if (!encoded.dropped().isEmpty())
                LOG.debug("endpoint {} is published without {}", endpoint.getId(), encoded.dropped());
        }
        entry.settled = endpoint;
    }

    private void write(ZooKeeper client, Entry entry, byte[] xml) throws KeeperException, InterruptedException {
        String path = path(entry);
        if (entry.exists) {
            try {
                client.setData(path, xml, -1);
                return;
            } catch (KeeperException.NoNodeException e) {
                forget(entry);
            }
        }
        try {
            client.create(path, xml, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        } catch (KeeperException.NodeExistsException e) {
            // The name is this session's own: an earlier creation went through and its answer was lost.
            client.setData(path, xml, -1);
        }
        entry.exists = true;
    }

    private void delete(ZooKeeper client, Entry entry) throws KeeperException, InterruptedException {
        try {
            client.delete(path(entry), -1);
        } catch (KeeperException.NoNodeException e) {
            LOG.trace("{} was gone already", entry.name);
        }
        entry.exists = false;
    }

    private static void forget(Entry entry) {
        entry.exists = false;
        entry.settled = null;
    }

    private String path(Entry entry) {
        return settings.endpoints() + "/" + entry.name;
    }
}
