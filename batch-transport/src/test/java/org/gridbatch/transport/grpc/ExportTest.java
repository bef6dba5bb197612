/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.aries.rsa.spi.Endpoint;
import org.apache.aries.rsa.spi.IntentUnsatisfiedException;
import org.junit.After;
import org.junit.Test;
import org.osgi.framework.ServiceException;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** What an endpoint says of itself, and what configuration and properties may say. */
public class ExportTest {
    private final List<Node> nodes = new ArrayList<>();

    @After
    public void stop() {
        nodes.forEach(Node::close);
    }

    private Node node(Object... keysAndValues) {
        Node node = Node.with(keysAndValues);
        nodes.add(node);
        return node;
    }

    @Test
    public void theEndpointNamesTheConfiguredHostAndWhatAnImporterNeeds() {
        Node server = node("host", "localhost", "bind", "127.0.0.1", "timeout.millis", 4_000L);
        EndpointDescription endpoint = server.export(Sample.class, new SampleService(), "colour", "red")
                .description();
        String address = (String) endpoint.getProperties().get(Wire.ADDRESS);
        assertTrue(address, address.startsWith("localhost:"));
        assertTrue(endpoint.getId(), endpoint.getId().startsWith("grpc://" + address + "/"));
        assertEquals(List.of("gridbatch.grpc"), endpoint.getConfigurationTypes());
        assertEquals(List.of(Sample.class.getName()), endpoint.getInterfaces());
        assertEquals(List.of("osgi.basic", "osgi.async"), endpoint.getIntents());
        assertEquals("red", endpoint.getProperties().get("colour"));
        assertEquals(4_000L, endpoint.getProperties().get(Wire.TIMEOUT));
        assertNull(endpoint.getProperties().get("service.exported.interfaces"));
        assertEquals("x", node().use(Sample.class, endpoint).echo("x"));
    }

    @Test
    public void severalInterfacesAreOneEndpoint() {
        Both service = new Both();
        Node server = node();
        Map<String, Object> properties = new HashMap<>();
        Class<?>[] interfaces = {Front.class, Back.class};
        Endpoint endpoint = server.provider.exportService(service, null, properties, interfaces);
        Object proxy =
                node().provider.importEndpoint(getClass().getClassLoader(), null, interfaces, endpoint.description());
        assertEquals("front", ((Front) proxy).front());
        assertEquals("back", ((Back) proxy).back());
    }

    public interface Front {
        String front();
    }

    public interface Back {
        String back();
    }

    private static final class Both implements Front, Back {
        @Override
        public String front() {
            return "front";
        }

        @Override
        public String back() {
            return "back";
        }
    }

    @Test
    public void exportingAgainGivesAnotherEndpointId() {
        Node server = node();
        SampleService service = new SampleService();
        assertNotEquals(
                server.export(Sample.class, service).description().getId(),
                server.export(Sample.class, service).description().getId());
    }

    @Test
    public void aClassIsNotExported() {
        Node server = node();
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> server.export(SampleService.class, new SampleService()));
        assertTrue(refused.getMessage(), refused.getMessage().endsWith("is not an interface, only those are remote"));
    }

    @Test
    public void unknownIntentsAreNeitherExportedNorImported() {
        Node server = node();
        SampleService service = new SampleService();
        assertNull(server.export(Sample.class, service, "service.exported.intents", "osgi.confidential"));
        assertNull(server.export(Sample.class, service, "service.exported.intents.extra", List.of("private")));
        EndpointDescription endpoint = server.export(Sample.class, service, "service.exported.intents", "osgi.async")
                .description();
        assertThrows(
                IntentUnsatisfiedException.class,
                () -> server.use(Sample.class, Node.changed(endpoint, "service.intents", List.of("osgi.secret"))));
    }

    @Test
    public void anEndpointWithoutAUsableAddressIsRefused() {
        Node server = node();
        EndpointDescription endpoint =
                server.export(Sample.class, new SampleService()).description();
        for (Object bad : List.of("nowhere", "host:", "host:0", ":1", "host:99999", "a/b:1", 7)) {
            EndpointDescription changed = Node.changed(endpoint, Wire.ADDRESS, bad);
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> server.use(Sample.class, changed));
            assertTrue(refused.getMessage(), refused.getMessage().contains("want host:port"));
        }
    }

    @Test
    public void addressesOfIpVersionSixStandInBrackets() {
        Address address = new Address("::1", 80);
        assertEquals("[::1]:80", address.toString());
        assertEquals(address, Address.parse("[::1]:80"));
        assertEquals("dns:///[::1]:80", address.target());
    }

    @Test
    public void aFrameworkThatOnlyImportsListensNowhere() {
        Node server = node();
        Node client = node();
        EndpointDescription endpoint =
                server.export(Sample.class, new SampleService()).description();
        client.use(Sample.class, endpoint).echo("x");
        long servers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("gridbatch-transport-server-"))
                .count();
        assertEquals("one call, one thread, in the exporting node", 1, servers);
        assertFalse(client.provider.isListening());
        assertTrue(server.provider.isListening());
    }

    @Test
    public void numbersOutOfBoundsAreRefusedWithKeyAndBounds() {
        Map<String, Object> bad = Map.ofEntries(
                Map.entry("port", 70_000),
                Map.entry("max.message.bytes", 10),
                Map.entry("server.threads", 0),
                Map.entry("server.queue", 0),
                Map.entry("server.calls", 0),
                Map.entry("client.threads", 5_000),
                Map.entry("io.threads", 100),
                Map.entry("timeout.millis", 0L),
                Map.entry("keepalive.seconds", 9),
                Map.entry("keepalive.timeout.millis", 1),
                Map.entry("reconnect.min.millis", 1),
                Map.entry("reconnect.max.millis", 1));
        bad.forEach((key, value) -> {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> Settings.of(Node.config(Map.of(key, value))));
            assertTrue(refused.getMessage(), refused.getMessage().startsWith(key + " is " + value + ", want "));
        });
        assertThrows(IllegalArgumentException.class, () -> Settings.of(Node.config(Map.of("host", " "))));
    }

    @Test
    public void aHostThatCannotBeBoundIsAnErrorThatNamesTheKeys() {
        Node server = node("bind", "no-such-host.invalid");
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> server.export(Sample.class, new SampleService()));
        assertTrue(refused.getMessage(), refused.getMessage().contains("'bind' of org.gridbatch.transport"));
    }

    @Test
    public void anInterruptedCallerIsFreedAtOnceAndStaysInterrupted() throws Exception {
        Node server = node();
        SampleService service = new SampleService();
        CompletableFuture<Void> entered = new CompletableFuture<>();
        CompletableFuture<Void> leave = new CompletableFuture<>();
        service.onFind = () -> {
            entered.complete(null);
            leave.join();
            return null;
        };
        Sample remote =
                node().use(Sample.class, server.export(Sample.class, service).description());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        boolean[] flag = new boolean[1];
        Thread caller = new Thread(() -> {
            try {
                remote.find("x");
            } catch (Exception e) {
                thrown.set(e);
                flag[0] = Thread.currentThread().isInterrupted();
            }
        });
        caller.start();
        entered.join();
        caller.interrupt();
        caller.join(5_000);
        leave.complete(null);
        assertEquals(ServiceException.class, thrown.get().getClass());
        assertTrue(thrown.get().getMessage(), thrown.get().getMessage().endsWith("the call may have run"));
        assertTrue(flag[0]);
    }

    @Test
    public void anUnencodableArgumentIsTheCallersMistake() {
        Node server = node();
        Sample remote = server.use(
                Sample.class, server.export(Sample.class, new SampleService()).description());
        Object[] loop = new Object[1];
        loop[0] = loop;
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> remote.anything(loop));
        assertTrue(refused.getMessage(), refused.getMessage().startsWith("argument 1 of Sample.anything(Object)"));
        assertArrayEquals(new byte[1], remote.bytes(new byte[1]));
    }
}
