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
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.aries.rsa.spi.Endpoint;
import org.gridbatch.transport.RemoteException;
import org.gridbatch.transport.grpc.Sample.Colour;
import org.gridbatch.transport.grpc.Sample.Everything;
import org.gridbatch.transport.grpc.Sample.Item;
import org.gridbatch.transport.grpc.Sample.NoSuchItem;
import org.gridbatch.transport.grpc.Sample.Refused;
import org.gridbatch.transport.grpc.Sample.Strange;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.osgi.framework.ServiceException;
import org.osgi.util.promise.Promise;

/** What a caller sees of a remote service while nothing is wrong with the connection. */
public class CallsTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Node server = Node.with();
    private final Node client = Node.with();
    private final SampleService service = new SampleService();
    private Endpoint endpoint;
    private Sample remote;

    @Before
    public void export() {
        endpoint = server.export(Sample.class, service);
        remote = client.use(Sample.class, endpoint.description());
    }

    @After
    public void stop() {
        client.close();
        server.close();
    }

    private static Item item(String name) {
        return new Item(name, 1, Instant.parse("2026-01-02T03:04:05.123456789Z"), List.of(Colour.RED), null);
    }

    @Test
    public void overloadsAreToldApart() {
        assertEquals("text", remote.echo("text"));
        assertEquals("number 7", remote.echo(7));
        assertEquals("text and 7", remote.echo("text", 7));
    }

    @Test
    public void nullArgumentsAndResultsCross() {
        assertNull(remote.echo((String) null));
        assertNull(remote.item(null));
        assertNull(remote.bytes(null));
        assertEquals("null and 1", remote.echo(null, 1));
    }

    @Test
    public void recordsOfAllKindsOfComponentsArriveEqual() {
        Everything sent = new Everything(
                true,
                (byte) -1,
                (short) 300,
                'ß',
                Long.MIN_VALUE,
                1.5f,
                Math.PI,
                new byte[] {0, -1, 127},
                new int[] {1, -2},
                UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"),
                Duration.ofSeconds(-1, 1),
                Instant.ofEpochSecond(-1, 999_999_999),
                LocalDate.of(2026, 2, 28),
                OffsetDateTime.parse("2026-01-02T03:04:05.000000001+05:30"),
                ZonedDateTime.parse("2026-07-01T00:00:00+02:00[Europe/Amsterdam]"),
                Map.of(Colour.GREEN, List.of(item("leaf"))),
                Set.of("a", "b"),
                Map.of("x", new byte[] {9}));

        Everything got = remote.everything(sent);

        assertArrayEquals(sent.bytes(), got.bytes());
        assertArrayEquals(sent.numbers(), got.numbers());
        assertArrayEquals(sent.blobs().get("x"), got.blobs().get("x"));
        assertEquals(sent.byColour(), got.byColour());
        assertEquals(sent.names(), got.names());
        assertEquals(sent.zoned(), got.zoned());
        assertEquals(sent.offset(), got.offset());
        assertEquals(
                List.of(sent.flag(), sent.small(), sent.middle(), sent.letter(), sent.big(), sent.real(), sent.wide()),
                List.of(got.flag(), got.small(), got.middle(), got.letter(), got.big(), got.real(), got.wide()));
        assertEquals(
                List.of(sent.uuid(), sent.duration(), sent.instant(), sent.date()),
                List.of(got.uuid(), got.duration(), got.instant(), got.date()));
    }

    @Test
    public void instantsAndDurationsAreExactToTheEndsOfTheirRange() {
        for (Instant instant : List.of(Instant.MIN, Instant.MAX, Instant.EPOCH, Instant.ofEpochSecond(-7, 1))) {
            assertEquals(instant, remote.instant(instant));
        }
        for (Duration duration : List.of(
                Duration.ZERO,
                Duration.ofNanos(-1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(59, 999_000_000),
                Duration.ofSeconds(-30),
                Duration.ofMinutes(5),
                Duration.ofDays(400),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                Duration.ofSeconds(Long.MIN_VALUE))) {
            assertEquals(duration, remote.duration(duration));
        }
    }

    @Test
    public void methodsOfAGenericParentKnowTheirTypes() {
        assertEquals(List.of(item("a"), item("b")), remote.both(item("a"), item("b")));
    }

    @Test
    public void nestedGenericTypesAndRecursiveRecordsArriveEqual() {
        Map<String, Set<Integer>> nested = new HashMap<>();
        nested.put("one", Set.of(1, 2));
        nested.put("none", null);
        assertEquals(nested, remote.nested(nested));
        Item whole = new Item("whole", 0, null, null, item("part"));
        assertEquals(whole, remote.item(whole));
    }

    @Test
    public void voidPrimitiveAndDefaultMethodsWork() {
        remote.nothing();
        assertEquals(5_000_000_001L, remote.add(1, 5_000_000_000L));
        assertEquals("hello you", remote.greet("you"));
    }

    @Test
    public void aValueOfNoDeclaredTypeArrivesAsPlainData() {
        assertEquals(Map.of("name", "x"), remote.anything(Map.of("name", "x")));
        assertTrue(remote.anything(item("x")) instanceof Map);
    }

    @Test
    public void promisesOfEveryKindBringTheResult() throws Exception {
        CompletionStage<List<Item>> stage = remote.later("x");
        Future<String> future = remote.someday("x");
        Promise<Item> promise = remote.promised("x");
        assertFalse(stage.toCompletableFuture().isDone());
        assertFalse(future.isDone());
        assertFalse(promise.isDone());

        service.stage.complete(List.of(item("late")));
        service.plainFuture.run();
        service.deferred.resolve(item("kept"));

        assertEquals(List.of(item("late")), stage.toCompletableFuture().get(5, TimeUnit.SECONDS));
        assertEquals("done", future.get(5, TimeUnit.SECONDS));
        assertEquals(item("kept"), promise.timeout(5_000).getValue());
        assertNull(remote.laterNothing().get(5, TimeUnit.SECONDS));
    }

    @Test
    public void aThousandWaitingCallsCostNoThread() throws Exception {
        remote.laterNumber(0);
        await().atMost(SOON).until(() -> service.number.getNumberOfDependents() == 1);
        remote.echo("warm");
        int before = Thread.activeCount();

        List<CompletableFuture<Integer>> waiting =
                IntStream.range(0, 1_000).mapToObj(remote::laterNumber).toList();
        await().atMost(SOON).until(() -> service.number.getNumberOfDependents() == 1_001);

        assertEquals("a synchronous call gets through meanwhile", "through", remote.echo("through"));
        assertTrue(
                before + " threads before, now " + Thread.activeCount(), Thread.activeCount() <= before + 2 * 16 + 4);
        service.number.complete(42);
        for (CompletableFuture<Integer> call : waiting) {
            assertEquals(42, (int) call.get(5, TimeUnit.SECONDS));
        }
    }

    @Test
    public void serviceMethodsRunOnTheNamedPool() {
        remote.echo("x");
        assertTrue(service.lastThread, service.lastThread.startsWith("gridbatch-transport-server-"));
    }

    @Test
    public void aContinuationMayCallTheServiceAndWait() throws Exception {
        CompletableFuture<String> chained = remote.laterNumber(1).thenApply(number -> remote.echo(number));
        await().atMost(SOON).until(() -> service.number.getNumberOfDependents() == 1);
        service.number.complete(8);
        assertEquals("number 8", chained.get(5, TimeUnit.SECONDS));
    }

    @Test
    public void aDeclaredExceptionArrivesWithItsFields() {
        service.onFind = () -> {
            throw new NoSuchItem("no item x", "x", 3, List.of(item("y")));
        };
        NoSuchItem thrown = assertThrows(NoSuchItem.class, () -> remote.find("x"));
        assertEquals("no item x", thrown.getMessage());
        assertEquals("x", thrown.name());
        assertEquals(3, thrown.tries());
        assertEquals(List.of(item("y")), thrown.similar());
    }

    @Test
    public void exceptionsOfTheApiPackageAndOfTheJdkKeepTheirTypes() {
        for (RuntimeException sent : List.of(
                new Refused("not today"),
                new IllegalArgumentException("bad"),
                new IllegalStateException((String) null),
                new UnsupportedOperationException("no"),
                new NullPointerException("null"),
                new NoSuchElementException("none"))) {
            service.onFind = () -> {
                throw sent;
            };
            RuntimeException got = assertThrows(RuntimeException.class, () -> remote.find("x"));
            assertSame(sent.getClass(), got.getClass());
            assertEquals(sent.getMessage(), got.getMessage());
        }
    }

    @Test
    public void aDeclaredExceptionOfTheJdkArrivesAndItsUndeclaredSubtypeByName() {
        service.onFind = () -> {
            throw new IOException("disk");
        };
        assertEquals(
                "disk", assertThrows(IOException.class, () -> remote.find("x")).getMessage());

        service.onFind = () -> {
            throw new FileNotFoundException("file");
        };
        RemoteException byName = assertThrows(RemoteException.class, () -> remote.find("x"));
        assertEquals("java.io.FileNotFoundException", byName.remoteType());
        assertEquals("java.io.FileNotFoundException: file", byName.getMessage());
    }

    @Test
    public void exceptionsThatCannotBeMadeArriveByName() {
        for (RuntimeException sent : List.of(new Strange(3), new java.io.UncheckedIOException(new IOException("x")))) {
            service.onFind = () -> {
                throw sent;
            };
            RemoteException got = assertThrows(RemoteException.class, () -> remote.find("x"));
            assertEquals(sent.getClass().getName(), got.remoteType());
            assertTrue(got.getMessage(), got.getMessage().endsWith(sent.getMessage()));
        }
        service.onFind = () -> {
            throw new AssertionError("broken");
        };
        assertEquals(
                "java.lang.AssertionError",
                assertThrows(RemoteException.class, () -> remote.find("x")).remoteType());
    }

    @Test
    public void aFailedPromiseFailsWithTheSameException() throws Exception {
        CompletionStage<List<Item>> stage = remote.later("x");
        Promise<Item> promise = remote.promised("x");
        CompletableFuture<Integer> number = remote.laterNumber(1);
        service.stage.completeExceptionally(new NoSuchItem("gone", "x", 0, null));
        service.deferred.fail(new Refused("never"));
        service.number.completeExceptionally(new TimeoutException("too late"));

        Throwable cause = assertThrows(
                        ExecutionException.class,
                        () -> stage.toCompletableFuture().get(5, TimeUnit.SECONDS))
                .getCause();
        assertEquals("x", ((NoSuchItem) cause).name());
        assertEquals(Refused.class, promise.timeout(5_000).getFailure().getClass());
        Throwable late = assertThrows(ExecutionException.class, () -> number.get(5, TimeUnit.SECONDS))
                .getCause();
        assertEquals(TimeoutException.class, late.getClass());
        assertEquals("too late", late.getMessage());
    }

    @Test
    public void identityMethodsOfTheProxyAreLocal() {
        Sample other = client.use(Sample.class, endpoint.description());
        Node.closeQuietly(endpoint);
        assertEquals(remote, remote);
        assertNotEquals(remote, other);
        assertEquals(remote.hashCode(), remote.hashCode());
        assertTrue(
                remote.toString(),
                remote.toString().contains(endpoint.description().getId()));
    }

    /** Calls what the object behind the endpoint has, but none of its interfaces. */
    public interface RawSample {
        String secret();
    }

    @Test
    public void publicMethodsOutsideTheInterfacesCannotBeCalled() {
        RawSample other = client.use(
                RawSample.class,
                Node.changed(endpoint.description(), "objectClass", new String[] {RawSample.class.getName()}));
        ServiceException refused = assertThrows(ServiceException.class, other::secret);
        assertEquals(ServiceException.REMOTE, refused.getType());
        assertTrue(refused.getMessage(), refused.getMessage().contains("no method secret()"));
        assertTrue(refused.getMessage(), refused.getMessage().endsWith("the call was not run"));
    }

    @Test
    public void cancellingTheFutureCancelsTheCallAndTheServersFuture() {
        CompletableFuture<Integer> call = remote.laterNumber(1);
        await().atMost(SOON).until(() -> service.number.getNumberOfDependents() == 1);
        call.cancel(true);
        await("the server's future is cancelled").atMost(SOON).until(service.number::isCancelled);
    }

    @Test
    public void givingUpByOrTimeoutCancelsTheServersFuture() {
        CompletableFuture<Integer> call = remote.laterNumber(1);
        await("the server has the call: one given up before never reaches it")
                .atMost(SOON)
                .until(() -> service.number.getNumberOfDependents() == 1);
        call.orTimeout(50, TimeUnit.MILLISECONDS);
        assertThrows(ExecutionException.class, call::get);
        await().atMost(SOON).until(service.number::isCancelled);
    }
}
