/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The connections to other frameworks: one per address, shared by all imports from there, made at the first call. */
final class Channels implements AutoCloseable {
    private static final int STOP_SECONDS = 2;

    private final Settings settings;
    private final WireSecurity security;
    private final EventLoopGroup io;
    private final Workers workers;
    private final Map<Address, Shared> open = new HashMap<>();
    /** Nobody's any more, but calls in flight still use them. */
    private final Set<ManagedChannel> draining = new HashSet<>();

    private boolean closed;

    Channels(Settings settings, WireSecurity security, EventLoopGroup io, Workers workers) {
        this.settings = settings;
        this.security = security;
        this.io = io;
        this.workers = workers;
    }

    synchronized Shared acquire(Address address) {
        if (closed) {
            throw new IllegalStateException("the transport is stopped, nothing can be imported");
        }
        Shared shared = open.computeIfAbsent(address, Shared::new);
        shared.users++;
        return shared;
    }

    private ManagedChannel connect(Address address) {
        return NettyChannelBuilder.forTarget(address.target(), security.client())
                .eventLoopGroup(io)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .offloadExecutor(workers.client())
                .maxInboundMessageSize(settings.maxMessageBytes())
                .keepAliveTime(settings.keepalive().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(settings.keepaliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveWithoutCalls(true)
                // A call that was lost on the way may have run: whether to repeat it is the caller's decision.
                .disableRetry()
                .disableServiceConfigLookUp()
                // The grid talks directly, whatever proxy this JVM uses for the web.
                .proxyDetector(target -> null)
                .build();
    }

    synchronized int openCount() {
        return open.size();
    }

    @Override
    public void close() {
        Set<ManagedChannel> all;
        synchronized (this) {
            closed = true;
            all = new HashSet<>(draining);
            open.values().forEach(shared -> all.add(shared.channel));
            open.clear();
            draining.clear();
        }
        all.forEach(ManagedChannel::shutdownNow);
        try {
            for (ManagedChannel channel : all) {
                channel.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One channel and the number of its users. */
    final class Shared {
        private final Address address;
        private final ManagedChannel channel;
        private int users;
        private long delayMillis = settings.reconnectMin().toMillis();
        private boolean waiting;

        private Shared(Address address) {
            this.address = address;
            this.channel = connect(address);
            watch();
        }

        Address address() {
            return address;
        }

        ManagedChannel channel() {
            return channel;
        }

        /** The last user's leave lets the calls in flight end; only then is the connection closed. */
        void release() {
            synchronized (Channels.this) {
                users--;
                if (users > 0 || !open.remove(address, this)) {
                    return;
                }
                draining.removeIf(ManagedChannel::isTerminated);
                draining.add(channel);
            }
            channel.shutdown();
        }

        /** gRPC's own pauses between attempts to connect grow to two minutes; these are ours. */
        private void watch() {
            ConnectivityState state = channel.getState(false);
            if (state == ConnectivityState.SHUTDOWN) {
                return;
            }
            channel.notifyWhenStateChanged(state, this::watch);
            synchronized (this) {
                if (state == ConnectivityState.READY) {
                    delayMillis = settings.reconnectMin().toMillis();
                } else if (state == ConnectivityState.TRANSIENT_FAILURE && !waiting) {
                    waiting = true;
                    workers.later(this::reconnect, delayMillis);
                }
            }
        }

        private void reconnect() {
            boolean failed = channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE;
            synchronized (this) {
                waiting = failed;
                if (failed) {
                    delayMillis =
                            Math.min(2 * delayMillis, settings.reconnectMax().toMillis());
                    workers.later(this::reconnect, delayMillis);
                }
            }
            if (failed) {
                channel.resetConnectBackoff();
            }
        }
    }
}
