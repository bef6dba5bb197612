/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.awaitility.Awaitility.await;
import static org.gridbatch.discovery.zookeeper.TestGrid.ENDPOINTS;
import static org.gridbatch.discovery.zookeeper.TestGrid.SOON;
import static org.gridbatch.discovery.zookeeper.TestGrid.connected;
import static org.gridbatch.discovery.zookeeper.TestGrid.published;
import static org.gridbatch.discovery.zookeeper.TestGrid.seesInAnyOrder;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.Rule;
import org.junit.Test;

public class OutageTest {

    @Rule
    public final TestGrid grid = new TestGrid();

    @Test
    public void aServerThatComesLateIsFound() {
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        assertEquals(false, a.discovery.state().connected());

        grid.start();

        seesInAnyOrder(b, "ADDED x");
        assertTrue(a.discovery.state().connected());
    }

    @Test
    public void aHostWithoutAnAddressDoesNotHinderTheOthers() {
        grid.start();
        Node a = grid.node("no-such-host.invalid:2181," + grid.address());
        Node b = grid.node();

        a.export("x");

        seesInAnyOrder(b, "ADDED x");
    }

    @Test
    public void anUnknownHostIsTriedUntilItIsStopped() {
        Node a = grid.node("no-such-host.invalid:2181");
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
        grid.start();
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        seesInAnyOrder(b, "ADDED x");

        grid.goesAway(a, b);
        grid.comesBack(a, b);
        a.export("y");
        seesInAnyOrder(b, "ADDED x", "ADDED y");

        grid.goesAway(a, b);
        stayAway(Duration.ofMillis(3L * Node.SESSION_MILLIS));
        grid.comesBack(a, b);
        a.export("z");
        seesInAnyOrder(b, "ADDED x", "ADDED y", "ADDED z");
        published(a, 3);
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
        grid.start();
        ZooKeeper other = grid.client();
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        seesInAnyOrder(b, "ADDED x");
        // The clients have now seen later transactions than the empty server will have.
        for (int i = 0; i < 50; i++) other.setData("/gridbatch", new byte[1], -1);
        a.modify("x", 1);
        seesInAnyOrder(b, "ADDED x", "MODIFIED x@1");

        grid.goesAway(a, b);
        grid.wipe();
        grid.comesBack(a, b);

        a.modify("x", 2);
        seesInAnyOrder(b, "ADDED x", "MODIFIED x@1", "MODIFIED x@2");
    }

    @Test
    public void whatWasImportedStaysDuringAnOutageAndGoesAfterItWhenItsPublisherIsGone() {
        grid.start();
        Node a = grid.node();
        Node b = grid.node();
        Node c = grid.node();
        a.export("x");
        c.export("y");
        await().atMost(SOON).until(() -> b.events.size() == 2);

        grid.goesAway(a, b, c);
        c.close();
        await("nothing is taken back while ZooKeeper is away")
                .during(Duration.ofSeconds(1))
                .atMost(SOON)
                .until(() -> b.events.size() == 2);
        grid.wipe();
        grid.comesBack(a, b);

        await().atMost(SOON).until(() -> b.events.size() == 3);
        assertEquals("REMOVED y", b.events.get(2));
        assertEquals(1, b.discovery.state().known());
    }

    @Test
    public void removalsWaitForAGraceAfterAReconnect() throws Exception {
        grid.start();
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        seesInAnyOrder(b, "ADDED x");

        grid.goesAway(a, b);
        grid.comesBack(a, b);
        Instant back = b.discovery.state().since();
        a.unexport("x");

        seesInAnyOrder(b, "ADDED x", "REMOVED x");
        assertTrue(Duration.between(back, Instant.now()).toMillis() >= Node.SESSION_MILLIS);
    }

    @Test
    public void anExpiredSessionIsReplaced() throws Exception {
        grid.start();
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        seesInAnyOrder(b, "ADDED x");

        expire(a);

        await().atMost(SOON).until(() -> b.events.size() >= 3);
        assertEquals(List.of("ADDED x", "REMOVED x", "ADDED x"), b.events);
        assertEquals(2, clientThreads());
    }

    @Test
    public void aStaleNodeOfAnEarlierRunTakesNothingAwayWhenItExpires() throws Exception {
        grid.start();
        Node b = grid.node();
        connected(b);
        ZooKeeper stale = grid.client();
        byte[] xml =
                EndpointXml.encode(Node.endpoint("earlier-run", "x", Map.of())).xml();
        stale.create(ENDPOINTS + "/earlier-run-1-0", xml, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        seesInAnyOrder(b, "ADDED x");

        Node a = grid.node();
        a.export("x");
        seesInAnyOrder(b, "ADDED x", "MODIFIED x");
        stale.close();

        await("the endpoint stays").during(Duration.ofSeconds(1)).atMost(SOON).until(() -> b.events.size() == 2);
        assertEquals(1, b.discovery.state().known());
    }

    @Test
    public void stoppingWhileZooKeeperIsAwayIsQuick() {
        grid.start();
        Node a = grid.node();
        a.export("x");
        published(a, 1);
        grid.goesAway(a);

        Instant before = Instant.now();
        a.close();

        assertTrue(Duration.between(before, Instant.now()).compareTo(Duration.ofSeconds(8)) < 0);
        await().atMost(SOON).until(() -> clientThreads() == 0);
    }

    /** Ends a node's session behind its back, as another client that has its id and password can. */
    private void expire(Node node) throws Exception {
        ZooKeeper own = node.discovery.client();
        ZooKeeper twin = new ZooKeeper(
                grid.address(), Node.SESSION_MILLIS, event -> {}, own.getSessionId(), own.getSessionPasswd());
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
}
