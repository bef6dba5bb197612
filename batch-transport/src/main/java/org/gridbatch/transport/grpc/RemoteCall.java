/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.ServiceException;

/**
 * One call on the calling side.
 *
 * <p>gRPC's thread only keeps the bytes of the answer. A waiting caller decodes them itself, also one that
 * waits for a future; where the caller only has a future, a thread of the client pool decodes them and completes it.
 */
final class RemoteCall extends ClientCall.Listener<byte[]> {
    private final ImportedEndpoint endpoint;
    private final Contract contract;
    private final RemoteMethod method;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Sent sent = new Sent();

    private ClientCall<Payload, byte[]> call;
    private Reply future;
    private byte[] bytes;
    private Status status;
    private Metadata trailers;

    RemoteCall(ImportedEndpoint endpoint, Contract contract, RemoteMethod method) {
        this.endpoint = endpoint;
        this.contract = contract;
        this.method = method;
    }

    /**
     * Sends the request; the future, if any, is completed with the outcome.
     *
     * @throws ServiceException when it was not sent
     * @throws IllegalArgumentException when an argument cannot be encoded
     */
    void send(Object[] arguments, Reply whenDone) {
        if (endpoint.isClosed()) {
            throw failed("the endpoint is not imported any more", Outcome.NOT_SENT, null);
        }
        Payload request = Messages.request(contract, method, endpoint.id(), arguments, endpoint.maxRequestBytes());
        if (request.isTooLarge()) {
            throw failed(
                    "the request has " + request.size() + " bytes, the limit is " + request.limit()
                            + " (max.message.bytes)",
                    Outcome.NOT_SENT,
                    null);
        }
        future = whenDone;
        call = endpoint.channel()
                .newCall(
                        Wire.CALL,
                        CallOptions.DEFAULT
                                .withDeadlineAfter(endpoint.timeoutMillis(), TimeUnit.MILLISECONDS)
                                .withStreamTracerFactory(sent));
        call.start(this, new Metadata());
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
        if (whenDone != null) {
            // Whoever ends the future first, by cancel or orTimeout, wants no answer any more.
            whenDone.whenComplete((result, failure) -> {
                if (ended.getCount() > 0) {
                    whenDone.wake();
                    call.cancel("the caller has cancelled", null);
                }
            });
        }
    }

    @Override
    public void onMessage(byte[] message) {
        bytes = message;
    }

    @Override
    public void onClose(Status closing, Metadata closingTrailers) {
        status = closing;
        trailers = closingTrailers;
        ended.countDown();
        if (future != null) {
            future.ended(this::complete);
        }
    }

    private void complete() {
        if (future.isDone()) {
            return;
        }
        Messages.Answer answer = answer();
        if (answer.failure() == null) {
            future.complete(answer.result());
        } else {
            future.completeExceptionally(answer.failure());
        }
    }

    /** Waits for the end, which the deadline of the call brings about at the latest. */
    Messages.Answer await() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            call.cancel("the caller was interrupted", null);
            Thread.currentThread().interrupt();
            return new Messages.Answer(null, failed("the calling thread was interrupted", Outcome.MAY_HAVE_RUN, e));
        }
        return answer();
    }

    private Messages.Answer answer() {
        if (!status.isOk()) {
            return new Messages.Answer(null, failed(reason(), outcome(), status.getCause()));
        }
        if (bytes == null) {
            return new Messages.Answer(null, failed("an empty answer", Outcome.MAY_HAVE_RUN, null));
        }
        try {
            return Messages.answer(contract, method, bytes);
        } catch (IOException e) {
            return new Messages.Answer(null, failed("unreadable answer: " + Codec.reason(e), Outcome.RAN, e));
        } catch (RuntimeException e) {
            return new Messages.Answer(null, failed("unreadable answer: " + e, Outcome.RAN, e));
        }
    }

    private Outcome outcome() {
        String told = trailers.get(Wire.OUTCOME);
        if (told != null) {
            return Outcome.named(told);
        }
        return sent.onConnection ? Outcome.MAY_HAVE_RUN : Outcome.NOT_SENT;
    }

    private String reason() {
        String description = status.getDescription();
        Throwable cause = status.getCause();
        String text = description == null ? status.getCode().name() : description;
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return "no answer within " + endpoint.timeoutMillis() + " ms";
        }
        return cause == null || cause.getMessage() == null ? text : text + ": " + cause.getMessage();
    }

    private ServiceException failed(String why, Outcome outcome, Throwable cause) {
        return new ServiceException(
                "call of " + method + " at " + endpoint.address() + " failed: " + why + "; the call " + outcome.words(),
                ServiceException.REMOTE,
                cause);
    }

    /**
     * Knows whether the call was given to a connection.
     *
     * <p>Before that, nothing of it can have left. Afterwards it counts as sent even if its bytes still wait in a
     * buffer, because a wrong "was not sent" would be worse than a needless "may have run".
     */
    private static final class Sent extends ClientStreamTracer.Factory {
        private volatile boolean onConnection;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata sentHeaders) {
                    onConnection = true;
                }
            };
        }
    }
}
