/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.time.Duration;

/** The configuration, checked: every number is within its bounds and says so when it is not. */
record Settings(
        String host,
        int port,
        String bind,
        int maxMessageBytes,
        int serverThreads,
        int serverQueue,
        int serverCalls,
        int clientThreads,
        int ioThreads,
        Duration timeout,
        Duration keepalive,
        Duration keepaliveTimeout,
        Duration reconnectMin,
        Duration reconnectMax) {

    private static final long MAX_TIMEOUT_MILLIS = Duration.ofDays(1).toMillis();

    static Settings of(TransportConfig config) {
        String host = config.host() == null ? "" : config.host().trim();
        if (host.isEmpty() || host.indexOf('/') >= 0 || host.indexOf('[') >= 0) {
            throw new IllegalArgumentException(
                    "host is '" + host + "', want the host name or address by which others reach this node");
        }
        String bind = config.bind() == null ? "" : config.bind().trim();
        return new Settings(
                host,
                (int) within("port", config.port(), 0, 0xFFFF),
                bind.isEmpty() ? host : bind,
                (int) within("max.message.bytes", config.max_message_bytes(), 1_024, 256L * 1024 * 1024),
                (int) within("server.threads", config.server_threads(), 1, 1_024),
                (int) within("server.queue", config.server_queue(), 1, 1_000_000),
                (int) within("server.calls", config.server_calls(), 1, 1_000_000),
                (int) within("client.threads", config.client_threads(), 1, 1_024),
                (int) within("io.threads", config.io_threads(), 1, 64),
                timeout("timeout.millis", config.timeout_millis()),
                Duration.ofSeconds(within("keepalive.seconds", config.keepalive_seconds(), 10, 3_600)),
                Duration.ofMillis(within("keepalive.timeout.millis", config.keepalive_timeout_millis(), 100, 60_000)),
                Duration.ofMillis(within("reconnect.min.millis", config.reconnect_min_millis(), 10, 60_000)),
                Duration.ofMillis(within("reconnect.max.millis", config.reconnect_max_millis(), 100, 600_000)));
    }

    static Duration timeout(String key, long millis) {
        return Duration.ofMillis(within(key, millis, 1, MAX_TIMEOUT_MILLIS));
    }

    /** A number from service or endpoint properties, where it may be any kind of number or a text. */
    static long number(String key, Object value) {
        if (value instanceof Number n && !(value instanceof Double) && !(value instanceof Float)) {
            return n.longValue();
        }
        try {
            return Long.parseLong(String.valueOf(value).trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is '" + value + "', want a whole number");
        }
    }

    static long within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " is " + value + ", want " + least + " to " + most);
        }
        return value;
    }
}
