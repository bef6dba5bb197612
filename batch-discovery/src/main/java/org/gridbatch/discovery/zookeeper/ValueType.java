/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.function.Function;

/** The value-type names of the endpoint-description format. */
enum ValueType {
    STRING("String", String.class, null, s -> s),
    LONG("Long", Long.class, long.class, s -> Long.valueOf(s.strip())),
    DOUBLE("Double", Double.class, double.class, s -> Double.valueOf(s.strip())),
    FLOAT("Float", Float.class, float.class, s -> Float.valueOf(s.strip())),
    INTEGER("Integer", Integer.class, int.class, s -> Integer.valueOf(s.strip())),
    BYTE("Byte", Byte.class, byte.class, s -> Byte.valueOf(s.strip())),
    CHARACTER("Character", Character.class, char.class, ValueType::character),
    BOOLEAN("Boolean", Boolean.class, boolean.class, ValueType::bool),
    SHORT("Short", Short.class, short.class, s -> Short.valueOf(s.strip()));

    final String name;
    final Class<?> boxed;
    private final Class<?> primitive;
    private final Function<String, Object> parser;

    ValueType(String name, Class<?> boxed, Class<?> primitive, Function<String, Object> parser) {
        this.name = name;
        this.boxed = boxed;
        this.primitive = primitive;
        this.parser = parser;
    }

    /** Null for a class that the format has no name for. */
    static ValueType of(Class<?> type) {
        for (ValueType each : values()) {
            if (each.boxed == type) return each;
        }
        return null;
    }

    static ValueType named(String name) throws BadEndpointException {
        for (ValueType each : values()) {
            if (each.name.equals(name) || each.isPrimitive(name)) return each;
        }
        throw new BadEndpointException("value-type \"" + name + "\" is unknown");
    }

    /** The element class of an array whose value-type has this name: long[] for long, Long[] for Long. */
    Class<?> component(String named) {
        return isPrimitive(named) ? primitive : boxed;
    }

    Object parse(String text) throws BadEndpointException {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new BadEndpointException("\"" + text + "\" is no " + name);
        }
    }

    private boolean isPrimitive(String named) {
        return primitive != null && primitive.getName().equals(named);
    }

    private static Object character(String text) {
        if (text.length() != 1) throw new IllegalArgumentException(text);
        return text.charAt(0);
    }

    private static Object bool(String text) {
        return switch (text.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }
}
