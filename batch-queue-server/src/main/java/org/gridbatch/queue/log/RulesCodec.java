/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Rate;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.Rules;

/** The bytes of what operators have set, and of the state that is not in the jobs. */
final class RulesCodec {
    private RulesCodec() {}

    static void writeSettings(Bytes out, QueueSettings settings) {
        out.writeString(settings.queue());
        out.writeBoolean(settings.paused());
        out.writeInt(settings.order());
        writeLimit(out, settings.limit());
        out.writeInt(settings.maxAttempts());
        JobCodec.writeBackoff(out, settings.backoff());
        JobCodec.writeDuration(out, settings.timeout());
    }

    static QueueSettings readSettings(ByteReader in) {
        return new QueueSettings(
                in.readString(),
                in.readBoolean(),
                in.readInt(),
                readLimit(in),
                in.readInt(),
                JobCodec.readBackoff(in),
                JobCodec.readDuration(in));
    }

    static void writeLimit(Bytes out, Limit limit) {
        out.writeInt(limit.concurrency());
        writeRate(out, limit.rate());
    }

    static Limit readLimit(ByteReader in) {
        return new Limit(in.readInt(), readRate(in));
    }

    private static void writeRate(Bytes out, Rate rate) {
        out.writeInt(rate.starts());
        JobCodec.writeDuration(out, rate.period());
    }

    private static Rate readRate(ByteReader in) {
        return new Rate(in.readInt(), JobCodec.readDuration(in));
    }

    static void writeChange(Bytes out, QueueChange change) {
        out.writeString(change.queue());
        out.writeBoolean(change.reset());
        writeIfAny(out, change.order(), Bytes::writeInt);
        writeLimitChange(out, change.limit());
        writeIfAny(out, change.maxAttempts(), Bytes::writeInt);
        writeIfAny(out, change.backoff(), JobCodec::writeBackoff);
        writeIfAny(out, change.timeout(), JobCodec::writeDuration);
    }

    static QueueChange readChange(ByteReader in) {
        return new QueueChange(
                in.readString(),
                in.readBoolean(),
                readIfAny(in, ByteReader::readInt),
                readLimitChange(in),
                readIfAny(in, ByteReader::readInt),
                readIfAny(in, JobCodec::readBackoff),
                readIfAny(in, JobCodec::readDuration));
    }

    static void writeLimitChange(Bytes out, LimitChange change) {
        writeIfAny(out, change.concurrency(), Bytes::writeInt);
        writeIfAny(out, change.rate(), RulesCodec::writeRate);
    }

    static LimitChange readLimitChange(ByteReader in) {
        return new LimitChange(readIfAny(in, ByteReader::readInt), readIfAny(in, RulesCodec::readRate));
    }

    private static <T> void writeIfAny(Bytes out, T value, BiConsumer<Bytes, T> writer) {
        out.writeBoolean(value != null);
        if (value != null) writer.accept(out, value);
    }

    private static <T> T readIfAny(ByteReader in, Function<ByteReader, T> reader) {
        return in.readBoolean() ? reader.apply(in) : null;
    }

    static void writeRules(Bytes out, Rules rules) {
        out.writeList(rules.queues(), RulesCodec::writeSettings);
        writeMap(out, rules.weights(), Bytes::writeInt);
        writeMap(out, rules.limits(), RulesCodec::writeLimit);
        out.writeList(rules.drained(), Bytes::writeString);
    }

    static Rules readRules(ByteReader in) {
        return Rules.of(
                in.readList(RulesCodec::readSettings),
                readMap(in, ByteReader::readInt),
                readMap(in, RulesCodec::readLimit),
                in.readList(ByteReader::readString));
    }

    static void writeGates(Bytes out, Image.Gates gates) {
        writeMap(out, gates.queues(), Bytes::writeLong);
        writeMap(out, gates.keys(), Bytes::writeLong);
        writeMap(out, gates.held(), Bytes::writeLong);
    }

    static Image.Gates readGates(ByteReader in) {
        return new Image.Gates(
                readMap(in, ByteReader::readLong),
                readMap(in, ByteReader::readLong),
                readMap(in, ByteReader::readLong));
    }

    static void writeHolder(Bytes out, Image.Holder holder) {
        out.writeString(holder.key());
        out.writeString(holder.jobId());
        out.writeByte(Codes.of(Codes.STATES, holder.state()));
        out.writeLong(holder.untilMillis());
    }

    static Image.Holder readHolder(ByteReader in) {
        return new Image.Holder(in.readString(), in.readString(), Codes.at(Codes.STATES, in.readByte()), in.readLong());
    }

    static void writeEnded(Bytes out, Image.Ended ended) {
        out.writeString(ended.jobId());
        out.writeBoolean(ended.completed());
        out.writeString(ended.toldUpTo());
    }

    static Image.Ended readEnded(ByteReader in) {
        return new Image.Ended(in.readString(), in.readBoolean(), in.readString());
    }

    private static <T> void writeMap(Bytes out, Map<String, T> map, BiConsumer<Bytes, T> value) {
        out.writeList(List.copyOf(new TreeMap<>(map).entrySet()), (bytes, entry) -> {
            bytes.writeString(entry.getKey());
            value.accept(bytes, entry.getValue());
        });
    }

    private static <T> Map<String, T> readMap(ByteReader in, Function<ByteReader, T> value) {
        Map<String, T> map = new TreeMap<>();
        for (long i = in.readUnsigned(); i > 0; i--) map.put(in.readString(), value.apply(in));
        return map;
    }
}
