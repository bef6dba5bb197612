/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;

public class InterestsTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final Interests interests = new Interests();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final EndpointEventListener listener = Node.recorder(told);

    @Before
    public void start() {
        interests.start();
    }

    @After
    public void stop() {
        interests.close();
    }

    @Test
    public void aListenerThatComesLaterGetsWhatIsKnown() {
        put("x", 1);

        listen("(version=*)");

        sees("ADDED x@1");
    }

    @Test
    public void aChangedScopeBringsTheDifference() {
        put("x", 1);
        put("y", 2);
        listen("(version<=1)");
        sees("ADDED x@1");

        listen("(version>=2)");
        sees("ADDED x@1", "REMOVED x@1", "ADDED y@2");

        listen("(version>=2)", "(version<=1)");
        sees("ADDED x@1", "REMOVED x@1", "ADDED y@2", "ADDED x@1");

        listen();
        await().atMost(SOON).until(() -> told.size() == 6);
    }

    @Test
    public void anEndpointIsTakenBackUnderTheFilterItWasToldWith() {
        List<String> filters = new CopyOnWriteArrayList<>();
        EndpointEventListener recorder = (event, filter) -> filters.add(event.getType() + filter);
        interests.listen("key", recorder, Node.filters("(version=1)"));
        put("x", 1);
        await().atMost(SOON).until(() -> filters.size() == 1);
        interests.listen("key", recorder, Node.filters("(version=*)"));

        interests.remove("x");

        await().atMost(SOON).until(() -> filters.size() == 2);
        assertEquals(List.of("1(version=1)", "2(version=1)"), filters);
    }

    @Test
    public void anEndpointThatOnlyAnotherFilterMatchesNowMovesToIt() {
        listen("(version=1)", "(version=2)");
        put("x", 1);
        sees("ADDED x@1");

        put("x", 2);

        sees("ADDED x@1", "ENDMATCH x@2", "ADDED x@2");
    }

    @Test
    public void theSameContentAgainIsNoNews() {
        listen("(version=*)");
        put("x", 1);
        put("x", 1);
        put("y", 1);

        sees("ADDED x@1", "ADDED y@1");
    }

    @Test
    public void aListenerThatThrowsDoesNotHarmTheOthers() {
        EndpointEventListener bad = (event, filter) -> {
            throw new IllegalStateException("on purpose");
        };
        interests.listen("bad", bad, Node.filters("(version=*)"));
        listen("(version=*)");

        put("x", 1);
        put("y", 1);

        sees("ADDED x@1", "ADDED y@1");
    }

    @Test
    public void aForgottenListenerIsNotToldAnyMore() {
        listen("(version=*)");
        put("x", 1);
        sees("ADDED x@1");

        interests.forget("key");
        interests.remove("x");

        await().during(Duration.ofMillis(200)).atMost(SOON).until(() -> told.size() == 1);
    }

    @Test
    public void aSlowListenerSkipsStatesThatAreOver() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        EndpointEventListener slow = (event, filter) -> {
            listener.endpointChanged(event, filter);
            busy.countDown();
            try {
                free.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        interests.listen("key", slow, Node.filters("(version=*)"));
        put("x", 1);
        busy.await();
        for (int i = 2; i <= 1_000; i++) put("x", i);
        put("gone", 1);
        interests.remove("gone");

        free.countDown();

        sees("ADDED x@1", "MODIFIED x@1000");
    }

    private void listen(String... scope) {
        interests.listen("key", listener, Node.filters(scope));
    }

    private void put(String id, int version) {
        EndpointDescription endpoint = Node.endpoint("u", id, Map.of("version", version));
        interests.put(endpoint, EndpointXml.encode(endpoint).xml());
    }

    private void sees(String... events) {
        await().atMost(SOON).untilAsserted(() -> assertEquals(List.of(events), told));
    }
}
