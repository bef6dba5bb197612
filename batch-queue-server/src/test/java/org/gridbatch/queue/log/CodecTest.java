/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.Canary;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.Placement;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.Unique;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.QueueMachine;
import org.junit.Test;

public class CodecTest {
    /** Written by format 1; every later version must read it as it is here. */
    private static final String ENTRY_1 =
            "0100000000000000070380a0d5edee6604012cfeffffff0ffeffffff0ffeffffffffffffffff01010a0a6a6f62"
                    + "2d310e6563686f2068690a026e01026b0276020e04773104693102010a6a6f622d31060c08736f6f6e010a6a6f622d31090102";

    /** The job in it, as the archive of format 1 has it. */
    private static final String SPEC_1 = "010a0a6a6f622d31000a026e01026b0276";

    private static final JobSpec FULL = new JobSpec(
            "job-1",
            "mail",
            "a näme",
            "echo \"€ \ud83d\ude00 \ud800\"",
            List.of("", "two", "三"),
            Map.of("k", "v", "empty", "", "umlaut", "ü"),
            7,
            new Backoff(3, Duration.ofMillis(1), Duration.ofDays(1)),
            Duration.ofNanos(5),
            Duration.ofSeconds(9),
            Instant.MAX,
            Instant.MIN,
            "acme",
            -100,
            "shop:7",
            "db",
            new Placement("(cpus>=4)", List.of("ace:cw", "rw"), "-load"),
            List.of(Dependency.completed("a"), new Dependency("b", Dependency.When.FINAL, Dependency.Otherwise.HOLD)),
            new Unique("u", Duration.ofDays(1)),
            new FailOn(true, true));

    private static final ScheduleSpec SCHEDULE = new ScheduleSpec(
            "nightly",
            "0 2 * * MON-FRI",
            "Europe/Zurich",
            JobSpec.script("écho ☃").queue("reports").priority(3).build(),
            ScheduleSpec.Missed.ALL,
            ScheduleSpec.Overlap.ONE);

    private static final ArraySpec ARRAY = new ArraySpec(
            JobSpec.script("echo $it").jobId("array-1").exclusiveKey("c-").build(),
            16,
            true,
            new Canary(10, 5),
            JobSpec.script("echo done").jobId("then-1").build(),
            "(site=a)");

    private static final List<Command> COMMANDS = List.of(
            new Command.Submit(
                    List.of(FULL, JobSpec.script("x").jobId("j").build()),
                    new Command.Room(1, 2, 3, 100, 100, 100, 100),
                    "ann@n1"),
            new Command.Grant("w1", "i1", Long.MAX_VALUE, List.of("job-1", "job-2")),
            new Command.End(List.of(report(ReportKind.COMPLETE), report(ReportKind.CANCELLED))),
            new Command.Expire(List.of(1L, Long.MAX_VALUE), 3, 1_000),
            new Command.Release(List.of(), "réason"),
            new Command.Cancel(List.of("job-1"), "", "ann@n1"),
            new Command.Retry(List.of("job-1"), Command.Room.AMPLE, "bob@n2"),
            new Command.RetryArchived(FULL, true, new Command.Room(1, 2, 3, 4, 5, 6, 7), "bob@n2"),
            new Command.Snooze(List.of("job-1"), Duration.ofMillis(1)),
            new Command.Promote(1_000),
            new Command.Prune(Long.MIN_VALUE, 0, Long.MAX_VALUE, 1, true, 5, 6),
            new Command.Archived(1),
            new Command.Tell(7),
            new Command.Configure(
                    new QueueSettings(
                            "mail",
                            true,
                            -100,
                            new Limit(5, new Rate(10, Duration.ofMinutes(1))),
                            9,
                            Backoff.fixed(Duration.ofSeconds(3)),
                            Duration.ofHours(1)),
                    "ann@n1"),
            new Command.Adjust(
                    new QueueChange(
                            "mail",
                            true,
                            5,
                            new LimitChange(7, new Rate(10, Duration.ofMinutes(1))),
                            9,
                            Backoff.fixed(Duration.ofSeconds(3)),
                            Duration.ofHours(1)),
                    "ann@n1"),
            new Command.Adjust(QueueChange.of("mail", LimitChange.NOTHING), ""),
            new Command.AdjustLimit("db", new LimitChange(null, Rate.UNLIMITED), "ann@n1"),
            new Command.Pause("mail", false, "ann@n1"),
            new Command.Weigh("acme", 1_000, "ann@n1"),
            new Command.Restrict("db", new Limit(3, Rate.UNLIMITED), "ann@n1"),
            new Command.Drain("w1", true, "ann@n1"),
            new Command.PutSchedule(SCHEDULE, Long.MAX_VALUE, 10, 1_000_000, "ann@n1"),
            new Command.RemoveSchedule("nightly", "ann@n1"),
            new Command.PauseSchedule("nightly", true, ""),
            new Command.RunSchedule("nightly", "job-1", new Command.Room(1, 2, 3, 4, 5, 6, 7), "ann@n1"),
            new Command.Fire("nightly", 7, 60_000, true, 120_000, new Command.Room(1, 2, 3, 4, 5, 6, 7)),
            new Command.OpenArray(ARRAY, Items.NONE, new Command.Room(1, 2, 3, 4, 5, 6, 7), "ann@n1"),
            new Command.AddItems(
                    "array-1", 7, Items.of(List.of("a", "", "größer")), new Command.Room(1, 2, 3, 4, 5, 6, 7)),
            new Command.SealArray("array-1", 1_000_000),
            new Command.PauseArray("array-1", true, "ann@n1"),
            new Command.ThrottleArray("array-1", 16, "ann@n1"),
            new Command.Sweep(1_000));

    @Test
    public void anArrayOfEveryKindComesBackAsItWas() {
        for (ArraySpec spec : List.of(ARRAY, ArraySpec.of(ARRAY.template()), ARRAY.withThen(null))) {
            Bytes bytes = new Bytes(16);
            ArrayCodec.writeSpec(bytes, spec);
            assertEquals(spec, ArrayCodec.readSpec(new ByteReader(bytes.toArray())));
        }
    }

    @Test
    public void everyCommandComesBackAsItWas() {
        List<byte[]> bytes = COMMANDS.stream().map(EntryCodec::encode).toList();
        Instant time = Instant.ofEpochMilli(1_234_567_890_123L);
        byte[] entry = EntryCodec.encode(-5, 42, time, bytes);
        assertEquals(new Entry(-5, 42, time, COMMANDS), EntryCodec.decode(entry));
        assertEquals(new Entry(-5, 42, time, List.of()), EntryCodec.head(entry));
        List<Class<?>> tested = new ArrayList<>();
        COMMANDS.forEach(command -> tested.add(command.getClass()));
        tested.add(Command.Room.class);
        for (Class<?> type : Command.class.getPermittedSubclasses()) {
            assertEquals(type + " is tested", true, tested.contains(type));
        }
    }

    @Test
    public void aRoomWithoutABoundOnUniqueKeysIsStillRead() {
        Command.Room room = new Command.Room(1, 2, 3, 4, 5, 6, 7);
        List<byte[]> older = new ArrayList<>();
        for (Command command : in(room)) {
            byte[] bytes = EntryCodec.encode(command);
            // A type, the length of the block in one byte, and the block, whose last byte is that bound.
            byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
            shorter[1]--;
            older.add(shorter);
        }
        Entry entry = EntryCodec.decode(EntryCodec.encode(1, 1, Instant.EPOCH, older));
        assertEquals(in(room.withUniqueKeys(Integer.MAX_VALUE)), entry.commands());
    }

    /** Each command that has a room. */
    private static List<Command> in(Command.Room room) {
        JobSpec spec = JobSpec.script("x").jobId("j").build();
        return List.of(
                new Command.Submit(List.of(spec), room),
                new Command.Retry(List.of("j"), room, "bob@n2"),
                new Command.RetryArchived(spec, true, room, "bob@n2"),
                new Command.RunSchedule("n", "j", room, "ann@n1"),
                new Command.Fire("n", 7, 60_000, true, 120_000, room),
                new Command.OpenArray(ArraySpec.of(spec), Items.NONE, room),
                new Command.AddItems("j", 7, Items.of(List.of("a", "b")), room));
    }

    @Test
    public void anEntryOfTheFirstFormatIsStillRead() {
        Entry entry = EntryCodec.decode(HexFormat.of().parseHex(ENTRY_1));
        assertEquals(7, entry.run());
        assertEquals(3, entry.number());
        assertEquals(Instant.parse("2026-01-01T00:00:00Z"), entry.time());
        JobSpec spec = JobSpec.script("echo hi")
                .jobId("job-1")
                .name("n")
                .tags(Map.of("k", "v"))
                .maxAttempts(5)
                .build();
        assertEquals(
                List.of(
                        new Command.Submit(List.of(spec), Command.Room.AMPLE),
                        new Command.Grant("w1", "i1", 1, List.of("job-1")),
                        new Command.Cancel(List.of("job-1"), "soon"),
                        new Command.Promote(1)),
                entry.commands());
    }

    @Test
    public void aJobThatWasArchivedByTheFirstFormatIsStillRead() {
        JobSpec spec = JobSpec.script("echo hi")
                .jobId("job-1")
                .name("n")
                .tags(Map.of("k", "v"))
                .maxAttempts(5)
                .build();
        byte[] old = HexFormat.of().parseHex(SPEC_1);
        assertEquals(spec, SpecBytes.with("echo hi", old));
        assertArrayEquals("a job that asks for nothing new", old, SpecBytes.withoutScript(spec));
    }

    @Test
    public void aJobThatFailsOnMoreThanExceptionsComesBackFromTheArchive() {
        for (FailOn one : List.of(new FailOn(true, false), new FailOn(false, true), new FailOn(true, true))) {
            JobSpec spec = JobSpec.script("x").jobId("j").failOn(one).build();
            assertEquals(spec, SpecBytes.with("x", SpecBytes.withoutScript(spec)));
        }
    }

    @Test
    public void bytesThatCannotBeRightAreRefused() {
        byte[] entry = EntryCodec.encode(
                1, 1, Instant.EPOCH, COMMANDS.stream().map(EntryCodec::encode).toList());
        for (int length = 0; length < entry.length; length++) {
            byte[] cut = Arrays.copyOf(entry, length);
            assertThrows("cut at " + length, IllegalStateException.class, () -> EntryCodec.decode(cut));
        }
        entry[0] = 2;
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> EntryCodec.head(entry));
        assertEquals("a log entry has format 2, want 1: use the version that wrote it", e.getMessage());
    }

    @Test
    public void everyConstantHasANumberOnDisk() {
        for (JobState state : JobState.values()) Codes.of(Codes.STATES, state);
        for (AttemptOutcome outcome : AttemptOutcome.values()) Codes.of(Codes.OUTCOMES, outcome);
        for (ReportKind kind : ReportKind.values()) Codes.of(Codes.REPORTS, kind);
        for (Dependency.When when : Dependency.When.values()) Codes.of(Codes.WHENS, when);
        for (Dependency.Otherwise one : Dependency.Otherwise.values()) Codes.of(Codes.OTHERWISES, one);
    }

    @Test
    public void anImageComesBackAsItWasAndDamageIsFound() throws IOException {
        QueueMachine machine = new QueueMachine();
        for (Command command : COMMANDS) machine.apply(command, Instant.ofEpochMilli(1_000));
        machine.apply(new Command.Submit(TWO_JOBS, Command.Room.AMPLE), Instant.ofEpochMilli(2_000));
        machine.apply(new Command.Grant("w1", "i1", 1, List.of("a", "b")), Instant.ofEpochMilli(3_000));
        machine.apply(new Command.Expire(List.of(2L), 3, 1_000), Instant.ofEpochMilli(4_000));
        machine.apply(new Command.PutSchedule(SCHEDULE, 60_000, 10, 1_000_000, "ann"), Instant.ofEpochMilli(5_000));
        machine.apply(
                new Command.Fire("nightly", 1, 60_000, false, 120_000, Command.Room.AMPLE),
                Instant.ofEpochMilli(60_000));
        machine.apply(
                new Command.OpenArray(ArraySpec.of(ARRAY.template()), Items.NONE, Command.Room.AMPLE, "ann@n1"),
                Instant.ofEpochMilli(61_000));
        machine.apply(
                new Command.AddItems("array-1", 0, Items.of(List.of("a", "b", "c")), Command.Room.AMPLE),
                Instant.ofEpochMilli(61_000));
        machine.apply(new Command.SealArray("array-1", 3), Instant.ofEpochMilli(61_000));
        machine.apply(new Command.Grant("w2", "i1", 2, List.of("array-1:1")), Instant.ofEpochMilli(61_000));
        Image image = machine.image();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageCodec.write(image, out);
        byte[] bytes = out.toByteArray();
        assertEquals(image, ImageCodec.read(new ByteArrayInputStream(bytes)));

        ByteArrayOutputStream again = new ByteArrayOutputStream();
        ImageCodec.write(new QueueMachine(image).image(), again);
        assertArrayEquals("the same state is the same bytes", bytes, again.toByteArray());

        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 0x10;
            assertThrows("byte " + i, IOException.class, () -> ImageCodec.read(new ByteArrayInputStream(damaged)));
        }
        byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);
        assertThrows(IOException.class, () -> ImageCodec.read(new ByteArrayInputStream(cut)));
    }

    private static final List<JobSpec> TWO_JOBS = List.of(
            JobSpec.script("echo a").jobId("a").build(),
            JobSpec.script("echo b").jobId("b").queue("q").build());

    private static Report report(ReportKind kind) {
        return new Report(
                "w1",
                17,
                "job-1",
                kind,
                Duration.ofSeconds(3),
                "ërror",
                "result",
                new CapturedText("head", "tail", 1_000),
                CapturedText.NONE);
    }
}
