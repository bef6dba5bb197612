/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertSame;

import java.nio.ByteBuffer;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.junit.Test;

public class EntryBytesTest {
    private static final byte[] ENTRY = "an entry".getBytes();

    @Test
    public void anArrayOfItsOwnIsNotCopied() throws Exception {
        assertSame(ENTRY, EntryBytes.of(UnsafeByteOperations.unsafeWrap(ENTRY)));
        byte[] record = StateMachineLogEntryProto.newBuilder()
                .setLogData(ByteString.copyFrom(ENTRY))
                .build()
                .toByteArray();
        ByteString read = StateMachineLogEntryProto.parseFrom(record).getLogData();
        assertArrayEquals(ENTRY, EntryBytes.of(read));
        assertSame("as Ratis reads it", EntryBytes.of(read), EntryBytes.of(read));
    }

    @Test
    public void whatIsPartOfSomethingOrInPiecesIsCopied() {
        byte[] larger = "before an entry behind".getBytes();
        assertArrayEquals(ENTRY, EntryBytes.of(UnsafeByteOperations.unsafeWrap(larger, 7, ENTRY.length)));
        assertArrayEquals(ENTRY, EntryBytes.of(UnsafeByteOperations.unsafeWrap(ByteBuffer.wrap(ENTRY))));
        ByteBuffer direct = ByteBuffer.allocateDirect(ENTRY.length).put(ENTRY).flip();
        assertArrayEquals(ENTRY, EntryBytes.of(UnsafeByteOperations.unsafeWrap(direct)));
        ByteString half = ByteString.copyFromUtf8("x".repeat(200));
        byte[] whole = EntryBytes.of(half.concat(half));
        assertArrayEquals("x".repeat(400).getBytes(), whole);
        assertArrayEquals(new byte[0], EntryBytes.of(ByteString.EMPTY));
    }
}
