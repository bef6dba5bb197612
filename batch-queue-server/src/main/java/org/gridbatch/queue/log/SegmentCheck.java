/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the segments of a log before Ratis opens them: cuts off what was never written whole, finishes what a
 * power failure left half done, and refuses what is damaged or missing. Then it makes sure that what it found is on
 * the disk, and not only in the memory of a system whose last server died before it could force it.
 */
final class SegmentCheck {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentCheck.class);

    private SegmentCheck() {}

    /**
     * Checks them all.
     *
     * @return the term of the last record; -1 if there is none
     * @param snapshotIndex up to where a snapshot stands for the log; -1 if there is none
     * @throws IOException if a record is damaged or missing; the message names the file and says what to do
     */
    static long check(Path current, long snapshotIndex, int maxRecordBytes) throws IOException {
        List<SegmentFile> segments = checkOrder(SegmentFile.list(current), snapshotIndex);
        List<SegmentFile> checked = new ArrayList<>();
        List<SegmentFile.Extent> extents = new ArrayList<>();
        long[] term = {-1};
        SegmentFile.Room room = new SegmentFile.Room();
        for (SegmentFile segment : segments) {
            checked.add(segment);
            extents.add(segment.read(room, maxRecordBytes, record -> term[0] = record.term()));
        }
        for (int i = 0; i < checked.size(); i++) {
            SegmentFile segment = checked.get(i);
            SegmentFile.Extent extent = extents.get(i);
            if (!segment.isOpen()) continue;
            if (extent.torn()) {
                LOG.warn(
                        "the last record of {} at offset {} was not written whole, so it was never acknowledged; "
                                + "it is cut off",
                        segment.file(),
                        extent.end());
            }
            for (SegmentFile.Mended mended : extent.mended()) {
                LOG.warn(
                        "byte {} of {} was not written, and the rest of its record proves what it is; it is put in",
                        mended.offset(),
                        segment.file());
                Disk.write(segment.file(), mended.offset(), mended.value());
            }
            Disk.rewrite(segment.file(), extent.end());
            if (i < checked.size() - 1) close(segment, extent, checked.get(i + 1));
        }
        if (Files.exists(current)) Disk.forceDirectory(current);
        return term[0];
    }

    /** Ratis closes a segment by its name, and makes the next; the second may be on disk without the first. */
    private static void close(SegmentFile segment, SegmentFile.Extent extent, SegmentFile next) throws IOException {
        if (extent.index() + 1 != next.first()) throw missing(extent.index() + 1, next);
        Path closed = segment.file().resolveSibling("log_" + segment.first() + "-" + extent.index());
        Files.move(segment.file(), closed);
        LOG.warn("{} was not closed, though a later segment is there; it is {} now", segment.file(), closed);
    }

    /** The segments without gaps that reach from the snapshot on. */
    private static List<SegmentFile> checkOrder(List<SegmentFile> segments, long snapshotIndex) throws IOException {
        List<SegmentFile> joined = new ArrayList<>();
        for (SegmentFile segment : segments) {
            SegmentFile before = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            boolean gap = before != null && !before.isOpen() && before.last() + 1 != segment.first();
            if (gap && before.last() > snapshotIndex) {
                throw missing(before.last() + 1, segment);
            }
            if (gap) {
                // Deletions need not reach the disk in the order in which they are made.
                for (SegmentFile old : joined) {
                    Files.delete(old.file());
                    LOG.warn("{} was deleted once before; a snapshot stands for it", old.file());
                }
                joined.clear();
            }
            joined.add(segment);
        }
        if (!joined.isEmpty() && joined.get(0).first() > snapshotIndex + 1) {
            throw missing(snapshotIndex + 1, joined.get(0));
        }
        return joined;
    }

    private static IOException missing(long index, SegmentFile next) {
        return new IOException("the log is damaged: its records from " + index + " to " + (next.first() - 1)
                + " are neither in a segment before " + next.file() + " nor in a snapshot; nothing was changed. "
                + "Put the data directory back from a backup, or start with an empty one");
    }

    /**
     * Cuts off all after an index, which is the last that was forced: after a failed write, Ratis may write part of
     * it a second time when it closes, and after a failed force, the system may lose what it seems to hold.
     */
    static void cutAfter(Path current, long index, int maxRecordBytes) throws IOException {
        for (SegmentFile segment : SegmentFile.list(current)) {
            if (!segment.isOpen()) continue;
            long[] end = {0};
            try {
                segment.read(new SegmentFile.Room(), maxRecordBytes, record -> {
                    if (record.index() <= index) end[0] = record.end();
                });
            } catch (IOException e) {
                LOG.info("what follows a failed write is cut off: {}", e.getMessage());
            }
            if (end[0] > 0 || segment.first() > index) Disk.rewrite(segment.file(), end[0]);
        }
    }
}
