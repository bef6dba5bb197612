/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.rules.ExternalResource;

/** A real ZooKeeper server with short ticks that a test stops, starts and wipes; it always comes back at its port. */
public class TestServer extends ExternalResource {

    public static final int TICK_MILLIS = 100;

    private final int port = freePort();
    private Path directory;
    private EmbeddedServer server;

    @Override
    protected void before() throws IOException {
        directory = Files.createTempDirectory("gridbatch-zookeeper");
    }

    @Override
    protected void after() {
        stop();
        wipe();
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public void start() {
        server = EmbeddedServer.start(ServerSettings.of("127.0.0.1", port, directory.toString(), TICK_MILLIS, 1_000));
    }

    public void stop() {
        if (server != null) server.stop();
        server = null;
    }

    /** Loses all data, as a server does whose disk was replaced; only while it is stopped. */
    public void wipe() {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) Files.delete(each);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
