/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A method that can be called from afar: its name on the wire and how its arguments and its result are coded. */
final class RemoteMethod {
    private static final Object[] NO_ARGUMENTS = {};

    private final Method method;
    private final String signature;
    private final String label;
    private final ReturnKind kind;
    private final boolean hasResult;
    private final ObjectWriter[] argumentWriters;
    private final ObjectReader[] argumentReaders;
    private final ObjectWriter resultWriter;
    private final ObjectReader resultReader;

    RemoteMethod(Method method, Class<?> exported, Codec codec) {
        this.method = method;
        this.signature = signature(method);
        this.label = exported.getSimpleName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
        this.kind = ReturnKind.of(method.getReturnType());
        List<JavaType> arguments = Arrays.stream(method.getGenericParameterTypes())
                .map(type -> codec.resolve(type, exported, method.getDeclaringClass()))
                .toList();
        this.argumentWriters = arguments.stream().map(codec::writerFor).toArray(ObjectWriter[]::new);
        this.argumentReaders = arguments.stream().map(codec::readerFor).toArray(ObjectReader[]::new);
        JavaType result =
                kind.content(codec.resolve(method.getGenericReturnType(), exported, method.getDeclaringClass()), codec);
        this.hasResult = !result.hasRawClass(void.class) && !result.hasRawClass(Void.class);
        this.resultWriter = codec.writerFor(result);
        this.resultReader = codec.readerFor(result);
    }

    /** Name and erased parameter types: what tells overloads apart. */
    static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getName)
                        .collect(Collectors.joining(",", "(", ")"));
    }

    Method method() {
        return method;
    }

    String signature() {
        return signature;
    }

    ReturnKind kind() {
        return kind;
    }

    /** For people: the interface, the method, the short names of the parameters. */
    @Override
    public String toString() {
        return label;
    }

    int argumentCount() {
        return argumentWriters.length;
    }

    void writeArguments(JsonGenerator target, Object[] arguments) throws IOException {
        for (int i = 0; i < argumentWriters.length; i++) {
            try {
                argumentWriters[i].writeValue(target, arguments[i]);
            } catch (IOException | RuntimeException e) {
                throw new IllegalArgumentException(
                        "argument " + (i + 1) + " of " + label + " cannot be sent: " + reason(e), e);
            }
        }
    }

    /** Reads up to the end of the surrounding array. */
    Object[] readArguments(JsonParser source) throws IOException {
        Object[] arguments = argumentReaders.length == 0 ? NO_ARGUMENTS : new Object[argumentReaders.length];
        for (int i = 0; i < arguments.length; i++) {
            if (source.nextToken() == JsonToken.END_ARRAY) {
                throw new IllegalArgumentException(label + " got " + i + " arguments, want " + arguments.length);
            }
            try {
                arguments[i] = argumentReaders[i].readValue(source);
            } catch (IOException | RuntimeException e) {
                throw new IllegalArgumentException(
                        "argument " + (i + 1) + " of " + label + " cannot be read: " + reason(e), e);
            }
        }
        if (source.nextToken() != JsonToken.END_ARRAY) {
            throw new IllegalArgumentException(label + " got more than " + arguments.length + " arguments");
        }
        return arguments;
    }

    void writeResult(JsonGenerator target, Object result) throws IOException {
        if (hasResult) {
            resultWriter.writeValue(target, result);
        } else {
            target.writeNull();
        }
    }

    Object readResult(JsonParser source) throws IOException {
        source.nextToken();
        return hasResult ? resultReader.readValue(source) : null;
    }

    /** What a synchronous caller can be given: a checked exception only where the method declares it. */
    boolean mayThrow(Throwable failure) {
        return failure instanceof RuntimeException
                || Arrays.stream(method.getExceptionTypes()).anyMatch(declared -> declared.isInstance(failure));
    }

    private static String reason(Exception e) {
        return e instanceof IOException io ? Codec.reason(io) : String.valueOf(e);
    }
}
