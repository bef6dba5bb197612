/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Report;
import org.gridbatch.queue.core.Command;

/**
 * The bytes of an entry: a format version, a head, then each command as a type and a block. A field that is added to a
 * command goes to the end of its block, where older bytes simply end.
 */
public final class EntryCodec {
    private static final int VERSION = 1;
    private static final int SUBMIT = 1;
    private static final int GRANT = 2;
    private static final int END = 3;
    private static final int EXPIRE = 4;
    private static final int RELEASE = 5;
    private static final int CANCEL = 6;
    private static final int RETRY = 7;
    private static final int SNOOZE = 8;
    private static final int PROMOTE = 9;
    private static final int PRUNE = 10;
    private static final int TELL = 11;
    private static final int CONFIGURE = 12;
    private static final int PAUSE = 13;
    private static final int WEIGH = 14;
    private static final int RESTRICT = 15;
    private static final int DRAIN = 16;
    private static final int ADJUST = 17;
    private static final int ADJUST_LIMIT = 18;
    private static final int RETRY_ARCHIVED = 19;
    private static final int ARCHIVED = 30;
    private static final int PUT_SCHEDULE = 40;
    private static final int REMOVE_SCHEDULE = 41;
    private static final int PAUSE_SCHEDULE = 42;
    private static final int RUN_SCHEDULE = 43;
    private static final int FIRE = 44;
    private static final int OPEN_ARRAY = 50;
    private static final int ADD_ITEMS = 51;
    private static final int SEAL_ARRAY = 52;
    private static final int PAUSE_ARRAY = 53;
    private static final int THROTTLE_ARRAY = 54;
    private static final int SWEEP = 55;

    private EntryCodec() {}

    /** A command as it stands in an entry. */
    public static byte[] encode(Command command) {
        Bytes body = new Bytes(256);
        int type = write(body, command);
        Bytes bytes = new Bytes(body.size() + 6);
        bytes.writeByte(type);
        bytes.writeBlock(body);
        return bytes.toArray();
    }

    /** An entry of commands that are encoded already. */
    public static byte[] encode(long run, long number, Instant time, List<byte[]> commands) {
        int size = 40;
        for (byte[] command : commands) size += command.length;
        Bytes bytes = new Bytes(size);
        bytes.writeByte(VERSION);
        bytes.writeFixedLong(run);
        bytes.writeUnsigned(number);
        bytes.writeLong(time.toEpochMilli());
        bytes.writeUnsigned(commands.size());
        for (byte[] command : commands) bytes.writeRaw(command);
        return bytes.toArray();
    }

    /** The entry without its commands, which costs nothing. */
    public static Entry head(byte[] entry) {
        return read(entry, false);
    }

    /** The entry. */
    public static Entry decode(byte[] entry) {
        return read(entry, true);
    }

    private static Entry read(byte[] entry, boolean whole) {
        ByteReader in = new ByteReader(entry);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "a log entry has format " + version + ", want " + VERSION + ": use the version that wrote it");
        }
        long run = in.readFixedLong();
        long number = in.readUnsigned();
        Instant time = Instant.ofEpochMilli(in.readLong());
        if (!whole) return new Entry(run, number, time, List.of());
        int count = Math.toIntExact(in.readUnsigned());
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) commands.add(read(in.readByte(), in.readBlock()));
        return new Entry(run, number, time, commands);
    }

    private static int write(Bytes out, Command command) {
        if (command instanceof Command.Submit c) {
            write(out, c.room());
            out.writeList(c.jobs(), JobCodec::writeSpec);
            writeMore(out, c.room());
            writeLast(out, c.room());
            if (!c.by().isEmpty()) out.writeString(c.by());
            return SUBMIT;
        }
        if (command instanceof Command.Grant c) {
            out.writeString(c.worker());
            out.writeString(c.incarnation());
            out.writeLong(c.claimId());
            out.writeList(c.jobIds(), Bytes::writeString);
            return GRANT;
        }
        if (command instanceof Command.End c) {
            out.writeList(c.reports(), EntryCodec::writeReport);
            return END;
        }
        if (command instanceof Command.Expire c) {
            out.writeInt(c.maxRescues());
            out.writeList(c.leaseIds(), Bytes::writeLong);
            out.writeLong(c.graceMillis());
            return EXPIRE;
        }
        if (command instanceof Command.Release c) {
            out.writeString(c.reason());
            out.writeList(c.leaseIds(), Bytes::writeLong);
            return RELEASE;
        }
        if (command instanceof Command.Cancel c) {
            out.writeString(c.reason());
            out.writeList(c.jobIds(), Bytes::writeString);
            out.writeString(c.by());
            return CANCEL;
        }
        if (command instanceof Command.Retry c) {
            write(out, c.room());
            out.writeList(c.jobIds(), Bytes::writeString);
            writeMore(out, c.room());
            out.writeString(c.by());
            writeLast(out, c.room());
            return RETRY;
        }
        if (command instanceof Command.RetryArchived c) {
            JobCodec.writeSpec(out, c.spec());
            out.writeBoolean(c.isRetry());
            writeWhole(out, c.room());
            out.writeString(c.by());
            writeLast(out, c.room());
            return RETRY_ARCHIVED;
        }
        if (command instanceof Command.Snooze c) {
            JobCodec.writeDuration(out, c.delay());
            out.writeList(c.jobIds(), Bytes::writeString);
            out.writeString(c.by());
            return SNOOZE;
        }
        if (command instanceof Command.Promote c) {
            out.writeInt(c.most());
            return PROMOTE;
        }
        if (command instanceof Command.Prune c) {
            out.writeLong(c.finalBeforeMillis());
            out.writeInt(c.keep());
            out.writeLong(c.keepBytes());
            out.writeInt(c.most());
            out.writeBoolean(c.archivedOnly());
            out.writeInt(c.knownIds());
            out.writeLong(c.knownSinceMillis());
            return PRUNE;
        }
        if (command instanceof Command.Archived c) {
            out.writeLong(c.through());
            return ARCHIVED;
        }
        if (command instanceof Command.Tell c) {
            out.writeInt(c.most());
            return TELL;
        }
        if (command instanceof Command.Configure c) {
            RulesCodec.writeSettings(out, c.settings());
            out.writeString(c.by());
            return CONFIGURE;
        }
        if (command instanceof Command.Adjust c) {
            RulesCodec.writeChange(out, c.change());
            out.writeString(c.by());
            return ADJUST;
        }
        if (command instanceof Command.AdjustLimit c) {
            out.writeString(c.limitKey());
            RulesCodec.writeLimitChange(out, c.change());
            out.writeString(c.by());
            return ADJUST_LIMIT;
        }
        if (command instanceof Command.Pause c) {
            out.writeString(c.queue());
            out.writeBoolean(c.paused());
            out.writeString(c.by());
            return PAUSE;
        }
        if (command instanceof Command.Weigh c) {
            out.writeString(c.tenant());
            out.writeInt(c.weight());
            out.writeString(c.by());
            return WEIGH;
        }
        if (command instanceof Command.Restrict c) {
            out.writeString(c.limitKey());
            RulesCodec.writeLimit(out, c.limit());
            out.writeString(c.by());
            return RESTRICT;
        }
        if (command instanceof Command.Drain c) {
            out.writeString(c.worker());
            out.writeBoolean(c.on());
            out.writeString(c.by());
            return DRAIN;
        }
        if (command instanceof Command.PutSchedule c) {
            ScheduleCodec.writeSpec(out, c.spec());
            out.writeLong(c.nextMillis());
            out.writeInt(c.most());
            out.writeLong(c.mostBytes());
            out.writeString(c.by());
            return PUT_SCHEDULE;
        }
        if (command instanceof Command.RemoveSchedule c) {
            out.writeString(c.name());
            out.writeString(c.by());
            return REMOVE_SCHEDULE;
        }
        if (command instanceof Command.PauseSchedule c) {
            out.writeString(c.name());
            out.writeBoolean(c.paused());
            out.writeString(c.by());
            return PAUSE_SCHEDULE;
        }
        if (command instanceof Command.RunSchedule c) {
            out.writeString(c.name());
            out.writeString(c.jobId());
            writeWhole(out, c.room());
            out.writeString(c.by());
            writeLast(out, c.room());
            return RUN_SCHEDULE;
        }
        if (command instanceof Command.Fire c) {
            out.writeString(c.name());
            out.writeLong(c.revision());
            out.writeLong(c.tickMillis());
            out.writeBoolean(c.skip());
            out.writeLong(c.nextMillis());
            writeWhole(out, c.room());
            writeLast(out, c.room());
            return FIRE;
        }
        if (command instanceof Command.OpenArray c) {
            ArrayCodec.writeSpec(out, c.spec());
            ArrayCodec.writeItems(out, c.workers());
            writeWhole(out, c.room());
            writeLast(out, c.room());
            if (!c.by().isEmpty()) out.writeString(c.by());
            return OPEN_ARRAY;
        }
        if (command instanceof Command.AddItems c) {
            out.writeString(c.arrayId());
            out.writeInt(c.from());
            ArrayCodec.writeItems(out, c.items());
            writeWhole(out, c.room());
            writeLast(out, c.room());
            return ADD_ITEMS;
        }
        if (command instanceof Command.SealArray c) {
            out.writeString(c.arrayId());
            out.writeInt(c.count());
            return SEAL_ARRAY;
        }
        if (command instanceof Command.PauseArray c) {
            out.writeString(c.arrayId());
            out.writeBoolean(c.paused());
            out.writeString(c.by());
            return PAUSE_ARRAY;
        }
        if (command instanceof Command.ThrottleArray c) {
            out.writeString(c.arrayId());
            out.writeInt(c.most());
            out.writeString(c.by());
            return THROTTLE_ARRAY;
        }
        if (command instanceof Command.Sweep c) {
            out.writeInt(c.most());
            return SWEEP;
        }
        throw new AssertionError("unhandled command " + command);
    }

    private static Command read(int type, ByteReader in) {
        switch (type) {
            case SUBMIT: {
                Command.Room room = readRoom(in);
                List<JobSpec> jobs = in.readList(JobCodec::readSpec);
                return new Command.Submit(jobs, readLast(in, readMore(in, room)), readBy(in));
            }
            case GRANT:
                return new Command.Grant(
                        in.readString(), in.readString(), in.readLong(), in.readList(ByteReader::readString));
            case END:
                return new Command.End(in.readList(EntryCodec::readReport));
            case EXPIRE: {
                int maxRescues = in.readInt();
                List<Long> leaseIds = in.readList(ByteReader::readLong);
                return new Command.Expire(leaseIds, maxRescues, in.hasMore() ? in.readLong() : 0);
            }
            case RELEASE: {
                String reason = in.readString();
                return new Command.Release(in.readList(ByteReader::readLong), reason);
            }
            case CANCEL: {
                String reason = in.readString();
                return new Command.Cancel(in.readList(ByteReader::readString), reason, readBy(in));
            }
            case RETRY: {
                Command.Room first = readRoom(in);
                List<String> jobIds = in.readList(ByteReader::readString);
                Command.Room room = readMore(in, first);
                String by = readBy(in);
                return new Command.Retry(jobIds, readLast(in, room), by);
            }
            case RETRY_ARCHIVED: {
                JobSpec spec = JobCodec.readSpec(in);
                boolean isRetry = in.readBoolean();
                Command.Room room = readWhole(in);
                String by = in.readString();
                return new Command.RetryArchived(spec, isRetry, readLast(in, room), by);
            }
            case SNOOZE: {
                var delay = JobCodec.readDuration(in);
                return new Command.Snooze(in.readList(ByteReader::readString), delay, readBy(in));
            }
            case PROMOTE:
                return new Command.Promote(in.readInt());
            case PRUNE: {
                var old = new Command.Prune(in.readLong(), in.readInt(), in.readLong(), in.readInt());
                if (!in.hasMore()) return old;
                return new Command.Prune(
                        old.finalBeforeMillis(),
                        old.keep(),
                        old.keepBytes(),
                        old.most(),
                        in.readBoolean(),
                        in.readInt(),
                        in.readLong());
            }
            case ARCHIVED:
                return new Command.Archived(in.readLong());
            case TELL:
                return new Command.Tell(in.readInt());
            case CONFIGURE:
                return new Command.Configure(RulesCodec.readSettings(in), in.readString());
            case ADJUST:
                return new Command.Adjust(RulesCodec.readChange(in), in.readString());
            case ADJUST_LIMIT:
                return new Command.AdjustLimit(in.readString(), RulesCodec.readLimitChange(in), in.readString());
            case PAUSE:
                return new Command.Pause(in.readString(), in.readBoolean(), in.readString());
            case WEIGH:
                return new Command.Weigh(in.readString(), in.readInt(), in.readString());
            case RESTRICT:
                return new Command.Restrict(in.readString(), RulesCodec.readLimit(in), in.readString());
            case DRAIN:
                return new Command.Drain(in.readString(), in.readBoolean(), in.readString());
            case PUT_SCHEDULE:
                return new Command.PutSchedule(
                        ScheduleCodec.readSpec(in), in.readLong(), in.readInt(), in.readLong(), in.readString());
            case REMOVE_SCHEDULE:
                return new Command.RemoveSchedule(in.readString(), in.readString());
            case PAUSE_SCHEDULE:
                return new Command.PauseSchedule(in.readString(), in.readBoolean(), in.readString());
            case RUN_SCHEDULE: {
                String name = in.readString();
                String jobId = in.readString();
                Command.Room room = readWhole(in);
                String by = in.readString();
                return new Command.RunSchedule(name, jobId, readLast(in, room), by);
            }
            case FIRE:
                return new Command.Fire(
                        in.readString(),
                        in.readLong(),
                        in.readLong(),
                        in.readBoolean(),
                        in.readLong(),
                        readLast(in, readWhole(in)));
            case OPEN_ARRAY:
                return new Command.OpenArray(
                        ArrayCodec.readSpec(in), ArrayCodec.readItems(in), readLast(in, readWhole(in)), readBy(in));
            case ADD_ITEMS:
                return new Command.AddItems(
                        in.readString(), in.readInt(), ArrayCodec.readItems(in), readLast(in, readWhole(in)));
            case SEAL_ARRAY:
                return new Command.SealArray(in.readString(), in.readInt());
            case PAUSE_ARRAY:
                return new Command.PauseArray(in.readString(), in.readBoolean(), in.readString());
            case THROTTLE_ARRAY:
                return new Command.ThrottleArray(in.readString(), in.readInt(), in.readString());
            case SWEEP:
                return new Command.Sweep(in.readInt());
            default:
                throw new IllegalStateException(
                        "a log entry has a command of type " + type + ": use the version that wrote it");
        }
    }

    private static String readBy(ByteReader in) {
        return in.hasMore() ? in.readString() : "";
    }

    /** A room in one piece; the first commands have other things in its middle. */
    private static void writeWhole(Bytes out, Command.Room room) {
        write(out, room);
        writeMore(out, room);
    }

    private static Command.Room readWhole(ByteReader in) {
        return readMore(in, readRoom(in));
    }

    private static void write(Bytes out, Command.Room room) {
        out.writeInt(room.jobsOfQueue());
        out.writeInt(room.jobs());
        out.writeLong(room.bytes());
    }

    private static Command.Room readRoom(ByteReader in) {
        return new Command.Room(
                in.readInt(),
                in.readInt(),
                in.readLong(),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);
    }

    private static void writeMore(Bytes out, Command.Room room) {
        out.writeInt(room.tenants());
        out.writeInt(room.shapes());
        out.writeInt(room.dependents());
    }

    /** The bounds that the first version did not have. */
    private static Command.Room readMore(ByteReader in, Command.Room room) {
        if (!in.hasMore()) return room;
        return new Command.Room(
                room.jobsOfQueue(),
                room.jobs(),
                room.bytes(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                room.uniqueKeys());
    }

    /** At the end of each command with a room, behind what some have after the rest of it. */
    private static void writeLast(Bytes out, Command.Room room) {
        out.writeInt(room.uniqueKeys());
    }

    /** The bound that came last. */
    private static Command.Room readLast(ByteReader in, Command.Room room) {
        return in.hasMore() ? room.withUniqueKeys(in.readInt()) : room;
    }

    private static void writeReport(Bytes out, Report report) {
        out.writeString(report.worker());
        out.writeLong(report.leaseId());
        out.writeString(report.jobId());
        out.writeByte(Codes.of(Codes.REPORTS, report.kind()));
        JobCodec.writeDuration(out, report.delay());
        out.writeString(report.error());
        out.writeString(report.result());
        JobCodec.writeText(out, report.out());
        JobCodec.writeText(out, report.err());
    }

    private static Report readReport(ByteReader in) {
        return new Report(
                in.readString(),
                in.readLong(),
                in.readString(),
                Codes.at(Codes.REPORTS, in.readByte()),
                JobCodec.readDuration(in),
                in.readString(),
                in.readString(),
                JobCodec.readText(in),
                JobCodec.readText(in));
    }
}
