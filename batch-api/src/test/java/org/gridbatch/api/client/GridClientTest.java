/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.framework.FrameworkFactory;
import org.awaitility.Awaitility;
import org.gridbatch.api.GridConflictException;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.Operations;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.WorkQueue;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

public class GridClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Rule
    public TemporaryFolder folder = new TemporaryFolder();

    @Rule
    public Timeout timeout = Timeout.seconds(60);

    private Framework framework;
    private BundleContext context;
    private GridClient client;

    @Before
    public void start() throws Exception {
        framework = new FrameworkFactory()
                .newFramework(
                        Map.of("org.osgi.framework.storage", folder.getRoot().getPath()));
        framework.start();
        context = framework.getBundleContext();
        client = new GridClient(context);
    }

    @After
    public void stop() throws Exception {
        client.close();
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    public void theQueueWithTheHighestTermIsCalled() throws Exception {
        queue("grid", 1);
        JobQueue newest = queue("grid", 3);
        queue("grid", 2);
        assertSame(newest, client.callAndWait(GridClientTest::itself, LONG));
    }

    @Test
    public void twoGridsAreRefusedWithBothNames() {
        queue("north", 1);
        queue("south", 9);
        Exception refusal =
                assertThrows(GridConflictException.class, () -> client.callAndWait(GridClientTest::itself, LONG));
        assertTrue(refusal.getMessage(), refusal.getMessage().contains("north and south"));
        assertEquals(List.of("north", "south"), client.gridsInSight());
    }

    @Test
    public void theGridThatIsMeantIsCalledWhenTwoAreInSight() throws Exception {
        JobQueue north = queue("north", 1);
        queue("south", 9);
        try (GridClient ofNorth = new GridClient(context, "north")) {
            assertSame(north, ofNorth.callAndWait(GridClientTest::itself, LONG));
        }
    }

    @Test
    public void aQueueThatComesLaterIsCalled() throws Exception {
        CompletableFuture<JobQueue> answer =
                client.jobs(GridClientTest::itself, LONG).toCompletableFuture();
        assertFalse(answer.isDone());
        JobQueue queue = queue("grid", 1);
        assertSame(queue, answer.get());
    }

    @Test
    public void aCallThatMayNotHaveHappenedIsRepeated() throws Exception {
        queue("grid", 1);
        AtomicInteger calls = new AtomicInteger();
        assertEquals(
                "done",
                client.callAndWait(
                        queue -> switch (calls.incrementAndGet()) {
                            case 1 -> failed(new QueueUnavailableException("starting"));
                            case 2 -> failed(new ServiceException("connection lost", ServiceException.REMOTE));
                            case 3 -> throw new ServiceException("connection lost", ServiceException.REMOTE);
                            default -> CompletableFuture.completedFuture("done");
                        },
                        LONG));
        assertEquals(4, calls.get());
    }

    @Test
    public void aCallersMistakeIsNotRepeated() {
        queue("grid", 1);
        AtomicInteger calls = new AtomicInteger();
        assertThrows(
                InvalidRequestException.class,
                () -> client.callAndWait(
                        queue -> {
                            calls.incrementAndGet();
                            return failed(new InvalidRequestException("wrong"));
                        },
                        LONG));
        assertEquals(1, calls.get());
    }

    @Test
    public void itGivesUpWhenTheTimeIsOverAndSaysWhatItMissed() {
        Exception failure = assertThrows(
                QueueUnavailableException.class,
                () -> client.callAndWait(GridClientTest::itself, Duration.ofMillis(120)));
        assertEquals("no queue-server is in sight", failure.getMessage());
    }

    @Test
    public void aQueueThatWentIsNotCalledAnyMore() throws Exception {
        ServiceRegistration<?> gone = register("grid", 2, proxy(JobQueue.class, WorkQueue.class));
        JobQueue stays = queue("grid", 1);
        gone.unregister();
        assertSame(stays, client.callAndWait(GridClientTest::itself, LONG));
    }

    @Test
    public void closingEndsTheCallsThatWait() {
        CompletableFuture<JobQueue> answer =
                client.jobs(GridClientTest::itself, LONG).toCompletableFuture();
        client.close();
        Awaitility.await("the call ended").atMost(Duration.ofSeconds(5)).until(answer::isCompletedExceptionally);
    }

    @Test
    public void everyInterfaceOfTheEndpointCanBeCalled() throws Exception {
        JobQueue queue = proxy(JobQueue.class, WorkQueue.class, Operations.class);
        register("grid", 1, queue);
        CompletionStage<Object> answer = client.operations(CompletableFuture::completedFuture, LONG);
        assertSame(queue, answer.toCompletableFuture().get());
        assertSame(
                queue,
                client.<WorkQueue, Object>call(WorkQueue.class, CompletableFuture::completedFuture, LONG)
                        .toCompletableFuture()
                        .get());
    }

    @Test
    public void aQueueThatIsNoWorkQueueIsNotTakenForOne() {
        register("grid", 1, proxy(JobQueue.class));
        CompletionStage<Object> answer = client.work(CompletableFuture::completedFuture, Duration.ZERO);
        assertTrue(answer.toCompletableFuture().isCompletedExceptionally());
    }

    private static CompletionStage<JobQueue> itself(JobQueue queue) {
        return CompletableFuture.completedFuture(queue);
    }

    private static <T> CompletionStage<T> failed(Throwable failure) {
        return CompletableFuture.failedFuture(failure);
    }

    private JobQueue queue(String grid, long term) {
        JobQueue queue = proxy(JobQueue.class, WorkQueue.class);
        register(grid, term, queue);
        return queue;
    }

    private static JobQueue proxy(Class<?>... interfaces) {
        return (JobQueue) Proxy.newProxyInstance(
                GridClientTest.class.getClassLoader(), interfaces, (self, method, args) -> switch (method.getName()) {
                    case "equals" -> self == args[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "a queue";
                });
    }

    private ServiceRegistration<?> register(String grid, long term, JobQueue queue) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(JobQueue.GRID, grid);
        properties.put(JobQueue.TERM, term);
        return context.registerService(JobQueue.class, queue, properties);
    }
}
