/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JavaType;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridbatch.transport.RemoteException;

/**
 * How exceptions cross: type name, message, and the type's own fields, for types that both sides must know anyway.
 *
 * <p>The name of a type comes from the peer, so it is looked up only among the common exceptions of the JDK, in the
 * throws clause, and in the packages of the exported interfaces; and only a type with the constructor that
 * {@link RemoteException} describes is made.
 */
final class Failures {
    private static final Map<String, Class<?>> COMMON = Stream.of(
                    RuntimeException.class,
                    ArithmeticException.class,
                    CancellationException.class,
                    ClassCastException.class,
                    ConcurrentModificationException.class,
                    IllegalArgumentException.class,
                    IllegalStateException.class,
                    IndexOutOfBoundsException.class,
                    NoSuchElementException.class,
                    NullPointerException.class,
                    NumberFormatException.class,
                    RejectedExecutionException.class,
                    SecurityException.class,
                    TimeoutException.class,
                    UnsupportedOperationException.class)
            .collect(Collectors.toUnmodifiableMap(Class::getName, Function.identity()));

    private final List<Class<?>> interfaces;
    private final Codec codec;
    private final Map<Class<?>, Optional<Shape>> shapes = new ConcurrentHashMap<>();

    Failures(List<Class<?>> interfaces, Codec codec) {
        this.interfaces = interfaces;
        this.codec = codec;
    }

    /** Writes type, message and, for a type that the caller can make, the fields. */
    void write(JsonGenerator target, RemoteMethod method, Throwable failure) throws IOException {
        Optional<Shape> shape = isKnown(failure.getClass(), method) ? shapeOf(failure.getClass()) : Optional.empty();
        target.writeString(failure.getClass().getName());
        target.writeString(failure.getMessage());
        if (shape.isPresent()) {
            shape.get().write(target, failure);
        } else {
            target.writeNull();
        }
    }

    Throwable read(JsonParser source, RemoteMethod method) throws IOException {
        String type = source.nextTextValue();
        String message = source.nextTextValue();
        if (type == null) {
            throw new IOException("the answer names no type of exception");
        }
        if (source.nextToken() != JsonToken.START_OBJECT) {
            return new RemoteException(type, message);
        }
        Optional<Shape> shape = load(type, method).flatMap(this::shapeOf);
        if (shape.isEmpty()) {
            source.skipChildren();
            return new RemoteException(type, message);
        }
        try {
            return shape.get().read(source, message);
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            // The service's own failure matters more to the caller than that its fields could not be read.
            RemoteException plain = new RemoteException(type, message);
            plain.addSuppressed(e);
            return plain;
        }
    }

    private boolean isKnown(Class<?> type, RemoteMethod method) {
        return COMMON.containsKey(type.getName())
                || Arrays.asList(method.method().getExceptionTypes()).contains(type)
                || interfaces.stream().anyMatch(api -> api.getPackageName().equals(type.getPackageName()));
    }

    private Optional<Class<?>> load(String name, RemoteMethod method) {
        Class<?> common = COMMON.get(name);
        if (common != null) {
            return Optional.of(common);
        }
        for (Class<?> declared : method.method().getExceptionTypes()) {
            if (declared.getName().equals(name)) {
                return Optional.of(declared);
            }
        }
        String inPackage = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        for (Class<?> api : interfaces) {
            if (api.getPackageName().equals(inPackage)) {
                try {
                    return Optional.of(Class.forName(name, false, api.getClassLoader()));
                } catch (ClassNotFoundException | LinkageError e) {
                    // A newer server may throw what this side's API does not have yet: it arrives by name.
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Shape> shapeOf(Class<?> type) {
        return shapes.computeIfAbsent(type, key -> Shape.of(key, codec));
    }

    /** An exception type that follows the convention: its constructor, and its own fields in that order. */
    private record Shape(Constructor<?> constructor, List<Field> fields, List<JavaType> types, Codec codec) {

        static Optional<Shape> of(Class<?> type, Codec codec) {
            if (!Exception.class.isAssignableFrom(type) || Modifier.isAbstract(type.getModifiers())) {
                return Optional.empty();
            }
            // The JDK's own keep nothing beside the message that a caller could miss, and do not let it be read.
            boolean plain = type.getName().startsWith("java.");
            List<Field> fields = Arrays.stream(plain ? new Field[0] : type.getDeclaredFields())
                    .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                    .toList();
            Class<?>[] parameters = Stream.concat(
                            Stream.of(String.class), fields.stream().map(Field::getType))
                    .toArray(Class<?>[]::new);
            try {
                Constructor<?> constructor = type.getConstructor(parameters);
                // The class itself may be less than public, as may its fields.
                constructor.trySetAccessible();
                fields.forEach(field -> field.setAccessible(true));
                List<JavaType> types = fields.stream()
                        .map(field -> codec.type(field.getGenericType()))
                        .toList();
                return Optional.of(new Shape(constructor, fields, types, codec));
            } catch (NoSuchMethodException | RuntimeException e) {
                return Optional.empty();
            }
        }

        void write(JsonGenerator target, Throwable failure) throws IOException {
            target.writeStartObject(failure, fields.size());
            for (int i = 0; i < fields.size(); i++) {
                target.writeFieldName(fields.get(i).getName());
                try {
                    codec.writerFor(types.get(i))
                            .writeValue(target, fields.get(i).get(failure));
                } catch (IllegalAccessException e) {
                    throw new IOException("cannot read " + fields.get(i), e);
                }
            }
            target.writeEndObject();
        }

        Throwable read(JsonParser source, String message) throws IOException, ReflectiveOperationException {
            Map<String, Object> values = new HashMap<>();
            for (String name = source.nextFieldName(); name != null; name = source.nextFieldName()) {
                source.nextToken();
                int index = indexOf(name);
                if (index < 0) {
                    source.skipChildren();
                } else {
                    values.put(name, codec.readerFor(types.get(index)).readValue(source));
                }
            }
            Object[] arguments = new Object[fields.size() + 1];
            arguments[0] = message;
            for (int i = 0; i < fields.size(); i++) {
                Field field = fields.get(i);
                arguments[i + 1] =
                        values.containsKey(field.getName()) ? values.get(field.getName()) : zero(field.getType());
            }
            return (Throwable) constructor.newInstance(arguments);
        }

        private int indexOf(String name) {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).getName().equals(name)) {
                    return i;
                }
            }
            return -1;
        }

        private static Object zero(Class<?> type) {
            return Array.get(Array.newInstance(type, 1), 0);
        }
    }
}
