/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.engine.Settings;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What is said of each damaged byte of a segment that Ratis wrote, and of a snapshot. */
public class EveryByteTest {
    private static final int SECTOR = 512;

    @ClassRule
    public static final TemporaryFolder SHARED = new TemporaryFolder();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static byte[] segment;
    private static long first;
    private static final List<LogRecord> RECORDS = new ArrayList<>();
    private static int end;

    @BeforeClass
    public static void writeASegment() throws Exception {
        Path directory = SHARED.getRoot().toPath();
        // The first term, so that there is something before the segment.
        try (TestServer server = new TestServer(directory, 20_000)) {
            for (int i = 0; i < 4; i++) server.submit("before-" + i);
        }
        try (TestServer server = new TestServer(directory, 20_000)) {
            for (int i = 0; i < 6; i++) server.submit("job-" + i);
            try (var files = Files.walk(directory)) {
                Path file = files.filter(f -> f.getFileName().toString().startsWith("log_inprogress_"))
                        .findFirst()
                        .orElseThrow();
                segment = Files.readAllBytes(file);
                first = Long.parseLong(file.getFileName().toString().substring("log_inprogress_".length()));
            }
        }
        new EveryByteTest().readInto(RECORDS);
        end = (int) RECORDS.get(RECORDS.size() - 1).end();
    }

    private void readInto(List<LogRecord> records) throws IOException {
        Path file = SHARED.newFile("log_inprogress_" + first).toPath();
        Files.write(file, segment);
        new SegmentFile(file, first, SegmentFile.OPEN)
                .read(new SegmentFile.Room(), RatisLog.MAX_RECORD_BYTES, records::add);
    }

    @Test
    public void aGoodSegmentIsReadWhole() throws Exception {
        SegmentFile.Extent extent = read(segment, true);
        assertEquals(new SegmentFile.Extent(end, lastIndex(), false), extent);
        assertTrue("Ratis has filled it up with zeros", segment.length > end);
        assertEquals(extent, read(Arrays.copyOf(segment, end), false));
    }

    @Test
    public void everyChangedByteOfAnOpenSegmentIsDamage() throws Exception {
        everyChangedByte(true);
    }

    @Test
    public void everyChangedByteOfAClosedSegmentIsDamage() throws Exception {
        everyChangedByte(false);
    }

    private void everyChangedByte(boolean open) throws Exception {
        // With the zeros behind the records, and as a clean stop leaves it.
        for (int size : new int[] {Math.min(segment.length, end + 1_500), end}) {
            byte[] bytes = Arrays.copyOf(segment, size);
            for (int at = 0; at < size; at++) {
                byte right = bytes[at];
                for (int wrong : new int[] {right ^ 1, right ^ 0x80, ~right, 0}) {
                    bytes[at] = (byte) wrong;
                    if (bytes[at] == right) continue;
                    String what = "byte " + at + " of " + size + " is " + wrong + " instead of " + right;
                    if (at >= end && open && isCutOffAtTheEnd(bytes)) continue;
                    if (open && isMended(bytes.clone(), at, right)) continue;
                    IOException e = assertThrows(what, IOException.class, () -> read(bytes, open));
                    assertTrue(what + ": " + e.getMessage(), e.getMessage().contains("the log is damaged: "));
                    assertTrue(what + ": " + e.getMessage(), e.getMessage().contains("at offset " + recordAt(at)));
                }
                bytes[at] = right;
            }
        }
    }

    /** Behind the records, it may be the beginning of one more, and nothing is lost with it. */
    private boolean isCutOffAtTheEnd(byte[] bytes) {
        try {
            return read(bytes, true).equals(new SegmentFile.Extent(end, lastIndex(), true));
        } catch (IOException e) {
            return false;
        }
    }

    /** Where so few bytes of a record are in a sector that the rest proves them. */
    private boolean isMended(byte[] bytes, int at, byte right) {
        try {
            return read(bytes, true).mended().equals(List.of(new SegmentFile.Mended(at, right)));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    public void anOpenSegmentThatEndsAnywhereIsCutOffThere() throws Exception {
        for (int size = 0; size <= end; size++) {
            SegmentFile.Extent extent = read(Arrays.copyOf(segment, size), true);
            int whole = wholeRecordsIn(size);
            assertEquals("records of " + size + " bytes", first - 1 + whole, extent.index());
            long wholeEnd = whole > 0 ? RECORDS.get(whole - 1).end() : Math.min(size, 8);
            assertEquals("torn at " + size, size > 8 && size > wholeEnd, extent.torn());
        }
    }

    @Test
    public void aClosedSegmentThatEndsTooEarlyIsDamage() throws Exception {
        for (int size = 0; size < end; size++) {
            byte[] bytes = Arrays.copyOf(segment, size);
            assertThrows("a size of " + size, IOException.class, () -> read(bytes, false));
        }
    }

    @Test
    public void aLastRecordThatWasWrittenUpToAnyByteIsCutOff() throws Exception {
        LogRecord last = RECORDS.get(RECORDS.size() - 1);
        byte[] bytes = segment.clone();
        for (int at = end - 5; at > last.offset() + 40; at--) {
            bytes[at] = 0;
            bytes[at + 1] = 0;
            bytes[at + 2] = 0;
            bytes[at + 3] = 0;
            bytes[at + 4] = 0;
            SegmentFile.Extent extent = read(bytes, true);
            assertTrue("written up to " + at, extent.torn());
            assertEquals(last.offset(), extent.end());
        }
    }

    @Test
    public void aWriteOfWhichSomeSectorsAreMissingIsCutOffWhereTheFirstIsMissing() throws Exception {
        Random random = new Random(7);
        int from = (int) RECORDS.get(RECORDS.size() - 4).offset();
        for (int run = 0; run < 2_000; run++) {
            byte[] bytes = segment.clone();
            int firstMissing = Integer.MAX_VALUE;
            for (int sector = from / SECTOR; sector * SECTOR < end; sector++) {
                if (random.nextInt(3) > 0) continue;
                int start = Math.max(from, sector * SECTOR);
                Arrays.fill(bytes, start, (sector + 1) * SECTOR, (byte) 0);
                firstMissing = Math.min(firstMissing, start);
            }
            SegmentFile.Extent extent = read(bytes, true);
            for (SegmentFile.Mended mended : extent.mended()) {
                assertEquals(segment[(int) mended.offset()], mended.value());
            }
            long firstTorn = extent.mended().isEmpty() ? firstMissing : extent.end();
            assertEquals(firstTorn < end, extent.torn() || extent.end() == firstTorn);
            assertTrue("all before is kept", extent.end() == recordAt((int) Math.min(firstTorn, end)));
        }
    }

    @Test
    public void aMissingSectorLongBeforeTheEndIsDamage() throws Exception {
        Path file = SHARED.newFolder().toPath();
        byte[] bytes;
        long start;
        try (TestServer server = new TestServer(file, 20_000)) {
            for (int i = 0; i < 15; i++) server.submit("job-" + i);
            try (var files = Files.walk(file)) {
                Path open = files.filter(f -> f.getFileName().toString().startsWith("log_inprogress_"))
                        .findFirst()
                        .orElseThrow();
                bytes = Files.readAllBytes(open);
                start = Long.parseLong(open.getFileName().toString().substring("log_inprogress_".length()));
            }
        }
        Arrays.fill(bytes, 2 * SECTOR, 3 * SECTOR, (byte) 0);
        Path damaged = folder.newFile("log_inprogress_" + start).toPath();
        Files.write(damaged, bytes);
        IOException e = assertThrows(
                IOException.class,
                () -> new SegmentFile(damaged, start, SegmentFile.OPEN)
                        .read(new SegmentFile.Room(), RatisLog.MAX_RECORD_BYTES, record -> {}));
        assertTrue(e.getMessage(), e.getMessage().contains("was written after it"));
    }

    @Test
    public void theEngineKeepsToTheBoundThatTellsDamageFromATornWrite() {
        int most = SegmentFile.MOST_IN_FLIGHT - 2;
        assertEquals(most, new Settings.Bounds(1, 1, 1, 1, 1, most).entriesInFlight());
        assertThrows(IllegalArgumentException.class, () -> new Settings.Bounds(1, 1, 1, 1, 1, most + 1));
    }

    @Test
    public void everyChangedOrMissingByteOfASnapshotIsDamage() throws Exception {
        QueueMachine machine = new QueueMachine();
        for (int i = 0; i < 5; i++) {
            JobSpec job =
                    JobSpec.script("echo " + i).jobId("job-" + i).queue("mail").build();
            machine.apply(new Command.Submit(List.of(job), Command.Room.AMPLE), Instant.ofEpochSecond(1_000));
        }
        machine.apply(new Command.Grant("w", "i", 1, List.of("job-1")), Instant.ofEpochSecond(1_001));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageCodec.write(machine.image(), out);
        byte[] bytes = out.toByteArray();
        assertEquals(5, ImageCodec.read(new ByteArrayInputStream(bytes)).jobs().size());
        for (int at = 0; at < bytes.length; at++) {
            byte right = bytes[at];
            for (int wrong : new int[] {right ^ 1, right ^ 0x80, ~right, 0}) {
                bytes[at] = (byte) wrong;
                if (bytes[at] == right) continue;
                assertThrows("byte " + at, IOException.class, () -> ImageCodec.read(new ByteArrayInputStream(bytes)));
            }
            bytes[at] = right;
            byte[] shorter = Arrays.copyOf(bytes, at);
            assertThrows("size " + at, IOException.class, () -> ImageCodec.read(new ByteArrayInputStream(shorter)));
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows("one more", IOException.class, () -> ImageCodec.read(new ByteArrayInputStream(longer)));
    }

    @Test
    public void everyChangedByteOfASnapshotsDigestIsSeen() throws Exception {
        Path snapshot = folder.newFile("snapshot.1_20").toPath();
        String right = "0123456789abcdef0123456789abcdef *snapshot.1_20\n";
        Path digest = SnapshotCheck.digestOf(snapshot);
        Files.writeString(digest, right);
        assertEquals(snapshot, SnapshotCheck.latest(folder.getRoot().toPath()));
        for (int at = 0; at < right.length(); at++) {
            byte[] bytes = right.getBytes(StandardCharsets.US_ASCII);
            // Another digit is for the start of a server to see, which reads the snapshot.
            bytes[at] ^= (byte) (at < 32 ? 0x80 : 2);
            Files.write(digest, bytes);
            IOException e = assertThrows(
                    "byte " + at,
                    IOException.class,
                    () -> SnapshotCheck.latest(folder.getRoot().toPath()));
            assertTrue(e.getMessage(), e.getMessage().contains(digest.toString()));
        }
        Files.delete(digest);
        assertNull(
                "one that was never finished",
                SnapshotCheck.latest(folder.getRoot().toPath()));
    }

    @Test
    public void aMissingSegmentIsDamageUnlessASnapshotStandsForIt() throws Exception {
        Path current = folder.getRoot().toPath();
        String stale = "log_0-1";
        Path file = folder.newFile("log_inprogress_" + first).toPath();
        Files.write(file, segment);
        Files.write(folder.newFile(stale).toPath(), new byte[0]);
        IOException e = assertThrows(IOException.class, () -> check(current, -1));
        assertTrue(e.getMessage(), e.getMessage().contains("neither in a segment"));
        Files.delete(current.resolve(stale));
        e = assertThrows(IOException.class, () -> check(current, first - 2));
        assertTrue(e.getMessage(), e.getMessage().contains("neither in a segment"));
        check(current, first - 1);
        Files.write(folder.newFile(stale).toPath(), new byte[0]);
        check(current, first + 2);
        assertFalse("what a snapshot stands for is deleted again", Files.exists(current.resolve(stale)));
        assertEquals("the zeros are cut off", end, Files.size(file));
    }

    private static void check(Path current, long snapshotIndex) throws IOException {
        SegmentCheck.check(current, snapshotIndex, RatisLog.MAX_RECORD_BYTES);
    }

    private SegmentFile.Extent read(byte[] bytes, boolean open) throws IOException {
        return new SegmentFile(Path.of("segment"), first, open ? SegmentFile.OPEN : lastIndex())
                .read(bytes, RatisLog.MAX_RECORD_BYTES, record -> {});
    }

    private static long lastIndex() {
        return first + RECORDS.size() - 1;
    }

    /** The offset of the record that a byte belongs to; its own in the header and behind the records. */
    private static long recordAt(int at) {
        if (at < 8) return at;
        for (LogRecord record : RECORDS) if (at < record.end()) return record.offset();
        return end;
    }

    private static int wholeRecordsIn(int size) {
        return (int) RECORDS.stream().filter(record -> record.end() <= size).count();
    }
}
