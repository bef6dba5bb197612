/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.aries.rsa.spi.Endpoint;
import org.junit.After;
import org.junit.Test;
import org.osgi.framework.ServiceException;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.slf4j.LoggerFactory;

/** What a caller and a server see when the way between them, or the other side, is not as it should be. */
public class BrokenConnectionsTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final SampleService service = new SampleService();

    @After
    public void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private <T extends AutoCloseable> T open(T resource) {
        opened.add(resource);
        return resource;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static ServiceException remoteFailure(org.junit.function.ThrowingRunnable call) {
        ServiceException failure = assertThrows(ServiceException.class, call);
        assertEquals(ServiceException.REMOTE, failure.getType());
        return failure;
    }

    private static ServiceException remoteFailure(CompletableFuture<?> call, Duration within) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> call.get(within.toMillis(), TimeUnit.MILLISECONDS));
        assertEquals(ServiceException.class, failure.getCause().getClass());
        assertEquals(ServiceException.REMOTE, ((ServiceException) failure.getCause()).getType());
        return (ServiceException) failure.getCause();
    }

    private static void assertSays(ServiceException failure, String... parts) {
        for (String part : parts) {
            assertTrue(
                    "'" + part + "' in: " + failure.getMessage(),
                    failure.getMessage().contains(part));
        }
    }

    private void awaitDependents(int calls) {
        await("the calls have arrived").atMost(SOON).until(() -> service.number.getNumberOfDependents() == calls);
    }

    @Test
    public void aServerThatIsNotThereFailsTheCallAsNotSent() {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service);
        Sample remote = client.use(Sample.class, endpoint.description());
        server.close();

        ServiceException failure = remoteFailure(() -> remote.echo("x"));
        assertSays(failure, "Sample.echo(String)", "127.0.0.1:" + Node.port(endpoint), "the call was not sent");
        assertSays(remoteFailure(remote.laterNumber(1), SOON), "Sample.laterNumber(int)", "the call was not sent");
    }

    @Test
    public void aConnectionThatIsLostMidCallFailsTheCallAsMayHaveRun() {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service);
        Sample remote = client.use(Sample.class, endpoint.description());
        CompletableFuture<Integer> call = remote.laterNumber(1);
        awaitDependents(1);
        server.close();

        assertSays(
                remoteFailure(call, SOON),
                "Sample.laterNumber(int)",
                "127.0.0.1:" + Node.port(endpoint),
                "the call may have run");
        await("the service is told that nobody waits").atMost(SOON).until(service.number::isCancelled);
    }

    @Test
    public void aCallerThatGoesCancelsWhatItWaitsForAtTheServer() {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service);
        client.use(Sample.class, endpoint.description()).laterNumber(1);
        awaitDependents(1);
        client.close();

        await("the service is told that nobody waits").atMost(SOON).until(service.number::isCancelled);
    }

    @Test
    public void theTimeoutOfTheServiceIsPublishedAndEndsTheCall() {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service, Wire.TIMEOUT, "300");
        assertEquals(300L, endpoint.description().getProperties().get(Wire.TIMEOUT));
        Sample remote = client.use(Sample.class, endpoint.description());

        ServiceException failure = remoteFailure(remote.laterNumber(1), SOON);
        assertSays(failure, "no answer within 300 ms", "the call may have run");
        await("the service is told").atMost(SOON).until(service.number::isCancelled);
        assertEquals("still connected", "x", remote.echo("x"));
    }

    @Test
    public void aTimeoutOutOfBoundsIsRefusedAtExport() {
        Node server = open(Node.with());
        for (Object bad : List.of(0, -1L, "soon", 1.5, Duration.ofDays(2).toMillis())) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> server.export(Sample.class, service, Wire.TIMEOUT, bad));
            assertTrue(refused.getMessage(), refused.getMessage().startsWith(Wire.TIMEOUT + " is "));
        }
    }

    @Test
    public void aPeerThatFallsSilentIsNoticedByWaitingCalls() throws Exception {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service, Wire.TIMEOUT, 120_000L);
        Wall wall = open(new Wall(Node.port(endpoint)));
        Sample remote = client.use(
                Sample.class, Node.changed(endpoint.description(), Wire.ADDRESS, "127.0.0.1:" + wall.port()));
        CompletableFuture<Integer> call = remote.laterNumber(1);
        awaitDependents(1);
        wall.silence();

        assertSays(remoteFailure(call, Duration.ofSeconds(20)), "the call may have run");
        await("the server notices as well").atMost(SOON).until(service.number::isCancelled);
    }

    @Test
    public void aRestartedServerIsFoundAgainAndServesNoCallForItsFormerEndpoint() throws Exception {
        int port = freePort();
        Node server = open(Node.with("port", port));
        Node client = open(Node.with());
        EndpointDescription first = server.export(Sample.class, service).description();
        Sample remote = client.use(Sample.class, first);
        assertEquals("x", remote.echo("x"));
        server.close();
        remoteFailure(() -> remote.echo("x"));

        Node again = open(Node.with("port", port));
        Endpoint second = again.export(Sample.class, service);
        Sample fresh = client.use(Sample.class, second.description());
        await("reconnected").atMost(SOON).ignoreExceptions().until(() -> "y".equals(fresh.echo("y")));

        assertNotEquals(first.getId(), second.description().getId());
        assertSays(remoteFailure(() -> remote.echo("x")), "no such endpoint here: " + first.getId(), "was not run");
    }

    @Test
    public void attemptsToConnectAreMadeAtTheConfiguredPace() throws Exception {
        Node server = open(Node.with());
        EndpointDescription endpoint = server.export(Sample.class, service).description();
        AtomicInteger attempts = new AtomicInteger();
        ServerSocket deadEnd = open(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
        Thread accept = new Thread(
                () -> {
                    try {
                        while (true) {
                            deadEnd.accept().close();
                            attempts.incrementAndGet();
                        }
                    } catch (IOException e) {
                        // The test is over.
                    }
                },
                "dead-end");
        accept.setDaemon(true);
        accept.start();
        Node client = open(Node.with("reconnect.min.millis", 100, "reconnect.max.millis", 400));
        Sample remote =
                client.use(Sample.class, Node.changed(endpoint, Wire.ADDRESS, "127.0.0.1:" + deadEnd.getLocalPort()));
        remoteFailure(() -> remote.echo("x"));

        await("gRPC's own pauses of 1, 1.6, 2.6 seconds would make four attempts at most")
                .atMost(Duration.ofSeconds(4))
                .until(() -> attempts.get() >= 6);
        assertTrue(attempts + " attempts: it pauses at all", attempts.get() < 20);
    }

    @Test
    public void anEndpointThatIsNotExportedAnyMoreRefusesNewCallsAndEndsOldOnes() throws Exception {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service);
        Sample remote = client.use(Sample.class, endpoint.description());
        CompletableFuture<Integer> old = remote.laterNumber(1);
        awaitDependents(1);
        endpoint.close();

        assertSays(remoteFailure(() -> remote.echo("x")), "no such endpoint", "the call was not run");
        service.number.complete(5);
        assertEquals(5, (int) old.get(5, TimeUnit.SECONDS));
    }

    @Test
    public void callsInFlightOutliveTheImportAndNewOnesAreRefused() throws Exception {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service);
        Sample remote = client.use(Sample.class, endpoint.description());
        CompletableFuture<Integer> old = remote.laterNumber(1);
        awaitDependents(1);
        client.provider.closeImport(endpoint.description().getId());

        assertSays(remoteFailure(() -> remote.echo("x")), "not imported any more", "the call was not sent");
        service.number.complete(6);
        assertEquals(6, (int) old.get(5, TimeUnit.SECONDS));

        assertEquals(
                "an import after that works",
                "x",
                client.use(Sample.class, endpoint.description()).echo("x"));
    }

    @Test
    public void importsFromOneAddressShareAConnectionUntilTheLastIsGone() {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint one = server.export(Sample.class, service);
        Endpoint two = server.export(Sample.class, new SampleService());
        assertEquals("one server for all exports", Node.port(one), Node.port(two));
        client.use(Sample.class, one.description());
        client.use(Sample.class, one.description());
        Sample remote = client.use(Sample.class, two.description());
        assertEquals(1, client.provider.openChannels());
        client.provider.closeImport(one.description().getId());
        assertEquals("x", remote.echo("x"));
        assertEquals(1, client.provider.openChannels());
        client.provider.closeImport(two.description().getId());
        assertEquals(0, client.provider.openChannels());
    }

    @Test
    public void aRequestOverTheLimitOfTheServerIsNotSent() {
        Node server = open(Node.with("max.message.bytes", 10_000));
        Node client = open(Node.with());
        Sample remote =
                client.use(Sample.class, server.export(Sample.class, service).description());
        assertSays(
                remoteFailure(() -> remote.bytes(new byte[20_000])),
                "the limit is 10000",
                "has 20",
                "the call was not sent");
        assertEquals("x", remote.echo("x"));
    }

    @Test
    public void aRequestThatTheServerFindsTooLargeIsRefusedByIt() {
        Node server = open(Node.with("max.message.bytes", 10_000));
        Node client = open(Node.with());
        EndpointDescription endpoint = server.export(Sample.class, service).description();
        Sample remote = client.use(Sample.class, Node.changed(endpoint, Wire.MAX_MESSAGE, 1_000_000));
        assertSays(
                remoteFailure(() -> remote.bytes(new byte[20_000])), "has 20", "takes 10000", "the call was not run");
        assertSays(remoteFailure(() -> remote.bytes(new byte[500_000])), "500", "75536");
        assertEquals("x", remote.echo("x"));
    }

    @Test
    public void anAnswerOverTheLimitOfEitherSideIsAnErrorAndTheConnectionStays() {
        Node server = open(Node.with("max.message.bytes", 20_000));
        EndpointDescription endpoint =
                server.export(Doubler.class, BrokenConnectionsTest::twice).description();
        Doubler roomy = open(Node.with()).use(Doubler.class, endpoint);
        assertSays(remoteFailure(() -> roomy.bytes(new byte[15_000])), "has 300", "at most 20000", "the call has run");
        assertArrayEquals(new byte[2], roomy.bytes(new byte[1]));

        Doubler small = open(Node.with("max.message.bytes", 10_000)).use(Doubler.class, endpoint);
        assertSays(remoteFailure(() -> small.bytes(new byte[7_000])), "10000", "1400", "the call may have run");
        assertArrayEquals(new byte[2], small.bytes(new byte[1]));
    }

    /** Answers with twice as much as it was given. */
    public interface Doubler {
        byte[] bytes(byte[] value);
    }

    private static byte[] twice(byte[] value) {
        return new byte[2 * value.length];
    }

    @Test
    public void aFullPoolRefusesAtOnceAndAsynchronousCallsDoNotFillIt() throws Exception {
        Node server = open(Node.with("server.threads", 1, "server.queue", 1));
        Node client = open(Node.with());
        Sample remote =
                client.use(Sample.class, server.export(Sample.class, service).description());
        for (int i = 0; i < 20; i++) {
            remote.laterNumber(i);
            awaitDependents(i + 1);
        }
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        service.onFind = () -> {
            entered.countDown();
            leave.await();
            return null;
        };
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> find(remote));
        assertTrue(entered.await(5, TimeUnit.SECONDS));
        AtomicInteger refused = new AtomicInteger();
        List<CompletableFuture<Integer>> more = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Integer> call = remote.laterNumber(i);
            call.whenComplete((result, failure) -> refused.incrementAndGet());
            more.add(call);
        }
        await("one waits, two are refused").atMost(SOON).until(() -> refused.get() == 2);
        CompletableFuture<Integer> one = more.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .findFirst()
                .orElseThrow();
        assertSays(remoteFailure(one, SOON), "server is busy", "server.queue", "the call was not run");
        leave.countDown();
        running.get(5, TimeUnit.SECONDS);
        assertEquals("x", remote.echo("x"));
    }

    private static void find(Sample remote) {
        try {
            remote.find("x");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    public void aCallThatWasGivenUpWhileItWaitedIsNotRun() throws Exception {
        Node server = open(Node.with("server.threads", 1));
        Node client = open(Node.with());
        Sample remote =
                client.use(Sample.class, server.export(Sample.class, service).description());
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        service.onFind = () -> {
            entered.countDown();
            leave.await();
            return null;
        };
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> find(remote));
        assertTrue(entered.await(5, TimeUnit.SECONDS));
        remote.laterNumber(1).cancel(true);
        // The cancellation has arrived when a call that was made after it has: one connection keeps the order.
        CompletableFuture<Void> last = remote.laterNothing();
        Thread.sleep(200);
        leave.countDown();
        last.get(5, TimeUnit.SECONDS);
        running.get(5, TimeUnit.SECONDS);
        assertEquals(0, service.number.getNumberOfDependents());
        assertFalse(service.number.isCancelled());
    }

    @Test
    public void randomBytesAndIdleSocketsDoNotDisturbTheService() throws Exception {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Endpoint endpoint = server.export(Sample.class, service);
        Sample remote = client.use(Sample.class, endpoint.description());
        int port = Node.port(endpoint);
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Socket socket = open(new Socket(InetAddress.getLoopbackAddress(), port));
            idle.add(socket);
        }
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger grpc = (Logger) LoggerFactory.getLogger("io.grpc");
        grpc.setLevel(Level.INFO);
        grpc.setAdditive(false);
        grpc.addAppender(log);
        open(() -> {
            grpc.detachAppender(log);
            grpc.setAdditive(true);
            grpc.setLevel(null);
        });
        byte[] noise = new byte[5_000];
        new Random(7).nextBytes(noise);
        for (byte[] sent : List.of(noise, noise, "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes("US-ASCII"))) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(5_000);
                socket.getOutputStream().write(sent);
                assertEnds(socket);
            }
        }
        assertEquals("x", remote.echo("x"));
        for (Socket socket : idle) {
            socket.setSoTimeout(20_000);
            assertEnds(socket);
        }
        assertEquals("y", remote.echo("y"));

        List<ILoggingEvent> said = log.list.stream()
                .filter(event -> event.getFormattedMessage().contains("preface"))
                .toList();
        assertEquals("one line for all strangers", 1, said.size());
        assertEquals(Level.INFO, said.get(0).getLevel());
        assertNull("and no stack trace", said.get(0).getThrowableProxy());
    }

    /** Reads what the server says until it closes, however it does. */
    private static void assertEnds(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        try {
            while (in.read() >= 0) {
                continue;
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the server keeps a connection that is none", e);
        } catch (IOException e) {
            // A reset is an end, too.
        }
    }

    @Test
    public void aPortInUseIsAnErrorThatNamesPortAndKey() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Node server = open(Node.with("port", taken.getLocalPort()));
            IllegalStateException refused =
                    assertThrows(IllegalStateException.class, () -> server.export(Sample.class, service));
            String message = refused.getMessage();
            assertTrue(message, message.contains(":" + taken.getLocalPort()));
            assertTrue(message, message.contains("'port'") && message.contains("org.gridbatch.transport"));
        }
    }

    @Test
    public void anUnreadableRequestIsRefusedWithTheReason() {
        Node server = open(Node.with());
        Node client = open(Node.with());
        Sample remote =
                client.use(Sample.class, server.export(Sample.class, service).description());
        assertSays(
                remoteFailure(() -> remote.anything(deep(200))), "argument 1", "nesting depth", "the call was not run");
        assertEquals("x", remote.echo("x"));
    }

    private static Object deep(int levels) {
        Object value = "bottom";
        for (int i = 0; i < levels; i++) {
            value = List.of(value);
        }
        return value;
    }

    /** A pipe in front of the server that can stop to carry anything while both ends stay open. */
    private static final class Wall implements AutoCloseable {
        private final ServerSocket entrance = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new ArrayList<>();
        private volatile boolean silent;

        Wall(int target) throws IOException {
            Thread accept = new Thread(() -> accept(target), "wall");
            accept.setDaemon(true);
            accept.start();
        }

        int port() {
            return entrance.getLocalPort();
        }

        void silence() {
            silent = true;
        }

        private void accept(int target) {
            try {
                while (true) {
                    Socket near = entrance.accept();
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                    synchronized (sockets) {
                        sockets.add(near);
                        sockets.add(far);
                    }
                    carry(near, far);
                    carry(far, near);
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private void carry(Socket from, Socket to) {
            Thread thread = new Thread(
                    () -> {
                        byte[] buffer = new byte[8_192];
                        try {
                            for (int n = from.getInputStream().read(buffer);
                                    n >= 0;
                                    n = from.getInputStream().read(buffer)) {
                                if (!silent) {
                                    to.getOutputStream().write(buffer, 0, n);
                                }
                            }
                        } catch (IOException e) {
                            // Either end is closed.
                        }
                    },
                    "wall-carry");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            entrance.close();
            synchronized (sockets) {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }
}
