/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.gridbatch.discovery.server.TestServer;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;

public class OutageTest {

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final String ENDPOINTS = "/gridbatch/endpoints";

    @Rule
    public final TestServer server = new TestServer();

    private final List<AutoCloseable> opened = new ArrayList<>();

    @After
    public void close() throws Exception {
        for (AutoCloseable each : opened) each.close();
    }

    @Test
    public void aServerThatComesLateIsFound() {
        Node a = node();
        Node b = node();
        a.export("x");
        assertEquals(false, a.discovery.state().connected());

        server.start();

        sees(b, "ADDED x");
        assertTrue(a.discovery.state().connected());
    }

    @Test
    public void aHostWithoutAnAddressDoesNotHinderTheOthers() {
        server.start();
        Node a = node("no-such-host.invalid:2181," + server.address());
        Node b = node();

        a.export("x");

        sees(b, "ADDED x");
    }

    @Test
    public void anUnknownHostIsTriedUntilItIsStopped() {
        Node a = node("no-such-host.invalid:2181");
        a.export("x");
        await().during(Duration.ofSeconds(1))
                .atMost(SOON)
                .until(() -> clientThreads() == 1 && !a.discovery.state().connected());

        Instant before = Instant.now();
        a.close();

        assertTrue(Duration.between(before, Instant.now()).compareTo(Duration.ofSeconds(8)) < 0);
        await().atMost(SOON).until(() -> clientThreads() == 0);
    }

    @Test
    public void aShortOutageWithTheSessionKeptThenALongOneWhereItExpiredLosesNothing() {
        server.start();
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");

        server.stop();
        disconnected(a, b);
        server.start();
        connected(a, b);
        a.export("y");
        sees(b, "ADDED x", "ADDED y");

        server.stop();
        disconnected(a, b);
        stayAway(Duration.ofMillis(3L * Node.SESSION_MILLIS));
        server.start();
        connected(a, b);
        a.export("z");
        sees(b, "ADDED x", "ADDED y", "ADDED z");
        await().atMost(SOON).until(() -> a.discovery.state().published() == 3);
        // The nodes of the earlier session expire in the meantime.
        await("nothing is taken back")
                .during(Duration.ofSeconds(4))
                .atMost(SOON)
                .until(() -> b.events.size() == 3);
        // Awaited, since a client that is being replaced has no thread for a moment.
        await("one client each").atMost(SOON).until(() -> clientThreads() == 2);
        assertEquals(3, b.discovery.state().known());
    }

    @Test
    public void aServerThatLostItsDataIsFilledAgain() throws Exception {
        server.start();
        ZooKeeper other = client();
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");
        // The clients have now seen later transactions than the empty server will have.
        for (int i = 0; i < 50; i++) other.setData("/gridbatch", new byte[1], -1);
        a.modify("x", 1);
        sees(b, "ADDED x", "MODIFIED x@1");

        server.stop();
        server.wipe();
        disconnected(a, b);
        server.start();
        connected(a, b);

        a.modify("x", 2);
        sees(b, "ADDED x", "MODIFIED x@1", "MODIFIED x@2");
    }

    @Test
    public void whatWasImportedStaysDuringAnOutageAndGoesAfterItWhenItsPublisherIsGone() {
        server.start();
        Node a = node();
        Node b = node();
        Node c = node();
        a.export("x");
        c.export("y");
        await().atMost(SOON).until(() -> b.events.size() == 2);

        server.stop();
        disconnected(a, b, c);
        c.close();
        await("nothing is taken back while ZooKeeper is away")
                .during(Duration.ofSeconds(1))
                .atMost(SOON)
                .until(() -> b.events.size() == 2);
        server.wipe();
        server.start();
        connected(a, b);

        await().atMost(SOON).until(() -> b.events.size() == 3);
        assertEquals("REMOVED y", b.events.get(2));
        assertEquals(1, b.discovery.state().known());
    }

    @Test
    public void removalsWaitForAGraceAfterAReconnect() throws Exception {
        server.start();
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");

        server.stop();
        disconnected(a, b);
        server.start();
        connected(a, b);
        Instant back = b.discovery.state().since();
        a.unexport("x");

        sees(b, "ADDED x", "REMOVED x");
        assertTrue(Duration.between(back, Instant.now()).toMillis() >= Node.SESSION_MILLIS);
    }

    @Test
    public void anExpiredSessionIsReplaced() throws Exception {
        server.start();
        Node a = node();
        Node b = node();
        a.export("x");
        sees(b, "ADDED x");

        expire(a);

        await().atMost(SOON).until(() -> b.events.size() >= 3);
        assertEquals(List.of("ADDED x", "REMOVED x", "ADDED x"), b.events);
        assertEquals(2, clientThreads());
    }

    @Test
    public void aStaleNodeOfAnEarlierRunTakesNothingAwayWhenItExpires() throws Exception {
        server.start();
        Node b = node();
        connected(b);
        ZooKeeper stale = client();
        byte[] xml =
                EndpointXml.encode(Node.endpoint("earlier-run", "x", Map.of())).xml();
        stale.create(ENDPOINTS + "/earlier-run-1-0", xml, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        sees(b, "ADDED x");

        Node a = node();
        a.export("x");
        sees(b, "ADDED x", "MODIFIED x");
        stale.close();

        await("the endpoint stays").during(Duration.ofSeconds(1)).atMost(SOON).until(() -> b.events.size() == 2);
        assertEquals(1, b.discovery.state().known());
    }

    @Test
    public void stoppingWhileZooKeeperIsAwayIsQuick() {
        server.start();
        Node a = node();
        a.export("x");
        await().atMost(SOON).until(() -> a.discovery.state().published() == 1);
        server.stop();
        disconnected(a);

        Instant before = Instant.now();
        a.close();

        assertTrue(Duration.between(before, Instant.now()).compareTo(Duration.ofSeconds(8)) < 0);
        await().atMost(SOON).until(() -> clientThreads() == 0);
    }

    /** Ends a node's session behind its back, as another client that has its id and password can. */
    private void expire(Node node) throws Exception {
        ZooKeeper own = node.discovery.client();
        ZooKeeper twin = new ZooKeeper(
                server.address(), Node.SESSION_MILLIS, event -> {}, own.getSessionId(), own.getSessionPasswd());
        await().atMost(SOON).until(() -> twin.getState().isConnected());
        twin.close();
    }

    private static long clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("gridbatch-discovery-SendThread"))
                .count();
    }

    private static void stayAway(Duration time) {
        Instant until = Instant.now().plus(time);
        await().atMost(SOON).until(() -> Instant.now().isAfter(until));
    }

    private static void disconnected(Node... nodes) {
        for (Node each : nodes)
            await().atMost(SOON).until(() -> !each.discovery.state().connected());
    }

    private static void connected(Node... nodes) {
        for (Node each : nodes)
            await().atMost(SOON).until(() -> each.discovery.state().connected());
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
        ZooKeeper client = new ZooKeeper(server.address(), 2_000, event -> {});
        opened.add(client);
        await().atMost(SOON).until(() -> client.getState().isConnected());
        return client;
    }

    private static void sees(Node node, String... events) {
        await().atMost(SOON).untilAsserted(() -> assertEquals(sorted(List.of(events)), sorted(node.events)));
    }

    /** Two endpoints can be told in either order. */
    private static List<String> sorted(List<String> events) {
        return events.stream().sorted(Comparator.naturalOrder()).toList();
    }
}
