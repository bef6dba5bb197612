/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the endpoint nodes in ZooKeeper and passes on what they say; used by the connection's thread alone.
 *
 * <p>Several nodes can tell the same endpoint, for instance one of a session that has not expired yet and one of its
 * successor: the youngest counts, and the endpoint is gone when the last of them is. After a reconnect nothing is gone
 * before a grace is over, because the publishers lost their sessions in the same outage and are on their way back.
 */
final class Follower {

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final int MAX_IN_FLIGHT = 64;
    static final int MAX_NODES = 10_000;

    /** What a node said last; no endpoint when it is our own or never made sense. */
    private record Node(long czxid, long mzxid, EndpointDescription endpoint, byte[] xml) {}

    private record Fetched(String name, int code, byte[] data, Stat stat) {}

    private final Settings settings;
    private final String frameworkUuid;
    private final Interests interests;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Map<String, Node>> byId = new HashMap<>();
    private final Set<String> lingering = new HashSet<>();
    private long graceUntil = System.nanoTime();
    private boolean full;

    Follower(Settings settings, String frameworkUuid, Interests interests) {
        this.settings = settings;
        this.frameworkUuid = frameworkUuid;
        this.interests = interests;
    }

    /** From now until the grace is over, what is missing may still come back. */
    void reconnected(long graceNanos) {
        graceUntil = System.nanoTime() + graceNanos;
    }

    /** Compares all that is known with all that is there, and returns the names that are there. */
    Set<String> resync(ZooKeeper client) throws KeeperException, InterruptedException {
        Set<String> present = new HashSet<>(client.getChildren(settings.endpoints(), false));
        Set<String> names = new HashSet<>(nodes.keySet());
        names.addAll(present);
        update(client, names);
        return present;
    }

    /** Reads the named nodes, and returns those of them that are absent. */
    Set<String> update(ZooKeeper client, Collection<String> names) throws KeeperException, InterruptedException {
        List<String> absent = new ArrayList<>();
        List<String> list = new ArrayList<>(names);
        for (int from = 0; from < list.size(); from += MAX_IN_FLIGHT) {
            for (Fetched each : fetch(client, list.subList(from, Math.min(list.size(), from + MAX_IN_FLIGHT)))) {
                if (each.code == Code.OK.intValue()) present(each);
                else if (each.code == Code.NONODE.intValue()) absent.add(each.name);
                else throw KeeperException.create(Code.get(each.code), path(each.name));
            }
        }
        // Last, so that an endpoint that moved to another node was never gone.
        absent.forEach(this::absent);
        return new HashSet<>(absent);
    }

    /** Hands on the removals whose grace is over. */
    void endGrace() {
        if (lingering.isEmpty() || graceUntil - System.nanoTime() > 0) return;
        lingering.forEach(interests::remove);
        lingering.clear();
    }

    /** Nanoseconds until {@link #endGrace} has work, or the given time if that is sooner or there is none. */
    long untilGraceEnds(long atMost) {
        return lingering.isEmpty() ? atMost : Math.min(atMost, Math.max(0, graceUntil - System.nanoTime()));
    }

    /** Pipelined in bounded groups: quick for many nodes, and no burst for the server to choke on. */
    private List<Fetched> fetch(ZooKeeper client, List<String> names) throws InterruptedException {
        CountDownLatch open = new CountDownLatch(names.size());
        Fetched[] fetched = new Fetched[names.size()];
        for (int i = 0; i < fetched.length; i++) {
            int slot = i;
            String name = names.get(i);
            client.getData(
                    path(name),
                    false,
                    (code, path, context, data, stat) -> {
                        fetched[slot] = new Fetched(name, code, data, stat);
                        open.countDown();
                    },
                    null);
        }
        open.await();
        return Arrays.asList(fetched);
    }

    private void present(Fetched fetched) {
        Node before = nodes.get(fetched.name);
        if (before == null && nodes.size() >= MAX_NODES) {
            if (!full) LOG.warn("more than {} nodes in {}: the rest is ignored", MAX_NODES, settings.endpoints());
            full = true;
            return;
        }
        long czxid = fetched.stat.getCzxid();
        long mzxid = fetched.stat.getMzxid();
        if (before != null && before.czxid == czxid && before.mzxid == mzxid) return;
        EndpointDescription endpoint = before == null ? null : before.endpoint;
        byte[] xml = before == null ? null : before.xml;
        try {
            endpoint = decode(fetched.data);
            xml = fetched.data;
        } catch (BadEndpointException e) {
            LOG.warn(
                    "{} is skipped until it changes{}: {}",
                    path(fetched.name),
                    endpoint == null ? "" : ", what it said before stays",
                    e.getMessage());
        }
        absentFromIndex(fetched.name, before);
        Node node = new Node(czxid, mzxid, endpoint, xml);
        nodes.put(fetched.name, node);
        if (endpoint != null && !frameworkUuid.equals(endpoint.getFrameworkUUID()))
            byId.computeIfAbsent(endpoint.getId(), id -> new HashMap<>()).put(fetched.name, node);
        if (before != null && before.endpoint != null) settle(before.endpoint.getId());
        if (endpoint != null) settle(endpoint.getId());
    }

    private EndpointDescription decode(byte[] data) throws BadEndpointException {
        int size = data == null ? 0 : data.length;
        if (size == 0) throw new BadEndpointException("it is empty");
        if (size > settings.maxEndpointBytes())
            throw new BadEndpointException(
                    "it has " + size + " bytes, max.endpoint.bytes is " + settings.maxEndpointBytes());
        return EndpointXmlReader.decode(data);
    }

    private void absent(String name) {
        Node before = nodes.remove(name);
        if (before == null) return;
        full = false;
        absentFromIndex(name, before);
        if (before.endpoint != null) settle(before.endpoint.getId());
    }

    private void absentFromIndex(String name, Node node) {
        if (node == null || node.endpoint == null) return;
        byId.computeIfPresent(node.endpoint.getId(), (id, named) -> {
            named.remove(name);
            return named.isEmpty() ? null : named;
        });
    }

    private void settle(String id) {
        Map<String, Node> named = byId.get(id);
        if (named != null) {
            Node youngest = named.values().stream()
                    .max(Comparator.comparingLong(Node::czxid))
                    .orElseThrow();
            lingering.remove(id);
            interests.put(youngest.endpoint, youngest.xml);
        } else if (graceUntil - System.nanoTime() > 0) {
            if (interests.knows(id)) lingering.add(id);
        } else {
            interests.remove(id);
        }
    }

    private String path(String name) {
        return settings.endpoints() + "/" + name;
    }
}
