/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limits;
import org.gridbatch.worker.gogo.Durations;

/** Reads a job from the line that {@link Json} writes of it. */
final class JobLines {
    private static final ObjectReader READER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Limits.SCRIPT)
                            .maxNestingDepth(10)
                            .build())
                    .build())
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .addDeserializer(Instant.class, new FromText<>(Instant.class, Instant::parse))
                    .addDeserializer(Duration.class, new FromText<>(Duration.class, Durations::parse)))
            .build()
            .readerFor(JobSpec.class);

    private JobLines() {}

    /** @throws IllegalArgumentException if it is no job; the message says what is wrong */
    static JobSpec read(String line) {
        try {
            JobSpec job = READER.readValue(line);
            if (job == null) throw new IllegalArgumentException("it is null, want a JSON object");
            return job;
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException("there is no field '" + e.getPropertyName() + "'", e);
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof BatchException invalid) {
                throw new IllegalArgumentException(invalid.getMessage(), e);
            }
            String why = e.getOriginalMessage();
            if (why.startsWith("Trailing token")) why = "something follows the object, want one a line";
            throw new IllegalArgumentException(field(e) + why, e);
        } catch (JacksonException e) {
            int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
            throw new IllegalArgumentException(
                    "no JSON" + (column > 0 ? " at column " + column : "") + ": " + e.getOriginalMessage(), e);
        }
    }

    private static String field(JsonMappingException failure) {
        String path = failure.getPath().stream()
                .map(step -> step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty() ? "" : "field " + path + ": ";
    }

    /** A value that is written as a text. */
    private static final class FromText<T> extends StdScalarDeserializer<T> {
        private static final long serialVersionUID = 1;

        private final transient Function<String, T> parse;

        FromText(Class<T> type, Function<String, T> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = parser.getText();
            try {
                return parse.apply(text);
            } catch (RuntimeException e) {
                throw JsonMappingException.from(
                        parser,
                        "'" + text + "' is no " + handledType().getSimpleName().toLowerCase(Locale.ROOT),
                        e);
            }
        }
    }
}
