/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Test;

public class RehearsalTest {
    private final Settings settings = Settings.of(Node.config(Map.of("host", "198.51.100.1", "port", 1)));
    private final EventLoopGroup io = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Workers workers = new Workers(settings);

    @After
    public void stop() throws InterruptedException {
        workers.close();
        io.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }

    @Test
    public void itCallsItselfOnLoopbackWhateverTheNodeIsToldToListenAt() {
        assertTrue(Rehearsal.play(settings.onLoopback(), new WireSecurity(), io, workers));
    }

    @Test
    public void itGivesUpWhenTheNodeStops() {
        Thread.currentThread().interrupt();
        assertFalse(Rehearsal.play(settings.onLoopback(), new WireSecurity(), io, workers));
        assertTrue(Thread.interrupted());
    }
}
