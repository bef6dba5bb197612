/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Records of which a sector that was never written has only a byte or a few. */
public class LoneBytesTest {
    private static final int SECTOR = 512;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<Integer> offsets = new ArrayList<>();
    private byte[] segment;
    private int end;

    /** Three records, of which the second begins at an offset, and has so many bytes. */
    private void segment(int offset, int size) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("RaftLog1".getBytes(StandardCharsets.US_ASCII));
        offsets.clear();
        for (int wanted : new int[] {offset - 8, size, 700}) {
            offsets.add(out.size());
            out.write(record(offsets.size() - 1, wanted));
        }
        end = out.size();
        segment = Arrays.copyOf(out.toByteArray(), end + 2_000);
        assertEquals(offset, (int) offsets.get(1));
    }

    /** As Ratis writes one: a length, term, index and a body of its own entry, and a checksum. */
    private static byte[] record(int index, int size) {
        for (int body = size - 20; ; body++) {
            ByteArrayOutputStream inner = new ByteArrayOutputStream();
            inner.writeBytes(new byte[] {8, 1, 16, (byte) index, 3 << 3 | 2});
            inner.writeBytes(varint(body));
            byte[] filler = new byte[body];
            Arrays.fill(filler, (byte) 'x');
            inner.writeBytes(filler);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(varint(inner.size()));
            out.writeBytes(inner.toByteArray());
            CRC32C crc = new CRC32C();
            crc.update(out.toByteArray());
            out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
            if (out.size() == size) return out.toByteArray();
            if (out.size() > size) throw new AssertionError("no record has " + size + " bytes");
        }
    }

    private static byte[] varint(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = value;
        for (; rest >= 0x80; rest >>>= 7) out.write(rest & 0x7f | 0x80);
        out.write(rest);
        return out.toByteArray();
    }

    private static SegmentFile.Extent read(byte[] bytes, boolean open) throws IOException {
        return new SegmentFile(Path.of("segment"), 0, open ? SegmentFile.OPEN : 2)
                .read(bytes.clone(), RatisLog.MAX_RECORD_BYTES, record -> {});
    }

    private byte[] without(int... sectors) {
        byte[] bytes = segment.clone();
        for (int sector : sectors) {
            // What was there before the second record was written is there still.
            int from = Math.max(offsets.get(1), sector * SECTOR);
            Arrays.fill(bytes, from, (sector + 1) * SECTOR, (byte) 0);
        }
        return bytes;
    }

    @Test
    public void aFirstByteThatStandsAloneInAMissingSectorIsPutIn() throws Exception {
        segment(2 * SECTOR - 1, 1_500);
        assertEquals(new SegmentFile.Extent(end, 2, false), read(segment, true));

        SegmentFile.Extent mended = read(without(1), true);
        byte first = segment[2 * SECTOR - 1];
        assertEquals(
                new SegmentFile.Extent(end, 2, false, List.of(new SegmentFile.Mended(2 * SECTOR - 1, first))), mended);
        IOException closed = assertThrows(IOException.class, () -> read(without(1), false));
        assertTrue(closed.getMessage(), closed.getMessage().contains("the log is damaged"));
    }

    @Test
    public void aRecordOfWhichMoreIsMissingIsCutOff() throws Exception {
        segment(2 * SECTOR - 1, 1_500);
        for (int[] missing : new int[][] {{1, 2}, {1, 3}, {1, 2, 3}, {1, 2, 3, 4}}) {
            assertEquals(
                    Arrays.toString(missing),
                    new SegmentFile.Extent(2 * SECTOR - 1, 0, true),
                    read(without(missing), true));
        }
    }

    @Test
    public void aRecordThatIsDamagedBesidesIsNotMended() throws Exception {
        segment(2 * SECTOR - 1, 1_500);
        byte[] bytes = without(1);
        bytes[2 * SECTOR + 100] ^= 1;
        IOException e = assertThrows(IOException.class, () -> read(bytes, true));
        assertTrue(e.getMessage(), e.getMessage().contains("the log is damaged"));
    }

    @Test
    public void theEndOfAChecksumInAMissingSectorIsPutIn() throws Exception {
        for (int spill = 1; spill <= 3; spill++) {
            segment(SECTOR + 100, 2 * SECTOR - 100 + spill);
            byte[] bytes = without(3);
            SegmentFile.Extent extent = read(bytes, true);
            // Of the third record the first sector is missing as well.
            assertEquals(new SegmentFile.Extent(3 * SECTOR + spill, 1, true, extent.mended()), extent);
            for (SegmentFile.Mended mended : extent.mended()) bytes[(int) mended.offset()] = mended.value();
            assertArrayEquals(Arrays.copyOf(segment, 3 * SECTOR + spill), Arrays.copyOf(bytes, 3 * SECTOR + spill));

            byte[] damaged = without(3);
            damaged[SECTOR + 200] ^= 1;
            IOException e = assertThrows(IOException.class, () -> read(damaged, true));
            assertTrue(e.getMessage(), e.getMessage().contains("wrong checksum"));
        }
    }

    @Test
    public void noLayoutOfRecordsAndMissingSectorsOfTheLastWriteIsTakenForDamage() throws Exception {
        for (int seed = 0; seed < 3_000; seed++) isTornAndNotDamaged(seed);
        // The part of a checksum that is there agrees by chance, though a sector is missing before it.
        isTornAndNotDamaged(82_818);
    }

    private static void isTornAndNotDamaged(int seed) throws IOException {
        Random random = new Random(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("RaftLog1".getBytes(StandardCharsets.US_ASCII));
        List<Integer> ends = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            // In between there is a size that no record has, since a longer length takes a byte more.
            out.write(record(index, random.nextBoolean() ? 30 + random.nextInt(80) : 200 + random.nextInt(1_500)));
            ends.add(out.size());
        }
        byte[] whole = Arrays.copyOf(out.toByteArray(), out.size() + random.nextInt(2) * 1_000);
        byte[] bytes = whole.clone();
        int forced = random.nextInt(5);
        int from = ends.get(forced);
        int missing = whole.length;
        for (int sector = from / SECTOR; sector * SECTOR < out.size(); sector++) {
            if (random.nextInt(3) > 0) continue;
            int start = Math.max(from, sector * SECTOR);
            Arrays.fill(bytes, start, Math.min(bytes.length, (sector + 1) * SECTOR), (byte) 0);
            missing = Math.min(missing, start);
        }
        SegmentFile.Extent extent;
        try {
            extent = read(bytes, true);
        } catch (IOException e) {
            throw new AssertionError("seed " + seed, e);
        }
        int keeps = 0;
        while (keeps < 6 && ends.get(keeps) <= missing) keeps++;
        assertTrue("seed " + seed, extent.index() >= keeps - 1);
        for (SegmentFile.Mended mended : extent.mended()) bytes[(int) mended.offset()] = mended.value();
        int good = (int) extent.end();
        assertArrayEquals("seed " + seed, Arrays.copyOf(whole, good), Arrays.copyOf(bytes, good));
    }

    @Test
    public void aStartWritesWhatIsMended() throws Exception {
        segment(2 * SECTOR - 1, 1_500);
        Path file = folder.newFile("log_inprogress_0").toPath();
        Files.write(file, without(1));
        SegmentCheck.check(folder.getRoot().toPath(), -1, RatisLog.MAX_RECORD_BYTES);
        assertArrayEquals(Arrays.copyOf(segment, end), Files.readAllBytes(file));
    }
}
