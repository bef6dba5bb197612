/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.service.command.CommandProcessor;
import org.gridbatch.control.NodeFile;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on the node's control socket: a Unix-domain socket that this user alone may open. One thread accepts; each
 * connection has a thread that reads it and, for a command, one that runs it.
 */
@Component(
        service = {},
        configurationPid = ControlServer.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = ControlServer.Config.class)
public final class ControlServer {
    static final String PID = "org.gridbatch.control";

    /** What {@code sockaddr_un} holds on Linux, less the closing zero. */
    private static final int MAX_PATH_BYTES = 107;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    private final NodeFile node;
    private final ServerSocketChannel server;
    private final Sessions sessions;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final int maxConnections;

    @ObjectClassDefinition(name = "Gridbatch: control socket")
    @interface Config {
        @AttributeDefinition(description = "The node's name")
        String node();

        @AttributeDefinition(description = "What the node is: server, worker, zookeeper or shell")
        String role();

        @AttributeDefinition(description = "The grid, as HOST:PORT[,HOST:PORT...][/path] of its ZooKeeper")
        String zookeeper();

        @AttributeDefinition(description = "Path of the socket; empty means one in the user's run directory")
        String socket() default "";

        @AttributeDefinition(description = "Most connections at once; 1 to 1000")
        int max_connections() default 64;
    }

    @Activate
    public ControlServer(@Reference CommandProcessor processor, BundleContext context, Config config)
            throws IOException {
        if (config.max_connections() < 1 || config.max_connections() > 1_000) {
            throw new IllegalArgumentException(
                    PID + ": max.connections is " + config.max_connections() + ", want 1 to 1000");
        }
        long pid = ProcessHandle.current().pid();
        Path path = config.socket().isEmpty() ? NodeFile.socketOf(config.node(), pid) : Path.of(config.socket());
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("the control socket's path " + path + " is longer than " + MAX_PATH_BYTES
                    + " bytes: set GRIDBATCH_RUN to a directory with a shorter name");
        }
        maxConnections = config.max_connections();
        node = new NodeFile(config.node(), config.role(), config.zookeeper(), pid, path.toAbsolutePath());
        sessions = new Sessions(processor, context, config.node());
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.deleteIfExists(path);
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            node.write();
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot listen on the control socket " + path, e);
        }
        Thread acceptor = new Thread(this::accept, "gridbatch-control");
        acceptor.setDaemon(true);
        acceptor.start();
        log.debug("control socket is {}", path);
    }

    @Deactivate
    public void stop() throws IOException {
        try {
            node.delete();
        } finally {
            server.close();
            connections.forEach(Connection::close);
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                if (connections.size() >= maxConnections) {
                    log.warn("control socket: refused a connection, {} are open already", maxConnections);
                    channel.close();
                    continue;
                }
                Connection connection = new Connection(channel, sessions);
                connections.add(connection);
                connection.start(() -> connections.remove(connection));
            } catch (AsynchronousCloseException e) {
                return;
            } catch (IOException e) {
                if (!server.isOpen()) return;
                log.warn("control socket: a connection failed; going on", e);
                // Whatever it is, such as too many open files, does not pass at once.
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }
}
