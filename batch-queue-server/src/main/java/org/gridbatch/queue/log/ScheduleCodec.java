/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.Schedule;

/** The bytes of schedules. */
final class ScheduleCodec {
    private ScheduleCodec() {}

    static void writeSpec(Bytes out, ScheduleSpec spec) {
        out.writeString(spec.name());
        out.writeString(spec.cron());
        out.writeString(spec.zone());
        out.writeByte(Codes.of(Codes.MISSED, spec.missed()));
        out.writeByte(Codes.of(Codes.OVERLAPS, spec.overlap()));
        JobCodec.writeSpec(out, spec.template());
    }

    static ScheduleSpec readSpec(ByteReader in) {
        String name = in.readString();
        String cron = in.readString();
        String zone = in.readString();
        ScheduleSpec.Missed missed = Codes.at(Codes.MISSED, in.readByte());
        ScheduleSpec.Overlap overlap = Codes.at(Codes.OVERLAPS, in.readByte());
        return new ScheduleSpec(name, cron, zone, JobCodec.readSpec(in), missed, overlap);
    }

    static void writeAll(Bytes out, Image.Schedules schedules) {
        out.writeLong(schedules.nextRevision());
        out.writeList(schedules.all(), ScheduleCodec::write);
    }

    static Image.Schedules readAll(ByteReader in) {
        return new Image.Schedules(in.readLong(), in.readList(bytes -> read(bytes.readBlock())));
    }

    /** A block of its own, so that a field can be added at its end. */
    private static void write(Bytes out, Schedule schedule) {
        Bytes block = new Bytes(512);
        writeSpec(block, schedule.spec());
        block.writeLong(schedule.revision());
        block.writeBoolean(schedule.paused());
        block.writeLong(schedule.lastMillis());
        block.writeLong(schedule.nextMillis());
        block.writeLong(schedule.firedMillis());
        block.writeLong(schedule.skipped());
        block.writeList(schedule.jobIds(), Bytes::writeString);
        out.writeBlock(block);
    }

    private static Schedule read(ByteReader in) {
        return new Schedule(
                readSpec(in),
                in.readLong(),
                in.readBoolean(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readList(ByteReader::readString));
    }
}
