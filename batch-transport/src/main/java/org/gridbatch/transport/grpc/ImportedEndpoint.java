/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.Channel;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** What the proxies of one imported endpoint share: where it is, its limits, and whether it still is imported. */
final class ImportedEndpoint {
    private final String id;
    private final Channels.Shared shared;
    private final long timeoutMillis;
    private final int maxRequestBytes;
    private final Executor completions;
    private final AtomicBoolean closed = new AtomicBoolean();

    ImportedEndpoint(String id, Channels.Shared shared, long timeoutMillis, int maxRequestBytes, Executor completions) {
        this.id = id;
        this.shared = shared;
        this.timeoutMillis = timeoutMillis;
        this.maxRequestBytes = maxRequestBytes;
        this.completions = completions;
    }

    String id() {
        return id;
    }

    Address address() {
        return shared.address();
    }

    Channel channel() {
        return shared.channel();
    }

    long timeoutMillis() {
        return timeoutMillis;
    }

    int maxRequestBytes() {
        return maxRequestBytes;
    }

    /** Where the futures of callers are completed. */
    Executor completions() {
        return completions;
    }

    boolean isClosed() {
        return closed.get();
    }

    void close() {
        if (closed.compareAndSet(false, true)) {
            shared.release();
        }
    }
}
