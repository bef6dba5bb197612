/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The names of the protocol: one gRPC method carries every call, its messages are bytes to gRPC. */
final class Wire {
    static final String CONFIG_TYPE = "gridbatch.grpc";
    /** Endpoint property: {@code host:port} of the exporting framework. */
    static final String ADDRESS = CONFIG_TYPE + ".address";
    /** Service and endpoint property: how long one call may take. */
    static final String TIMEOUT = CONFIG_TYPE + ".timeout.millis";
    /**
     * Service property: names of methods that give a stage and never wait, so that they may run on the thread that
     * reads the connection, and whose stages are completed by a thread that may encode the answer.
     */
    static final String DIRECT = CONFIG_TYPE + ".direct";
    /** Endpoint property: the largest message that the exporting framework reads. */
    static final String MAX_MESSAGE = CONFIG_TYPE + ".max.message.bytes";

    static final String SERVICE = "gridbatch.Rsa";

    /** Trailer of a refusal: whether the service method was run, the value is the name of an {@link Outcome}. */
    static final Metadata.Key<String> OUTCOME = Metadata.Key.of("gridbatch-outcome", Metadata.ASCII_STRING_MARSHALLER);

    static final MethodDescriptor<Payload, byte[]> CALL = descriptor(new Sent(), new Received());
    static final MethodDescriptor<byte[], Payload> SERVE = descriptor(new Received(), new Sent());

    private Wire() {}

    private static <Q, A> MethodDescriptor<Q, A> descriptor(
            MethodDescriptor.Marshaller<Q> request, MethodDescriptor.Marshaller<A> answer) {
        return MethodDescriptor.newBuilder(request, answer)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Call"))
                .build();
    }

    private static final class Sent implements MethodDescriptor.Marshaller<Payload> {
        @Override
        public InputStream stream(Payload value) {
            return value.toStream();
        }

        @Override
        public Payload parse(InputStream stream) {
            throw new UnsupportedOperationException("this side only sends such messages");
        }
    }

    private static final class Received implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                // gRPC knows the length, which it has checked against the largest message; reading until the end would
                // clear a buffer of many times a usual message for each one.
                return stream instanceof KnownLength ? stream.readNBytes(stream.available()) : stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
