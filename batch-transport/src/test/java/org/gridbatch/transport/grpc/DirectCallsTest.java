/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** Which threads run a method whose service said that it never waits. */
public class DirectCallsTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String IO = "gridbatch-transport-io-";
    private static final String POOL = "gridbatch-transport-server-";

    /** Each answers with the name of the thread that it ran on. */
    public interface Threads {
        CompletionStage<String> direct(String text);

        CompletionStage<String> pooled(String text);

        String now(String text);

        CompletionStage<String> open();
    }

    private static final class Service implements Threads {
        private final CompletableFuture<String> open = new CompletableFuture<>();

        @Override
        public CompletionStage<String> direct(String text) {
            if (text.equals("fail")) throw new IllegalStateException("told to");
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @Override
        public CompletionStage<String> pooled(String text) {
            return direct(text);
        }

        @Override
        public String now(String text) {
            return Thread.currentThread().getName();
        }

        @Override
        public CompletionStage<String> open() {
            return open;
        }
    }

    private final Node server = Node.with();
    private final Node client = Node.with();
    private final Service service = new Service();
    private Threads remote;

    @Before
    public void export() {
        var endpoint = server.export(Threads.class, service, Wire.DIRECT, new String[] {"direct", "now", "open"});
        remote = client.use(Threads.class, endpoint.description());
    }

    @After
    public void stop() {
        client.close();
        server.close();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    private static void assertThread(String prefix, String name) {
        assertTrue(name + " should be " + prefix, name.startsWith(prefix));
    }

    @Test
    public void aDirectMethodRunsOnTheThreadThatReads() throws Exception {
        assertThread(IO, get(remote.direct("x")));
    }

    @Test
    public void allOthersRunOnThePool() throws Exception {
        assertThread(POOL, get(remote.pooled("x")));
        assertThread(POOL, remote.now("gives its result at once, so it may wait"));
    }

    @Test
    public void aLargeRequestIsDecodedOnThePool() throws Exception {
        assertThread(POOL, get(remote.direct("x".repeat(20_000))));
    }

    @Test
    public void aDirectMethodThatThrowsFailsItsCall() {
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> get(remote.direct("fail")));
        assertEquals("told to", thrown.getCause().getMessage());
    }

    @Test
    public void aDirectCallThatIsCancelledCancelsTheStage() {
        CompletableFuture<String> call = remote.open().toCompletableFuture();
        await().atMost(SOON).until(() -> service.open.getNumberOfDependents() == 1);
        call.cancel(true);
        await().atMost(SOON).until(service.open::isCancelled);
    }

    @Test
    public void whatDependsOnACallThatNobodyWaitsForRunsOnThePool() throws Exception {
        CompletableFuture<String> continued = new CompletableFuture<>();
        remote.open()
                .thenAccept(text -> continued.complete(Thread.currentThread().getName()));
        service.open.complete("done");
        assertThread("gridbatch-transport-client-", continued.get(5, TimeUnit.SECONDS));
    }

    @Test
    public void whoWaitsForACallDecodesItsAnswer() throws Exception {
        CompletableFuture<String> call = remote.open().toCompletableFuture();
        CompletableFuture<String> continued = new CompletableFuture<>();
        Thread waiter = new Thread(call::join, "waiter");
        waiter.start();
        await().atMost(SOON).until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        call.thenAccept(text -> continued.complete(Thread.currentThread().getName()));
        service.open.complete("done");
        assertThread("waiter", continued.get(5, TimeUnit.SECONDS));
    }

    @Test
    public void twoThreadsCanWaitForOneCall() throws Exception {
        CompletableFuture<String> call = remote.open().toCompletableFuture();
        CompletableFuture<String> other = CompletableFuture.supplyAsync(call::join);
        await().atMost(SOON).until(() -> service.open.getNumberOfDependents() == 1);
        service.open.complete("done");
        assertEquals("done", call.get());
        assertEquals("done", other.get(5, TimeUnit.SECONDS));
    }

    @Test
    public void aWaitEndsWithItsTimeAndTheCallGoesOn() throws Exception {
        CompletableFuture<String> call = remote.open().toCompletableFuture();
        assertThrows(TimeoutException.class, () -> call.get(20, TimeUnit.MILLISECONDS));
        assertFalse(call.isDone());
        service.open.complete("done");
        assertEquals("done", call.get(5, TimeUnit.SECONDS));
    }

    @Test
    public void aWaitEndsWhenAnotherThreadGivesTheCallUp() throws Exception {
        CompletableFuture<String> call = remote.open().toCompletableFuture();
        Thread waiter = new Thread(() -> assertThrows(CancellationException.class, call::join));
        waiter.start();
        await().atMost(SOON).until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        call.cancel(true);
        waiter.join(SOON.toMillis());
        assertFalse(waiter.isAlive());
    }

    @Test
    public void anInterruptEndsTheWaitAndTheCallGoesOn() throws Exception {
        CompletableFuture<String> call = remote.open().toCompletableFuture();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, call::get);
        service.open.complete("done");
        assertEquals("done", call.get(5, TimeUnit.SECONDS));
    }
}
