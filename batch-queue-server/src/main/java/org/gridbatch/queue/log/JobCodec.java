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
import org.gridbatch.api.Dependency;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Placement;
import org.gridbatch.api.Unique;
import org.gridbatch.queue.core.Attempt;
import org.gridbatch.queue.core.Audit;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.Known;
import org.gridbatch.queue.core.Tenure;

/** The bytes of jobs and their parts. What most jobs leave at its default is one bit. */
final class JobCodec {
    private static final int HAS_QUEUE = 1;
    private static final int HAS_NAME = 2;
    private static final int HAS_ARGS = 4;
    private static final int HAS_TAGS = 8;
    private static final int HAS_BACKOFF = 16;
    private static final int HAS_TIMES = 32;
    private static final int HAS_ORDER = 64;
    private static final int HAS_KEYS = 128;
    private static final int HAS_PLACEMENT = 256;
    private static final int HAS_AFTER = 512;
    private static final int HAS_UNIQUE = 1024;
    private static final int HAS_DEADLINE = 2048;
    private static final int FAILS_ON_NULL = 4096;
    private static final int FAILS_ON_STDERR = 8192;

    private JobCodec() {}

    static void writeSpec(Bytes out, JobSpec spec) {
        writeSpec(out, spec, spec.script());
    }

    /** @param script instead of the job's own */
    static void writeSpec(Bytes out, JobSpec spec, String script) {
        int flags = flags(spec);
        out.writeUnsigned(flags);
        out.writeString(spec.jobId());
        out.writeString(script);
        out.writeInt(spec.maxAttempts());
        if (has(flags, HAS_QUEUE)) out.writeString(spec.queue());
        if (has(flags, HAS_NAME)) out.writeString(spec.name());
        if (has(flags, HAS_ARGS)) out.writeList(spec.args(), Bytes::writeString);
        if (has(flags, HAS_TAGS)) writeTags(out, spec.tags());
        if (has(flags, HAS_BACKOFF)) writeBackoff(out, spec.backoff());
        if (has(flags, HAS_TIMES)) {
            writeDuration(out, spec.timeout());
            writeDuration(out, spec.delay());
            writeInstant(out, spec.notBefore());
        }
        if (has(flags, HAS_DEADLINE)) writeInstant(out, spec.deadline());
        if (has(flags, HAS_ORDER)) {
            out.writeString(spec.tenant());
            out.writeInt(spec.priority());
        }
        if (has(flags, HAS_KEYS)) {
            out.writeString(spec.exclusiveKey());
            out.writeString(spec.limitKey());
        }
        if (has(flags, HAS_PLACEMENT)) {
            out.writeString(spec.placement().requires());
            out.writeList(spec.placement().needs(), Bytes::writeString);
            out.writeString(spec.placement().rank());
        }
        if (has(flags, HAS_AFTER)) out.writeList(spec.after(), JobCodec::writeDependency);
        if (has(flags, HAS_UNIQUE)) {
            out.writeString(spec.unique().key());
            writeDuration(out, spec.unique().period());
        }
    }

    private static int flags(JobSpec spec) {
        boolean times = !spec.timeout().isZero()
                || !spec.delay().isZero()
                || !spec.notBefore().equals(Instant.EPOCH);
        return (spec.queue().equals(JobSpec.DEFAULT_QUEUE) ? 0 : HAS_QUEUE)
                | (spec.name().isEmpty() ? 0 : HAS_NAME)
                | (spec.args().isEmpty() ? 0 : HAS_ARGS)
                | (spec.tags().isEmpty() ? 0 : HAS_TAGS)
                | (spec.backoff() == null ? 0 : HAS_BACKOFF)
                | (times ? HAS_TIMES : 0)
                | (spec.tenant().isEmpty() && spec.priority() == 0 ? 0 : HAS_ORDER)
                | (spec.exclusiveKey().isEmpty() && spec.limitKey().isEmpty() ? 0 : HAS_KEYS)
                | (spec.placement().equals(Placement.ANYWHERE) ? 0 : HAS_PLACEMENT)
                | (spec.after().isEmpty() ? 0 : HAS_AFTER)
                | (spec.unique().equals(Unique.NO) ? 0 : HAS_UNIQUE)
                | (spec.deadline().equals(Instant.EPOCH) ? 0 : HAS_DEADLINE)
                | (spec.failOn().nullResult() ? FAILS_ON_NULL : 0)
                | (spec.failOn().stderr() ? FAILS_ON_STDERR : 0);
    }

    private static boolean has(int flags, int flag) {
        return (flags & flag) != 0;
    }

    static JobSpec readSpec(ByteReader in) {
        return readSpec(in, null);
    }

    /** @param given the script if it is not the one in the bytes; null if it is */
    static JobSpec readSpec(ByteReader in, String given) {
        int flags = Math.toIntExact(in.readUnsigned());
        String jobId = in.readString();
        String written = in.readString();
        String script = given == null ? written : given;
        int maxAttempts = in.readInt();
        String queue = has(flags, HAS_QUEUE) ? in.readString().intern() : JobSpec.DEFAULT_QUEUE;
        String name = has(flags, HAS_NAME) ? in.readString() : "";
        List<String> args = has(flags, HAS_ARGS) ? in.readList(ByteReader::readString) : List.of();
        Map<String, String> tags = has(flags, HAS_TAGS) ? readTags(in) : Map.of();
        Backoff backoff = has(flags, HAS_BACKOFF) ? readBackoff(in) : null;
        boolean times = has(flags, HAS_TIMES);
        boolean order = has(flags, HAS_ORDER);
        boolean keys = has(flags, HAS_KEYS);
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
                times ? readInstant(in) : Instant.EPOCH,
                has(flags, HAS_DEADLINE) ? readInstant(in) : Instant.EPOCH,
                order ? in.readString().intern() : "",
                order ? in.readInt() : 0,
                keys ? in.readString() : "",
                keys ? in.readString().intern() : "",
                has(flags, HAS_PLACEMENT) ? readPlacement(in) : Placement.ANYWHERE,
                has(flags, HAS_AFTER) ? in.readList(JobCodec::readDependency) : List.of(),
                has(flags, HAS_UNIQUE) ? new Unique(in.readString(), readDuration(in)) : Unique.NO,
                new FailOn(has(flags, FAILS_ON_NULL), has(flags, FAILS_ON_STDERR)));
    }

    private static Placement readPlacement(ByteReader in) {
        return new Placement(in.readString(), in.readList(ByteReader::readString), in.readString());
    }

    private static void writeDependency(Bytes out, Dependency dependency) {
        out.writeString(dependency.jobId());
        out.writeByte(Codes.of(Codes.WHENS, dependency.when()));
        out.writeByte(Codes.of(Codes.OTHERWISES, dependency.otherwise()));
    }

    private static Dependency readDependency(ByteReader in) {
        return new Dependency(
                in.readString(), Codes.at(Codes.WHENS, in.readByte()), Codes.at(Codes.OTHERWISES, in.readByte()));
    }

    static void writeBackoff(Bytes out, Backoff backoff) {
        out.writeInt(backoff.factor());
        writeDuration(out, backoff.first());
        writeDuration(out, backoff.most());
    }

    static Backoff readBackoff(ByteReader in) {
        return new Backoff(in.readInt(), readDuration(in), readDuration(in));
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
        out.writeList(job.waitsFor(), JobCodec::writeDependency);
        out.writeLong(job.outbox());
        if (!job.isItem() && job.by().isEmpty()) return;
        out.writeString(job.arrayId());
        out.writeInt(job.index());
        if (!job.by().isEmpty()) out.writeString(job.by());
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
                in.readInt(),
                in.readList(JobCodec::readDependency),
                in.hasMore() ? in.readLong() : 0,
                in.hasMore() ? in.readString() : "",
                in.hasMore() ? in.readInt() : 0,
                in.hasMore() ? in.readString().intern() : "");
    }

    static void writeAudit(Bytes out, Audit audit) {
        out.writeLong(audit.number());
        out.writeLong(audit.timeMillis());
        out.writeString(audit.by());
        out.writeString(audit.action());
        out.writeString(audit.subject());
        out.writeString(audit.detail());
    }

    static Audit readAudit(ByteReader in) {
        return new Audit(
                in.readLong(), in.readLong(), in.readString(), in.readString(), in.readString(), in.readString());
    }

    static void writeKnown(Bytes out, Known known) {
        out.writeString(known.jobId());
        out.writeFixedLong(known.fingerprint());
        out.writeByte(Codes.of(Codes.STATES, known.state()));
        out.writeLong(known.finalAtMillis());
        out.writeString(known.retriedAs());
        out.writeLong(known.leaseId());
        out.writeByte(known.reported() == null ? 0 : 1 + Codes.of(Codes.REPORTS, known.reported()));
    }

    static Known readKnown(ByteReader in) {
        String jobId = in.readString();
        long fingerprint = in.readFixedLong();
        var state = Codes.at(Codes.STATES, in.readByte());
        long finalAtMillis = in.readLong();
        String retriedAs = in.readString();
        long leaseId = in.readLong();
        int reported = in.readByte();
        return new Known(
                jobId,
                fingerprint,
                state,
                finalAtMillis,
                retriedAs,
                leaseId,
                reported == 0 ? null : Codes.at(Codes.REPORTS, reported - 1));
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

    private static void writeInstant(Bytes out, Instant instant) {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static Instant readInstant(ByteReader in) {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
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
