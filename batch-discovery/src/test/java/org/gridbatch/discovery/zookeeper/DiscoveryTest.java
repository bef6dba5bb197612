/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.awaitility.Awaitility.await;
import static org.gridbatch.discovery.zookeeper.TestGrid.ENDPOINTS;
import static org.gridbatch.discovery.zookeeper.TestGrid.SOON;
import static org.gridbatch.discovery.zookeeper.TestGrid.published;
import static org.gridbatch.discovery.zookeeper.TestGrid.sees;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Transaction;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.osgi.service.remoteserviceadmin.EndpointEvent;

public class DiscoveryTest {

    @Rule
    public final TestGrid grid = new TestGrid();

    @Before
    public void start() {
        grid.start();
    }

    @Test
    public void anEndpointIsFoundChangedAndWithdrawn() {
        Node a = grid.node();
        Node b = grid.node();

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
        Node a = grid.node();
        a.export("x");
        a.export("y");
        published(a, 2);

        Node b = grid.node();

        await().atMost(SOON).until(() -> b.events.size() == 2);
        assertTrue(b.events.containsAll(List.of("ADDED x", "ADDED y")));
        assertEquals(2, b.discovery.state().known());
    }

    @Test
    public void anEndpointThatNoLongerMatchesItsTellersFilterIsWithdrawn() {
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        sees(b, "ADDED x");

        a.tell(EndpointEvent.MODIFIED_ENDMATCH, a.endpoint("x", Map.of()));

        sees(b, "ADDED x", "REMOVED x");
    }

    @Test
    public void listenersAreToldByTheirScope() {
        Node a = grid.node();
        Node b = grid.node();
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
        Node a = grid.node();
        a.export("x");
        ZooKeeper client = grid.client();
        published(a, 1);

        a.close();

        assertEquals(List.of(), client.getChildren(ENDPOINTS, false));
    }

    @Test
    public void aStopTakesBackWhatWasHandedOn() {
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        sees(b, "ADDED x");

        b.close();

        assertEquals(List.of("ADDED x", "REMOVED x"), b.events);
    }

    @Test
    public void theChrootOfTheConnectStringIsMade() throws Exception {
        Node a = grid.node(grid.address() + "/shared/grid-1");
        a.export("x");
        published(a, 1);

        assertEquals(
                1,
                grid.client().getChildren("/shared/grid-1" + ENDPOINTS, false).size());
    }

    @Test
    public void corruptDataIsSkippedUntilItIsRight() throws Exception {
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        sees(b, "ADDED x");
        ZooKeeper client = grid.client();
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
        Node a = grid.node();
        Node b = grid.node();

        a.tell(EndpointEvent.ADDED, a.endpoint("big", Map.of("text", "x".repeat(9_000))));
        a.export("small");

        sees(b, "ADDED small");
        assertEquals(1, a.discovery.state().published());
    }

    @Test
    public void aNodeDeletedByHandIsMadeAgain() throws Exception {
        Node a = grid.node();
        a.export("x");
        ZooKeeper client = grid.client();
        published(a, 1);

        for (String each : client.getChildren(ENDPOINTS, false)) client.delete(ENDPOINTS + "/" + each, -1);

        await().atMost(SOON).until(() -> client.getChildren(ENDPOINTS, false).size() == 1);
    }

    @Test
    public void everythingDeletedByHandIsMadeAgain() throws Exception {
        Node a = grid.node();
        Node b = grid.node();
        a.export("x");
        sees(b, "ADDED x");
        ZooKeeper client = grid.client();

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
        for (int i = 0; i < 8; i++) nodes.add(grid.node());
        for (int i = 0; i < 8; i++) {
            for (int k = 0; k < 10; k++) nodes.get(i).export("e" + i + "-" + k);
        }

        for (Node each : nodes) {
            await().atMost(SOON).until(() -> each.events.size() == 70);
            assertEquals(70, each.discovery.state().known());
        }
    }
}
