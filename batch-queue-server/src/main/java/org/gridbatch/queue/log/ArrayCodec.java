/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.nio.ByteBuffer;
import java.util.List;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Canary;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.Items;

/** The bytes of arrays. */
final class ArrayCodec {
    private ArrayCodec() {}

    static void writeSpec(Bytes out, ArraySpec spec) {
        JobCodec.writeSpec(out, spec.template());
        out.writeInt(spec.throttle());
        out.writeBoolean(spec.keyPerItem());
        out.writeInt(spec.canary().items());
        out.writeInt(spec.canary().maxFailedPercent());
        out.writeBoolean(spec.then() != null);
        if (spec.then() != null) JobCodec.writeSpec(out, spec.then());
        out.writeString(spec.onEach());
    }

    static ArraySpec readSpec(ByteReader in) {
        JobSpec template = JobCodec.readSpec(in);
        int throttle = in.readInt();
        boolean keyPerItem = in.readBoolean();
        Canary canary = new Canary(in.readInt(), in.readInt());
        JobSpec then = in.readBoolean() ? JobCodec.readSpec(in) : null;
        return new ArraySpec(template, throttle, keyPerItem, canary, then, in.readString());
    }

    static void writeItems(Bytes out, Items items) {
        out.writeUnsigned(items.size());
        int before = 0;
        for (int end : items.ends()) {
            out.writeUnsigned(end - before);
            before = end;
        }
        out.writeRaw(items.text());
    }

    static Items readItems(ByteReader in) {
        int[] ends = new int[in.readCount()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end = Math.addExact(end, in.readCount());
            ends[i] = end;
        }
        return Items.of(in.readRaw(end), ends);
    }

    static void write(Bytes out, Image.Array array) {
        writeSpec(out, array.spec());
        out.writeList(array.pieces(), ArrayCodec::writeItems);
        out.writeUnsigned(array.column().array().length);
        out.writeRaw(numbered(array.column().array()));
        out.writeBoolean(array.sealed());
        out.writeLong(array.firstSequence());
        out.writeLong(array.openedAtMillis());
        out.writeLong(array.sealedAtMillis());
        out.writeBoolean(array.paused());
        out.writeInt(array.throttle());
        out.writeInt(array.trial());
        out.writeByte(array.ending() == null ? 0 : 1 + Codes.of(Codes.STATES, array.ending()));
        out.writeString(array.endReason());
        out.writeInt(array.endedUpTo());
    }

    /** With the numbers that states have on disk instead of those in memory; the highest bit stays as it is. */
    private static byte[] numbered(byte[] column) {
        byte[] numbers = new byte[JobState.values().length];
        for (JobState state : JobState.values()) numbers[state.ordinal()] = (byte) Codes.of(Codes.STATES, state);
        return translated(column, numbers);
    }

    private static byte[] ordinals(byte[] column) {
        byte[] ordinals = new byte[Codes.STATES.size()];
        for (int i = 0; i < ordinals.length; i++) {
            ordinals[i] = (byte) Codes.at(Codes.STATES, i).ordinal();
        }
        return translated(column, ordinals);
    }

    private static byte[] translated(byte[] column, byte[] table) {
        byte[] other = new byte[column.length];
        for (int i = 0; i < column.length; i++) {
            int state = column[i] & 0x7F;
            if (state >= table.length) throw new IllegalStateException("item " + i + " has state " + state);
            other[i] = (byte) (column[i] & 0x80 | table[state]);
        }
        return other;
    }

    static Image.Array read(ByteReader in) {
        ArraySpec spec = readSpec(in);
        List<Items> pieces = in.readList(ArrayCodec::readItems);
        ByteBuffer column = ByteBuffer.wrap(ordinals(in.readRaw(in.readCount())));
        boolean sealed = in.readBoolean();
        long firstSequence = in.readLong();
        long openedAtMillis = in.readLong();
        long sealedAtMillis = in.readLong();
        boolean paused = in.readBoolean();
        int throttle = in.readInt();
        int trial = in.readInt();
        int ending = in.readByte();
        JobState as = ending == 0 ? null : Codes.at(Codes.STATES, ending - 1);
        return new Image.Array(
                spec,
                pieces,
                column,
                sealed,
                firstSequence,
                openedAtMillis,
                sealedAtMillis,
                paused,
                throttle,
                trial,
                as,
                in.readString(),
                in.readInt());
    }
}
