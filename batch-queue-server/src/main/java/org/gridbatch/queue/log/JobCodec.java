/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Attempt;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.Tenure;

/** The bytes of jobs and their parts. What most jobs leave at its default is one bit. */
final class JobCodec {
    private static final int HAS_QUEUE = 1;
    private static final int HAS_NAME = 2;
    private static final int HAS_ARGS = 4;
    private static final int HAS_TAGS = 8;
    private static final int HAS_BACKOFF = 16;
    private static final int HAS_TIMES = 32;

    private JobCodec() {}

    static void writeSpec(Bytes out, JobSpec spec) {
        boolean times = !spec.timeout().isZero()
                || !spec.delay().isZero()
                || !spec.notBefore().equals(Instant.EPOCH);
        int flags = (spec.queue().equals(JobSpec.DEFAULT_QUEUE) ? 0 : HAS_QUEUE)
                | (spec.name().isEmpty() ? 0 : HAS_NAME)
                | (spec.args().isEmpty() ? 0 : HAS_ARGS)
                | (spec.tags().isEmpty() ? 0 : HAS_TAGS)
                | (spec.backoff().equals(Backoff.DEFAULT) ? 0 : HAS_BACKOFF)
                | (times ? HAS_TIMES : 0);
        out.writeByte(flags);
        out.writeString(spec.jobId());
        out.writeString(spec.script());
        out.writeInt(spec.maxAttempts());
        if ((flags & HAS_QUEUE) != 0) out.writeString(spec.queue());
        if ((flags & HAS_NAME) != 0) out.writeString(spec.name());
        if ((flags & HAS_ARGS) != 0) out.writeList(spec.args(), Bytes::writeString);
        if ((flags & HAS_TAGS) != 0) writeTags(out, spec.tags());
        if ((flags & HAS_BACKOFF) != 0) {
            out.writeInt(spec.backoff().factor());
            writeDuration(out, spec.backoff().first());
            writeDuration(out, spec.backoff().most());
        }
        if (times) {
            writeDuration(out, spec.timeout());
            writeDuration(out, spec.delay());
            out.writeLong(spec.notBefore().getEpochSecond());
            out.writeInt(spec.notBefore().getNano());
        }
    }

    static JobSpec readSpec(ByteReader in) {
        int flags = in.readByte();
        String jobId = in.readString();
        String script = in.readString();
        int maxAttempts = in.readInt();
        String queue = (flags & HAS_QUEUE) != 0 ? in.readString().intern() : JobSpec.DEFAULT_QUEUE;
        String name = (flags & HAS_NAME) != 0 ? in.readString() : "";
        List<String> args = (flags & HAS_ARGS) != 0 ? in.readList(ByteReader::readString) : List.of();
        Map<String, String> tags = (flags & HAS_TAGS) != 0 ? readTags(in) : Map.of();
        Backoff backoff = (flags & HAS_BACKOFF) != 0
                ? new Backoff(in.readInt(), readDuration(in), readDuration(in))
                : Backoff.DEFAULT;
        boolean times = (flags & HAS_TIMES) != 0;
        return new JobSpec(
                jobId,
                queue,
                name,
                script,
                args,
                tags,
                maxAttempts,
                backoff,
                times ? readDuration(in) : Duration.ZERO,
                times ? readDuration(in) : Duration.ZERO,
                times ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : Instant.EPOCH);
    }

    static void writeJob(Bytes out, Job job) {
        out.writeLong(job.sequence());
        writeSpec(out, job.spec());
        out.writeByte(Codes.of(Codes.STATES, job.state()));
        out.writeInt(job.attempt());
        out.writeInt(job.failed());
        out.writeInt(job.rescues());
        out.writeLong(job.submittedAtMillis());
        out.writeLong(job.scheduledAtMillis());
        out.writeLong(job.finalAtMillis());
        Tenure tenure = job.tenure();
        out.writeBoolean(tenure != null);
        if (tenure != null) {
            out.writeLong(tenure.leaseId());
            out.writeString(tenure.worker());
            out.writeString(tenure.incarnation());
            out.writeLong(tenure.claimId());
            out.writeLong(tenure.startedAtMillis());
        }
        out.writeBoolean(job.cancelRequested());
        out.writeString(job.cancelReason());
        out.writeString(job.worker());
        out.writeString(job.error());
        out.writeString(job.result());
        out.writeString(job.retryOf());
        out.writeString(job.retriedAs());
        out.writeList(job.attempts(), JobCodec::writeAttempt);
        out.writeInt(job.refusals());
    }

    static Job readJob(ByteReader in) {
        return new Job(
                in.readLong(),
                readSpec(in),
                Codes.at(Codes.STATES, in.readByte()),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readBoolean() ? readTenure(in) : null,
                in.readBoolean(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readList(JobCodec::readAttempt),
                in.readInt());
    }

    private static Tenure readTenure(ByteReader in) {
        return new Tenure(in.readLong(), in.readString(), in.readString(), in.readLong(), in.readLong());
    }

    private static void writeAttempt(Bytes out, Attempt attempt) {
        out.writeInt(attempt.number());
        out.writeLong(attempt.leaseId());
        out.writeString(attempt.worker());
        out.writeLong(attempt.startedAtMillis());
        out.writeLong(attempt.endedAtMillis());
        out.writeByte(Codes.of(Codes.OUTCOMES, attempt.outcome()));
        out.writeByte(attempt.reported() == null ? 0 : 1 + Codes.of(Codes.REPORTS, attempt.reported()));
        out.writeString(attempt.error());
        out.writeString(attempt.note());
        out.writeString(attempt.result());
        writeText(out, attempt.out());
        writeText(out, attempt.err());
    }

    private static Attempt readAttempt(ByteReader in) {
        int number = in.readInt();
        long leaseId = in.readLong();
        String worker = in.readString();
        long startedAtMillis = in.readLong();
        long endedAtMillis = in.readLong();
        var outcome = Codes.at(Codes.OUTCOMES, in.readByte());
        int reported = in.readByte();
        return new Attempt(
                number,
                leaseId,
                worker,
                startedAtMillis,
                endedAtMillis,
                outcome,
                reported == 0 ? null : Codes.at(Codes.REPORTS, reported - 1),
                in.readString(),
                in.readString(),
                in.readString(),
                readText(in),
                readText(in));
    }

    static void writeDuration(Bytes out, Duration duration) {
        out.writeLong(duration.getSeconds());
        out.writeInt(duration.getNano());
    }

    static Duration readDuration(ByteReader in) {
        return Duration.ofSeconds(in.readLong(), in.readInt());
    }

    static void writeText(Bytes out, CapturedText text) {
        out.writeString(text.head());
        out.writeString(text.tail());
        out.writeLong(text.bytes());
    }

    static CapturedText readText(ByteReader in) {
        return new CapturedText(in.readString(), in.readString(), in.readLong());
    }

    /** In the order of the keys: the same state must be the same bytes. */
    private static void writeTags(Bytes out, Map<String, String> tags) {
        out.writeUnsigned(tags.size());
        new TreeMap<>(tags).forEach((key, value) -> {
            out.writeString(key);
            out.writeString(value);
        });
    }

    private static Map<String, String> readTags(ByteReader in) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (long i = in.readUnsigned(); i > 0; i--) tags.put(in.readString(), in.readString());
        return tags;
    }
}
