/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.deser.DurationDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * Reads the texts of durations and instants that most fields hold without the parsers of the JDK, one of which is a
 * regular expression: they took nearly half of the time of reading a job. All other texts are read as ever.
 */
final class Times {
    private static final String EPOCH = Instant.EPOCH.toString();
    /** So many digits fit an int. */
    private static final int MOST_DIGITS = 9;

    private Times() {}

    static void addTo(SimpleModule module) {
        module.addDeserializer(Duration.class, new Durations());
        module.addDeserializer(Instant.class, new Instants());
    }

    /** The duration of {@code PT<digits>S}, null for all other texts. */
    static Duration wholeSeconds(String text) {
        int digits = text.length() - 3;
        if (digits < 1 || digits > MOST_DIGITS || !text.startsWith("PT") || !text.endsWith("S")) return null;
        int seconds = 0;
        for (int i = 2; i < 2 + digits; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) return null;
            seconds = 10 * seconds + digit;
        }
        return Duration.ofSeconds(seconds);
    }

    private static final class Durations extends StdDeserializer<Duration> {
        private static final long serialVersionUID = 1L;
        private static final JsonDeserializer<Duration> OTHERS = DurationDeserializer.INSTANCE;

        Durations() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            Duration known = parser.hasToken(JsonToken.VALUE_STRING) ? wholeSeconds(parser.getText()) : null;
            return known != null ? known : OTHERS.deserialize(parser, context);
        }
    }

    private static final class Instants extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1L;
        private static final JsonDeserializer<Instant> OTHERS = InstantDeserializer.INSTANT;

        Instants() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            boolean epoch = parser.hasToken(JsonToken.VALUE_STRING) && EPOCH.equals(parser.getText());
            return epoch ? Instant.EPOCH : OTHERS.deserialize(parser, context);
        }
    }
}
