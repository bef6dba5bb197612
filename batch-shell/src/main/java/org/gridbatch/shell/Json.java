/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.ArrayView;

/**
 * Writes what commands return as JSON, one value a line: records as objects with their components in order, instants and
 * durations as ISO 8601 has them, constants in lower case. What is empty or not set is left out, so that nobody has to know
 * what stands for nothing in which field.
 */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            return type.getRecordComponents();
        }
    };

    private Json() {}

    /** A line for each element of a list, or one for all else; null if there is nothing to write. */
    static String lines(Object data) {
        if (data instanceof Object[] array) return lines(Arrays.asList(array));
        Collection<?> all = data == null ? List.of() : data instanceof Collection<?> list ? list : List.of(data);
        if (all.isEmpty()) return null;
        StringBuilder lines = new StringBuilder();
        for (Object one : all) {
            if (!lines.isEmpty()) lines.append('\n');
            lines.append(line(one));
        }
        return lines.toString();
    }

    static String line(Object one) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            write(out, one);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, Object value) throws IOException {
        if (value instanceof ExecutingJob job) {
            // As the job is when it does not execute, with one field more.
            out.writeStartObject();
            components(out, job.detail());
            field(out, "live", job.live());
            out.writeEndObject();
        } else if (value instanceof Record) {
            out.writeStartObject();
            components(out, value);
            out.writeEndObject();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((key, each) -> sorted.put(text(key), each));
            for (Map.Entry<String, Object> entry : sorted.entrySet()) {
                out.writeFieldName(entry.getKey());
                write(out, entry.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof Object[] array) {
            write(out, Arrays.asList(array));
        } else if (value instanceof Collection<?> list) {
            out.writeStartArray();
            for (Object element : list) write(out, element);
            out.writeEndArray();
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof Double || value instanceof Float) {
            out.writeNumber(((Number) value).doubleValue());
        } else if (value instanceof Number number) {
            out.writeNumber(number.longValue());
        } else {
            out.writeString(text(value));
        }
    }

    private static void components(JsonGenerator out, Object value) throws IOException {
        for (RecordComponent component : COMPONENTS.get(value.getClass())) {
            field(out, component.getName(), get(component, value));
        }
    }

    private static void field(JsonGenerator out, String name, Object value) throws IOException {
        if (isNothing(value)) return;
        out.writeFieldName(name);
        write(out, value);
    }

    private static boolean isNothing(Object value) {
        return value == null
                || value.equals("")
                || value.equals(Instant.EPOCH)
                || value.equals(ArrayView.NONE)
                || value instanceof Collection<?> list && list.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
    }

    private static String text(Object value) {
        return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : String.valueOf(value);
    }

    private static Object get(RecordComponent component, Object value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }
}
