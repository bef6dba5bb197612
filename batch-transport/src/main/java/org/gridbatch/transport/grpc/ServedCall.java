/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.util.promise.Promise;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call on the serving side.
 *
 * <p>gRPC's thread only takes the bytes in. A thread of the pool decodes them and calls the method; where that gives
 * a promise, the thread goes on to other work, and whoever keeps the promise causes the answer.
 *
 * <p>Small requests to direct methods (see {@link Wire#DIRECT}) are spared both changes of threads: gRPC's thread
 * calls the method, and the thread that completes its stage encodes the answer.
 */
final class ServedCall extends ServerCall.Listener<byte[]> implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ServedCall.class);
    /** A larger request would hold up the other calls of its connection while it is decoded. */
    private static final int MOST_DIRECT_BYTES = 16 * 1_024;

    private static final long FIRST_POLL_MILLIS = 1;
    private static final long SLOWEST_POLL_MILLIS = 50;

    private final ServerCall<byte[], Payload> call;
    private final RsaServer server;
    private final Workers workers;
    private final CBORFactory heads;
    private final Settings settings;
    private final AtomicBoolean answered = new AtomicBoolean();

    private byte[] request;
    private Contract contract;
    private RemoteMethod method;
    private boolean direct;
    private volatile boolean cancelled;
    /** What the service promised, for as long as it can be cancelled. */
    private volatile Future<?> pending;

    ServedCall(
            ServerCall<byte[], Payload> call, RsaServer server, Workers workers, CBORFactory heads, Settings settings) {
        this.call = call;
        this.server = server;
        this.workers = workers;
        this.heads = heads;
        this.settings = settings;
    }

    @Override
    public void onMessage(byte[] message) {
        request = message;
    }

    @Override
    public void onHalfClose() {
        if (request == null) {
            refuse(Status.INVALID_ARGUMENT, Outcome.NOT_RUN, "a call without a message");
            return;
        }
        if (request.length > settings.maxMessageBytes()) {
            refuse(
                    Status.RESOURCE_EXHAUSTED,
                    Outcome.NOT_RUN,
                    "the request has " + request.length + " bytes, the server takes " + settings.maxMessageBytes()
                            + " (max.message.bytes)");
            return;
        }
        if (request.length <= MOST_DIRECT_BYTES && run(true)) {
            return;
        }
        try {
            workers.server().execute(this);
        } catch (RejectedExecutionException e) {
            refuse(
                    Status.RESOURCE_EXHAUSTED,
                    Outcome.NOT_RUN,
                    "the server is busy: all " + settings.serverThreads() + " threads work and "
                            + settings.serverQueue() + " calls wait (server.threads, server.queue)");
        }
    }

    @Override
    public void onCancel() {
        cancelled = true;
        cancelPending();
    }

    /** Called from both sides of the race between the promise being made and the caller going away. */
    private void cancelPending() {
        Future<?> promised = pending;
        if (cancelled && promised != null) {
            pending = null;
            workers.answer().execute(() -> {
                try {
                    promised.cancel(true);
                } catch (UnsupportedOperationException e) {
                    LOG.debug("{} gives a promise that cannot be cancelled", method);
                }
            });
        }
    }

    @Override
    public void run() {
        run(false);
    }

    /** Whether it was served: on gRPC's thread only direct methods are. */
    private boolean run(boolean onlyDirect) {
        if (cancelled) {
            return true;
        }
        try {
            return serve(onlyDirect);
        } catch (IOException | IllegalArgumentException e) {
            refuse(
                    Status.INVALID_ARGUMENT,
                    Outcome.NOT_RUN,
                    e instanceof IOException io ? "unreadable request: " + Codec.reason(io) : e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("Cannot serve a call of {}; the caller is told", method, e);
            refuse(Status.INTERNAL, Outcome.MAY_HAVE_RUN, "the transport failed: " + e);
        }
        return true;
    }

    private boolean serve(boolean onlyDirect) throws IOException {
        Object[] arguments;
        ExportedEndpoint endpoint;
        try (JsonParser source = heads.createParser(request)) {
            Messages.Head head = Messages.head(source);
            endpoint = server.endpoint(head.endpointId());
            if (endpoint == null) {
                refuse(Status.NOT_FOUND, Outcome.NOT_RUN, "no such endpoint here: " + head.endpointId());
                return true;
            }
            contract = endpoint.contract();
            method = contract.find(head.signature());
            if (method == null) {
                refuse(Status.UNIMPLEMENTED, Outcome.NOT_RUN, "the endpoint has no method " + head.signature());
                return true;
            }
            direct = onlyDirect && endpoint.isDirect(method);
            if (onlyDirect && !direct) {
                return false;
            }
            request = null;
            arguments = method.readArguments(source);
        }
        Object result;
        try {
            result = endpoint.invoke(method, arguments);
        } catch (Throwable e) {
            fail(e);
            return true;
        }
        if (method.kind() == ReturnKind.VALUE) {
            succeed(result);
        } else {
            await(result);
        }
        return true;
    }

    private void await(Object promised) {
        if (promised == null) {
            refuse(Status.INTERNAL, Outcome.RAN, method + " returned null, want a promise");
        } else if (promised instanceof CompletionStage<?> stage) {
            awaitStage(stage);
        } else if (promised instanceof Promise<?> promise) {
            Thread caller = Thread.currentThread();
            promise.onResolve(() -> finish(caller, () -> settle(promise)));
        } else {
            Future<?> future = (Future<?>) promised;
            watch(future);
            poll(future, FIRST_POLL_MILLIS);
        }
    }

    private void awaitStage(CompletionStage<?> stage) {
        if (stage instanceof Future<?> future) {
            watch(future);
        }
        Thread caller = Thread.currentThread();
        try {
            stage.whenComplete((result, failure) -> finish(caller, () -> {
                if (failure == null) {
                    succeed(result);
                } else {
                    fail(failure);
                }
            }));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void watch(Future<?> future) {
        pending = future;
        cancelPending();
    }

    /** A result that is there at once is answered at once; otherwise not on the thread that brought it, unless direct. */
    private void finish(Thread caller, Runnable step) {
        if (direct || Thread.currentThread() == caller) {
            step.run();
        } else {
            workers.answer().execute(step);
        }
    }

    /** A plain future tells nobody that it is done, so it is asked now and then: that costs no thread. */
    private void poll(Future<?> future, long delayMillis) {
        if (future.isDone()) {
            workers.answer().execute(() -> settle(future));
        } else if (!cancelled) {
            workers.later(() -> poll(future, Math.min(2 * delayMillis, SLOWEST_POLL_MILLIS)), delayMillis);
        }
    }

    private void settle(Future<?> done) {
        try {
            succeed(done.get());
        } catch (ExecutionException | CancellationException e) {
            fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        }
    }

    private void settle(Promise<?> done) {
        try {
            Throwable failure = done.getFailure();
            if (failure == null) {
                succeed(done.getValue());
            } else {
                fail(failure);
            }
        } catch (InvocationTargetException e) {
            fail(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        }
    }

    private void succeed(Object result) {
        try {
            answer(Messages.result(contract, method, result, settings.maxMessageBytes()));
        } catch (IOException e) {
            refuse(Status.INTERNAL, Outcome.RAN, "its result cannot be sent: " + Codec.reason(e));
        } catch (RuntimeException e) {
            refuse(Status.INTERNAL, Outcome.RAN, "its result cannot be sent: " + e);
        }
    }

    private void fail(Throwable thrown) {
        Throwable failure = thrown;
        while ((failure instanceof CompletionException || failure instanceof ExecutionException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        if (failure instanceof Error) {
            LOG.warn("{} failed with an error; the caller is told its name and message", method, failure);
        } else {
            LOG.debug("{} failed; the caller is told", method, failure);
        }
        try {
            answer(Messages.failure(contract, method, failure, settings.maxMessageBytes()));
        } catch (IOException | RuntimeException e) {
            refuse(Status.INTERNAL, Outcome.RAN, "it failed with " + failure + ", which cannot be sent: " + e);
        }
    }

    private void answer(Payload payload) {
        if (payload.isTooLarge()) {
            refuse(
                    Status.RESOURCE_EXHAUSTED,
                    Outcome.RAN,
                    "its answer has " + payload.size() + " bytes, the server sends at most " + payload.limit()
                            + " (max.message.bytes)");
        } else if (answered.compareAndSet(false, true)) {
            pending = null;
            call.sendHeaders(new Metadata());
            call.sendMessage(payload);
            call.close(Status.OK, new Metadata());
        }
    }

    private void refuse(Status status, Outcome outcome, String why) {
        if (answered.compareAndSet(false, true)) {
            pending = null;
            Metadata trailers = new Metadata();
            trailers.put(Wire.OUTCOME, outcome.name());
            call.close(status.withDescription(brief(why)), trailers);
        }
    }

    /** Trailers have little room, and part of the text may come from the caller. */
    private static String brief(String text) {
        return text.length() <= 500 ? text : text.substring(0, 500) + "…";
    }
}
