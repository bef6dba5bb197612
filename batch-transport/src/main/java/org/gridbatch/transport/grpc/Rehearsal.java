/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.Constants;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.RemoteConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of this node to itself when the transport starts. The first call of a process loads some 1,500 classes of gRPC,
 * Netty and Jackson; a worker that waits for its queue-server has the time for that, and would make its first job wait
 * for it otherwise. Once in each process; it opens a port on loopback for the time of the call.
 */
final class Rehearsal implements AutoCloseable {
    /** What the calls of a grid are made of. */
    public record Line(String text, int number, Kind kind, Duration duration, Instant time, Map<String, String> more) {}

    /** An enum, since calls have some. */
    public enum Kind {
        ONE
    }

    /** The service that is called. */
    public interface Stage {
        CompletionStage<List<Line>> say(List<Line> lines);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final AtomicBoolean DONE = new AtomicBoolean();
    private static final int SECONDS = 10;
    private static final String ID = "rehearsal";

    private final Thread thread;

    private Rehearsal(Thread thread) {
        this.thread = thread;
    }

    static Rehearsal start(Settings settings, WireSecurity security, EventLoopGroup io, Workers workers) {
        Thread thread =
                new Thread(() -> play(settings.onLoopback(), security, io, workers), "gridbatch-transport-rehearsal");
        thread.setDaemon(true);
        if (DONE.compareAndSet(false, true)) thread.start();
        return new Rehearsal(thread);
    }

    /** Whether the call was answered. */
    static boolean play(Settings settings, WireSecurity security, EventLoopGroup io, Workers workers) {
        Contract contract = new Contract(List.of(Stage.class), new Codec(settings.maxMessageBytes()));
        try (RsaServer server = new RsaServer(settings, security, io, workers);
                Channels channels = new Channels(settings, security, io, workers)) {
            Address address = server.start();
            Stage service = CompletableFuture::completedFuture;
            server.add(new ExportedEndpoint(description(), contract, service, server, Set.of()));
            ImportedEndpoint endpoint = new ImportedEndpoint(
                    ID,
                    channels.acquire(address),
                    TimeUnit.SECONDS.toMillis(SECONDS),
                    settings.maxMessageBytes(),
                    workers.client());
            Stage proxy = (Stage) Proxy.newProxyInstance(
                    Stage.class.getClassLoader(), new Class<?>[] {Stage.class}, new RemoteProxy(endpoint, contract));
            Line line = new Line("to be", 1, Kind.ONE, Duration.ofSeconds(1), Instant.EPOCH, Map.of("or", "not"));
            proxy.say(List.of(line)).toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            endpoint.close();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception e) {
            // The first real call is slower then, and says it if something is wrong.
            LOG.debug("the rehearsal of a remote call failed", e);
            return false;
        }
    }

    private static EndpointDescription description() {
        return new EndpointDescription(Map.of(
                RemoteConstants.ENDPOINT_ID,
                ID,
                RemoteConstants.SERVICE_IMPORTED_CONFIGS,
                Wire.CONFIG_TYPE,
                Constants.OBJECTCLASS,
                new String[] {Stage.class.getName()}));
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
