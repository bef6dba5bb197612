/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one server of this framework: listens from the first export on, and finds the endpoint that a call names.
 *
 * <p>A framework that only imports opens no port.
 */
final class RsaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RsaServer.class);

    private static final int HANDSHAKE_SECONDS = 10;
    private static final int DRAIN_SECONDS = 1;
    private static final int STOP_SECONDS = 2;
    private static final int MAX_METADATA_BYTES = 8 * 1024;
    /** An answer that breaks the limit is refused with words, a request a little above it as well. */
    private static final int SLACK_BYTES = 64 * 1024;

    private final Settings settings;
    private final WireSecurity security;
    private final EventLoopGroup io;
    private final Workers workers;
    private final CBORFactory heads;
    private final Map<String, ExportedEndpoint> endpoints = new ConcurrentHashMap<>();

    private Server server;
    private boolean closed;

    RsaServer(Settings settings, WireSecurity security, EventLoopGroup io, Workers workers) {
        this.settings = settings;
        this.security = security;
        this.io = io;
        this.workers = workers;
        this.heads = Codec.factory(settings.maxMessageBytes());
    }

    /** Starts to listen if need be, and says where. */
    synchronized Address start() {
        if (closed) {
            throw new IllegalStateException("the transport is stopped, nothing can be exported");
        }
        if (server == null) {
            server = listen();
            LOG.info("Serving remote services at {}, listening on {}", address(), server.getListenSockets());
        }
        return address();
    }

    synchronized boolean isListening() {
        return server != null;
    }

    private Address address() {
        return new Address(settings.host(), server.getPort());
    }

    private Server listen() {
        InetAddress bind;
        try {
            bind = InetAddress.getByName(settings.bind());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "cannot listen on '" + settings.bind() + "': no such host; see 'host' and 'bind' of "
                            + GrpcProvider.PID,
                    e);
        }
        if (!bind.isLoopbackAddress()) {
            LOG.warn(
                    "Listening on {} in plain text: whoever reaches the port can read along and call what is exported",
                    bind.getHostAddress());
        }
        try {
            return NettyServerBuilder.forAddress(new InetSocketAddress(bind, settings.port()), security.server())
                    .bossEventLoopGroup(io)
                    .workerEventLoopGroup(io)
                    .channelType(NioServerSocketChannel.class)
                    .directExecutor()
                    .maxInboundMessageSize(settings.maxMessageBytes() + SLACK_BYTES)
                    .maxInboundMetadataSize(MAX_METADATA_BYTES)
                    .maxConcurrentCallsPerConnection(settings.serverCalls())
                    .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTime(settings.keepalive().toMillis(), TimeUnit.MILLISECONDS)
                    .keepAliveTimeout(settings.keepaliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .permitKeepAliveTime(1, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .addService(ServerServiceDefinition.builder(Wire.SERVICE)
                            .addMethod(Wire.SERVE, new Accept())
                            .build())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cannot listen at " + settings.bind() + ":" + settings.port() + " (" + rootMessage(e)
                            + "): see 'port' and 'bind' of " + GrpcProvider.PID,
                    e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    void add(ExportedEndpoint endpoint) {
        endpoints.put(endpoint.description().getId(), endpoint);
    }

    void remove(ExportedEndpoint endpoint) {
        endpoints.remove(endpoint.description().getId(), endpoint);
    }

    /** The endpoint of that id, or null. */
    ExportedEndpoint endpoint(String id) {
        return endpoints.get(id);
    }

    @Override
    public void close() {
        Server stopping;
        synchronized (this) {
            closed = true;
            endpoints.clear();
            stopping = server;
            server = null;
        }
        if (stopping == null) {
            return;
        }
        stopping.shutdown();
        try {
            if (!stopping.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                stopping.shutdownNow().awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            stopping.shutdownNow();
            Thread.currentThread().interrupt();
        }
        LOG.info("Stopped serving remote services");
    }

    private final class Accept implements ServerCallHandler<byte[], Payload> {
        @Override
        public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], Payload> call, Metadata headers) {
            call.request(2);
            return new ServedCall(call, RsaServer.this, workers, heads, settings);
        }
    }
}
