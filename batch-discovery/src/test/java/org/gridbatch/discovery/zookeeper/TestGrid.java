/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.zookeeper.ZooKeeper;
import org.gridbatch.discovery.server.TestServer;

/** A ZooKeeper server, and the nodes and plain clients that a test opens on it; they are closed before it stops. */
final class TestGrid extends TestServer {

    static final Duration SOON = Duration.ofSeconds(15);
    static final String ENDPOINTS = "/gridbatch/endpoints";

    private final List<AutoCloseable> opened = new ArrayList<>();

    @Override
    protected void after() {
        try {
            for (AutoCloseable each : opened) each.close();
        } catch (Exception e) {
            throw new AssertionError("a node or client cannot be closed", e);
        } finally {
            super.after();
        }
    }

    Node node() {
        return node(address());
    }

    Node node(String zookeeper) {
        Node node = new Node(zookeeper);
        opened.add(node);
        return node;
    }

    /** A connected client that ignores what it is told: its test looks for itself. */
    ZooKeeper client() throws Exception {
        ZooKeeper client = new ZooKeeper(address(), 2_000, event -> {});
        opened.add(client);
        await().atMost(SOON).until(() -> client.getState().isConnected());
        return client;
    }

    /** Stops the server, and waits until all these nodes know. */
    void goesAway(Node... nodes) {
        stop();
        for (Node each : nodes)
            await().atMost(SOON).until(() -> !each.discovery.state().connected());
    }

    /** Starts the server, and waits until all these nodes have found it. */
    void comesBack(Node... nodes) {
        start();
        connected(nodes);
    }

    static void connected(Node... nodes) {
        for (Node each : nodes)
            await().atMost(SOON).until(() -> each.discovery.state().connected());
    }

    static void published(Node node, int endpoints) {
        await().atMost(SOON).until(() -> node.discovery.state().published() == endpoints);
    }

    /** Waits until a listener was told just this, in this order. */
    static void sees(List<String> told, String... events) {
        await().atMost(SOON).untilAsserted(() -> assertEquals(List.of(events), told));
    }

    static void sees(Node node, String... events) {
        sees(node.events, events);
    }

    /** As {@link #sees}, where two endpoints can be told in either order. */
    static void seesInAnyOrder(Node node, String... events) {
        List<String> wanted = Arrays.stream(events).sorted().toList();
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertEquals(wanted, node.events.stream().sorted().toList()));
    }
}
