/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Transaction;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.gridbatch.discovery.server.TestServer;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.osgi.service.remoteserviceadmin.EndpointEvent;

public class DiscoveryTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String ENDPOINTS = "/gridbatch/endpoints";

    @Rule
    public final TestServer server = new TestServer();

    private final List<AutoCloseable> opened = new ArrayList<>();

    @Before
    public void start() {
        server.start();
    }

    @After
    public void close() throws Exception {
        for (AutoCloseable each : opened) each.close();
    }

    @Test
    public void anEndpointIsFoundChangedAndWithdrawn() {
        Node a = node();
        Node b = node();

        a.export("x");
        sees(b, "ADDED x");

        a.modify("x", 2);
        sees(b, "ADDED x", "MODIFIED x@2");

        a.unexport("x");
        sees(b, "ADDED x", "MODIFIED x@2", "REMOVED x@2");
        assertEquals("own endpoints are not handed back", List.of(), a.events);
    }

    @Test
    public void aNodeThatComesLaterIsToldWhatThereIs() {
        Node a = node();
        a.export("x");
        a.export("y");
        await().atMost(SOON).until(() -> a.discovery.state().published() == 2);

        Node b = node();

        await().atMost(SOON).until(() -> b.events.size() == 2);
        assertTrue(b.events.containsAll(List.of("ADDED x", "ADDED y")));
        assertEquals(2, b.discovery.state().known());
    }

    @Test
    public void anEndpointThatNoLongerMatchesItsTellersFilterIsWithdrawn() {
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");

        a.tell(EndpointEvent.MODIFIED_ENDMATCH, a.endpoint("x", Map.of()));

        sees(b, "ADDED x", "REMOVED x");
    }

    @Test
    public void listenersAreToldByTheirScope() {
        Node a = node();
        Node b = node();
        List<String> told = new CopyOnWriteArrayList<>();
        b.discovery.interests().listen("scoped", Node.recorder(told), Node.filters("(version>=2)"));
        a.modify("x", 1L);
        sees(b, "ADDED x@1");
        assertEquals(List.of(), told);

        a.modify("x", 2L);
        sees(told, "ADDED x@2");

        a.modify("x", 3L);
        sees(told, "ADDED x@2", "MODIFIED x@3");

        a.modify("x", 0L);
        sees(told, "ADDED x@2", "MODIFIED x@3", "ENDMATCH x@0");
    }

    @Test
    public void aCleanStopDeletesTheNodesAtOnce() throws Exception {
        Node a = node();
        a.export("x");
        ZooKeeper client = client();
        await().atMost(SOON).until(() -> a.discovery.state().published() == 1);

        a.close();

        assertEquals(List.of(), client.getChildren(ENDPOINTS, false));
    }

    @Test
    public void aStopTakesBackWhatWasHandedOn() {
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");

        b.close();

        assertEquals(List.of("ADDED x", "REMOVED x"), b.events);
    }

    @Test
    public void theChrootOfTheConnectStringIsMade() throws Exception {
        Node a = node(server.address() + "/shared/grid-1");
        a.export("x");
        await().atMost(SOON).until(() -> a.discovery.state().published() == 1);

        assertEquals(
                1, client().getChildren("/shared/grid-1" + ENDPOINTS, false).size());
    }

    @Test
    public void corruptDataIsSkippedUntilItIsRight() throws Exception {
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");
        ZooKeeper client = client();
        byte[] good = EndpointXml.encode(Node.endpoint("other", "z", Map.of())).xml();

        client.create(ENDPOINTS + "/bad", new byte[] {1, 2}, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        client.create(ENDPOINTS + "/empty", null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        client.create(ENDPOINTS + "/huge", new byte[9_000], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        a.export("y");
        sees(b, "ADDED x", "ADDED y");

        client.setData(ENDPOINTS + "/bad", good, -1);
        sees(b, "ADDED x", "ADDED y", "ADDED z");

        client.setData(ENDPOINTS + "/bad", new byte[] {3}, -1);
        a.export("w");
        sees(b, "ADDED x", "ADDED y", "ADDED z", "ADDED w");

        client.delete(ENDPOINTS + "/bad", -1);
        sees(b, "ADDED x", "ADDED y", "ADDED z", "ADDED w", "REMOVED z");
    }

    @Test
    public void anEndpointTooLargeIsNotPublished() {
        Node a = node();
        Node b = node();

        a.tell(EndpointEvent.ADDED, a.endpoint("big", Map.of("text", "x".repeat(9_000))));
        a.export("small");

        sees(b, "ADDED small");
        assertEquals(1, a.discovery.state().published());
    }

    @Test
    public void aNodeDeletedByHandIsMadeAgain() throws Exception {
        Node a = node();
        a.export("x");
        ZooKeeper client = client();
        await().atMost(SOON).until(() -> a.discovery.state().published() == 1);

        for (String each : client.getChildren(ENDPOINTS, false)) client.delete(ENDPOINTS + "/" + each, -1);

        await().atMost(SOON).until(() -> client.getChildren(ENDPOINTS, false).size() == 1);
    }

    @Test
    public void everythingDeletedByHandIsMadeAgain() throws Exception {
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");
        ZooKeeper client = client();

        // In one step, because discovery is quick to make again what is deleted one by one.
        Transaction all = client.transaction();
        for (String each : client.getChildren(ENDPOINTS, false)) all.delete(ENDPOINTS + "/" + each, -1);
        all.delete(ENDPOINTS, -1).delete("/gridbatch", -1).commit();

        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> client.getChildren(ENDPOINTS, false).size() == 1);
        a.modify("x", 2);
        await().atMost(SOON).until(() -> b.events.get(b.events.size() - 1).endsWith("x@2"));
    }

    @Test
    public void manyNodesAndEndpointsAgree() {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 8; i++) nodes.add(node());
        for (int i = 0; i < 8; i++) {
            for (int k = 0; k < 10; k++) nodes.get(i).export("e" + i + "-" + k);
        }

        for (Node each : nodes) {
            await().atMost(SOON).until(() -> each.events.size() == 70);
            assertEquals(70, each.discovery.state().known());
        }
    }

    private Node node() {
        return node(server.address());
    }

    private Node node(String address) {
        Node node = new Node(address);
        opened.add(node);
        return node;
    }

    private ZooKeeper client() throws Exception {
        ZooKeeper client = new ZooKeeper(server.address(), 2_000, DiscoveryTest::ignore);
        opened.add(client);
        await().atMost(SOON).until(() -> client.getState().isConnected());
        return client;
    }

    private static void ignore(WatchedEvent event) {
        // These tests look for themselves.
    }

    private static void sees(Node node, String... events) {
        sees(node.events, events);
    }

    private static void sees(List<String> told, String... events) {
        await().atMost(SOON).untilAsserted(() -> assertEquals(List.of(events), told));
    }
}
