/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * The two messages of a call, each one CBOR array.
 *
 * <p>Request: version, endpoint id, method signature, the arguments. Answer: kind, then the result, or the type, the
 * message and the fields of an exception.
 */
final class Messages {
    private static final int VERSION = 1;
    private static final int RESULT = 0;
    private static final int FAILURE = 1;

    private Messages() {}

    /** The head of a request, with the parser standing before the first argument. */
    record Head(String endpointId, String signature) {}

    /** What came back: a result, possibly null, or a failure. */
    record Answer(Object result, Throwable failure) {}

    static Payload request(Contract contract, RemoteMethod method, String endpointId, Object[] arguments, int limit) {
        Payload payload = new Payload(limit);
        try (JsonGenerator target = contract.codec().generator(payload)) {
            target.writeStartArray(null, 3 + method.argumentCount());
            target.writeNumber(VERSION);
            target.writeString(endpointId);
            target.writeString(method.signature());
            method.writeArguments(target, arguments);
            target.writeEndArray();
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot encode a call of " + method + ": " + e.getMessage(), e);
        }
        return payload;
    }

    static Head head(JsonParser source) throws IOException {
        if (source.nextToken() != JsonToken.START_ARRAY) {
            throw new IOException("a request is an array");
        }
        int version = source.nextIntValue(-1);
        if (version != VERSION) {
            throw new IOException("the request has format " + version + ", want " + VERSION);
        }
        Head head = new Head(source.nextTextValue(), source.nextTextValue());
        if (head.endpointId() == null || head.signature() == null) {
            throw new IOException("the request names no endpoint or no method");
        }
        return head;
    }

    static Payload result(Contract contract, RemoteMethod method, Object result, int limit) throws IOException {
        Payload payload = new Payload(limit);
        try (JsonGenerator target = contract.codec().generator(payload)) {
            target.writeStartArray(null, 2);
            target.writeNumber(RESULT);
            method.writeResult(target, result);
            target.writeEndArray();
        }
        return payload;
    }

    static Payload failure(Contract contract, RemoteMethod method, Throwable failure, int limit) throws IOException {
        Payload payload = new Payload(limit);
        try (JsonGenerator target = contract.codec().generator(payload)) {
            target.writeStartArray(null, 4);
            target.writeNumber(FAILURE);
            contract.failures().write(target, method, failure);
            target.writeEndArray();
        }
        return payload;
    }

    static Answer answer(Contract contract, RemoteMethod method, byte[] bytes) throws IOException {
        try (JsonParser source = contract.codec().parser(bytes)) {
            if (source.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException("an answer is an array");
            }
            int kind = source.nextIntValue(-1);
            return switch (kind) {
                case RESULT -> new Answer(method.readResult(source), null);
                case FAILURE -> new Answer(null, contract.failures().read(source, method));
                default -> throw new IOException("the answer has the unknown kind " + kind);
            };
        }
    }
}
