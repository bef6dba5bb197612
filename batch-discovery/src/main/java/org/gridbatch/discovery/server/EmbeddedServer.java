/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.util.ServiceUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A ZooKeeper server of one node in this JVM, from its start to its stop. */
final class EmbeddedServer {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServer.class);
    private static final String LOCK_FILE = "gridbatch.lock";
    private static final int SNAPSHOTS_KEPT = 3;
    private static final int PURGE_HOURS = 1;

    private final FileChannel lock;
    private final FileTxnSnapLog storage;
    private final Server server;
    private final NIOServerCnxnFactory connections;
    private final DatadirCleanupManager cleanup;
    private final String address;
    private final String bound;

    /** Reports when the server stops by itself, which ZooKeeper else only notes at DEBUG. */
    private static final class Server extends ZooKeeperServer {
        Server(FileTxnSnapLog storage, int tickMillis) {
            super(storage, tickMillis, "");
        }

        @Override
        protected void setState(State state) {
            super.setState(state);
            if (state == State.ERROR)
                LOG.error("the ZooKeeper server has failed (see above) and answers nobody; restart this node");
        }
    }

    private EmbeddedServer(ServerSettings settings) throws IOException, InterruptedException {
        lock = lock(settings.dataDir());
        FileTxnSnapLog openStorage = null;
        NIOServerCnxnFactory openConnections = null;
        try {
            openStorage = new FileTxnSnapLog(
                    settings.dataDir().toFile(), settings.dataDir().toFile());
            openConnections = bind(settings);
            server = new Server(openStorage, settings.tickMillis());
            openConnections.startup(server);
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            if (openConnections != null) openConnections.shutdown();
            if (openStorage != null) openStorage.close();
            lock.close();
            throw e;
        }
        storage = openStorage;
        connections = openConnections;
        cleanup = new DatadirCleanupManager(
                settings.dataDir().toFile(), settings.dataDir().toFile(), SNAPSHOTS_KEPT, PURGE_HOURS);
        cleanup.start();
        address = clientAddress(settings.host(), connections.getLocalPort());
        InetSocketAddress local = connections.getLocalAddress();
        // A dual-stack socket would call every wildcard the one of IPv6.
        boolean everywhere = local.getAddress().isAnyLocalAddress();
        bound = hostAndPort(everywhere ? settings.host() : local.getAddress().getHostAddress(), local.getPort());
    }

    static EmbeddedServer start(ServerSettings settings) {
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        // ZooKeeper finds its metrics provider with the thread's class loader, replaces the handler of the whole JVM,
        // and would end the JVM on some failures; none of that is its business in somebody else's framework.
        thread.setContextClassLoader(EmbeddedServer.class.getClassLoader());
        ServiceUtils.setSystemExitProcedure(ServiceUtils.LOG_ONLY);
        try {
            EmbeddedServer server = new EmbeddedServer(settings);
            LOG.info("ZooKeeper server listens at {}, its data is in {}", server.bound, settings.dataDir());
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            thread.interrupt();
            throw new IllegalStateException("interrupted while the ZooKeeper server started", e);
        } finally {
            thread.setContextClassLoader(loader);
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }
    }

    /** Where clients on this machine reach it. */
    String address() {
        return address;
    }

    /** What it is bound to, which can be more than the one address that its clients are told. */
    String bound() {
        return bound;
    }

    boolean running() {
        return server.isRunning();
    }

    void stop() {
        cleanup.shutdown();
        connections.shutdown();
        server.shutdown();
        try {
            storage.close();
            lock.close();
        } catch (IOException e) {
            LOG.warn("closing the data of the ZooKeeper server at {} failed", bound, e);
        }
        LOG.info("ZooKeeper server at {} has stopped", bound);
    }

    private static NIOServerCnxnFactory bind(ServerSettings settings) throws IOException {
        NIOServerCnxnFactory factory = new NIOServerCnxnFactory();
        InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        if (address.isUnresolved()) throw new IOException("host \"" + settings.host() + "\" is unknown");
        try {
            factory.configure(address, settings.maxConnections(), -1, false);
            return factory;
        } catch (BindException e) {
            factory.shutdown();
            throw new IOException(
                    "cannot listen at " + settings.host() + ":" + settings.port() + ": " + e.getMessage(), e);
        }
    }

    /** ZooKeeper itself would let two servers write into one directory, and lose data. */
    private static FileChannel lock(Path dataDir) throws IOException {
        FileChannel channel;
        try {
            Files.createDirectories(dataDir);
            channel = FileChannel.open(dataDir.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("data.dir " + dataDir + " is not a directory that can be written: " + e, e);
        }
        try {
            FileLock held = channel.tryLock();
            if (held != null) return channel;
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is locked by this very process", dataDir);
        }
        channel.close();
        throw new IOException("data.dir " + dataDir + " is in use by another ZooKeeper server");
    }

    private static String clientAddress(String host, int port) throws IOException {
        String name = InetAddress.getByName(host).isAnyLocalAddress() ? "127.0.0.1" : host;
        return hostAndPort(name, port);
    }

    private static String hostAndPort(String host, int port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
