/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;

/** What a driver process tells the one that started it: a line with a word and a value as JSON. */
record Line(String word, String json) {
    /** A {@link Figure}. */
    static final String FIGURE = "@figure";
    /** What it does now, for people. */
    static final String SAY = "@say";
    /** Time to kill the server; the value is how many jobs it has acknowledged. */
    static final String KILL = "@kill";
    /** It cannot go on; the value says why. */
    static final String FAILED = "@failed";

    private static final JsonMapper MAPPER = new JsonMapper();

    static void print(PrintStream out, String word, Object value) {
        try {
            String json = MAPPER.writeValueAsString(value);
            synchronized (out) {
                out.println(word + " " + json);
                out.flush();
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON of " + value, e);
        }
    }

    /** Null if a line is none of these. */
    static Line parse(String line) {
        int end = line.indexOf(' ');
        return line.startsWith("@") && end > 0 ? new Line(line.substring(0, end), line.substring(end + 1)) : null;
    }

    <T> T as(Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not understood: " + word + " " + json, e);
        }
    }
}
