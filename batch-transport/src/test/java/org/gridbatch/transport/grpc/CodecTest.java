/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.List;
import org.junit.Test;

/** What the codec makes of bytes that another version, or nobody decent, has written. */
public class CodecTest {
    private static final int LIMIT = 1_000_000;

    private final Codec codec = new Codec(LIMIT);

    record Old(String name, int count) {}

    record New(String name, List<String> tags, int count, long weight, Boolean known, Old inner) {
        New {
            tags = tags == null ? List.of("default") : tags;
        }
    }

    record Nested(Nested inner) {}

    private byte[] written(Class<?> type, Object value) throws IOException {
        Payload payload = new Payload(LIMIT);
        try (JsonGenerator target = codec.generator(payload)) {
            codec.writerFor(codec.type(type)).writeValue(target, value);
        }
        return payload.toByteArray();
    }

    private <T> T read(Class<T> type, byte[] bytes) throws IOException {
        try (JsonParser source = codec.parser(bytes)) {
            source.nextToken();
            return codec.readerFor(codec.type(type)).readValue(source);
        }
    }

    @Test
    public void absentComponentsArriveAsNullOrZeroAndTheConstructorCanGiveDefaults() throws IOException {
        New got = read(New.class, written(Old.class, new Old("x", 3)));
        assertEquals("x", got.name());
        assertEquals(3, got.count());
        assertEquals(List.of("default"), got.tags());
        assertEquals(0L, got.weight());
        assertNull(got.known());
        assertNull(got.inner());
    }

    @Test
    public void unknownComponentsAreIgnored() throws IOException {
        New sent = new New("x", List.of("a"), 4, 5L, true, new Old("y", 6));
        assertEquals(new Old("x", 4), read(Old.class, written(New.class, sent)));
    }

    @Test
    public void deepNestingIsRefused() throws IOException {
        byte[] bytes = new byte[10_000];
        java.util.Arrays.fill(bytes, (byte) 0x81);
        IOException refused = assertThrows(IOException.class, () -> read(Object.class, bytes));
        assertTrue(refused.getMessage(), refused.getMessage().contains("nesting depth"));
    }

    @Test
    public void aDeclaredLengthIsNotBelieved() {
        // A byte string and an array that claim to be two gigabytes long, in a message of a few bytes.
        byte[] bytes = {0x5a, 0x7f, -1, -1, -1, 1, 2, 3};
        assertThrows(IOException.class, () -> read(byte[].class, bytes));
        byte[] array = {(byte) 0x9a, 0x7f, -1, -1, -1, 1, 2, 3};
        assertThrows(IOException.class, () -> read(int[].class, array));
    }

    @Test
    public void classesAreNotLoadedByName() throws IOException {
        byte[] name = written(String.class, "org.gridbatch.transport.grpc.CodecTest$Loaded");
        IOException refused = assertThrows(IOException.class, () -> read(Class.class, name));
        assertTrue(refused.getMessage(), refused.getMessage().contains("classes do not cross the wire"));
    }

    @Test
    public void theReasonOfARefusalNamesThePlace() throws IOException {
        byte[] bytes = written(
                Sample.Item.class, new Sample.Item("a", 0, null, null, new Sample.Item("b", 0, null, null, null)));
        // "count" of the inner item: the last small zero becomes a negative one.
        for (int i = bytes.length - 1; ; i--) {
            if (bytes[i] == 't' && bytes[i + 1] == 0) {
                bytes[i + 1] = 0x20;
                break;
            }
        }
        IOException refused = assertThrows(IOException.class, () -> read(Sample.Item.class, bytes));
        assertEquals("count is -1, want >= 0 (at part)", Codec.reason(refused));
    }

    @Test
    public void aPayloadOverTheLimitKeepsOnlyItsSize() {
        Payload payload = new Payload(10);
        payload.write(new byte[8], 0, 8);
        payload.write(new byte[8], 0, 8);
        payload.write(1);
        assertTrue(payload.isTooLarge());
        assertEquals(17, payload.size());
    }
}
