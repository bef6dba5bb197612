/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.junit.Test;

public class FrameTest {
    @Test
    public void textsArriveAsTheyWere() throws IOException {
        List<String> texts = List.of("push", "", "echo 'ünï'\n$x");

        Frame arrived = overTheWire(Frame.of(Frame.Type.RUN, texts));

        assertEquals(Frame.Type.RUN, arrived.type());
        assertEquals(texts, arrived.texts());
    }

    @Test
    public void bytesArriveAsTheyWere() throws IOException {
        byte[] bytes = {0, -1, 13, 10};
        assertArrayEquals(bytes, overTheWire(new Frame(Frame.Type.OUT, bytes)).bytes());
    }

    @Test
    public void whatIsNoFrameIsRefusedAndNothingLargeIsAllocated() {
        assertThrows(IOException.class, () -> read(new byte[] {99, 0, 0, 0, 0}));
        assertThrows(IOException.class, () -> read(new byte[] {0, 127, -1, -1, -1}));
        assertThrows(IOException.class, () -> read(new byte[] {0, -1, -1, -1, -1}));
        assertThrows(IOException.class, () -> new Frame(Frame.Type.RUN, new byte[] {127, -1, -1, -1}).texts());
    }

    @Test
    public void aCutFrameIsAnEnd() {
        assertThrows(EOFException.class, () -> read(new byte[] {0, 0, 0, 0, 5, 1, 2}));
    }

    private static Frame overTheWire(Frame frame) throws IOException {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        frame.writeTo(new DataOutputStream(wire));
        return read(wire.toByteArray());
    }

    private static Frame read(byte[] wire) throws IOException {
        return Frame.readFrom(new DataInputStream(new ByteArrayInputStream(wire)));
    }
}
