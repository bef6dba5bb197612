/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LivePart;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.Progress;
import org.gridbatch.worker.gogo.ScriptRun;

/**
 * Chooses what a heartbeat tells of the executing scripts. However many there are and whatever they print, it is bounded:
 * progress and notes have a share, the output of jobs that somebody looks at has one, and that of all others a small one.
 * What does not fit goes with a later heartbeat, and those that have waited longest go first. Output waits where it is
 * captured, so nothing is kept here; of what is captured no more, the queue hears that it is missing.
 */
final class LiveNews {
    static final int STATUS_CHARS = 24 << 10;
    static final int WATCHED_CHARS = 32 << 10;
    static final int UNWATCHED_CHARS = Limits.LIVE - STATUS_CHARS - WATCHED_CHARS;

    private long turns;

    /** Whether there is something that the queue has not been told. */
    static boolean hasAny(Collection<HeldLease> running) {
        return running.stream().anyMatch(LiveNews::hasAny);
    }

    private static boolean hasAny(HeldLease one) {
        ScriptRun run = one.run;
        return isStatusNew(one.told, run.progress(), run.notes())
                || !run.out(one.told.out, 2).text().isEmpty()
                || !run.err(one.told.err, 2).text().isEmpty();
    }

    private static boolean isStatusNew(Told told, Progress progress, Map<String, String> notes) {
        return !told.progress.equals(progress) || !told.notes.equals(notes);
    }

    /**
     * What to tell now.
     *
     * @param all also progress and notes that were told before: a server that has started since does not know them
     */
    List<LivePart> take(Collection<HeldLease> running, boolean all) {
        List<HeldLease> order = new ArrayList<>(running);
        order.sort(Comparator.comparing((HeldLease one) -> !one.told.watched).thenComparing(one -> one.told.turn));
        List<LivePart> parts = new ArrayList<>();
        int status = STATUS_CHARS;
        int watched = WATCHED_CHARS;
        int unwatched = UNWATCHED_CHARS;
        turns++;
        for (HeldLease one : order) {
            Progress progress = one.run.progress();
            Map<String, String> notes = one.run.notes();
            LivePart bare = new LivePart(one.id(), progress, notes, null, null);
            // Without its progress a part would take back what was told before.
            if (bare.chars() > status) continue;
            int room = one.told.watched ? watched : unwatched;
            LiveText out = one.run.out(one.told.out, room);
            LiveText err = one.run.err(one.told.err, room - out.text().length());
            int printed = out.text().length() + err.text().length();
            boolean worthIt = all && (!progress.equals(Progress.NONE) || !notes.isEmpty());
            if (printed == 0 && !worthIt && !isStatusNew(one.told, progress, notes)) continue;
            status -= bare.chars();
            if (one.told.watched) watched -= printed;
            else unwatched -= printed;
            one.told.turn = turns;
            parts.add(new LivePart(one.id(), progress, notes, out, err));
        }
        return parts;
    }

    /** Takes note of the answer to a heartbeat that carried these parts. */
    static void heard(Map<Long, HeldLease> held, List<LivePart> parts, List<Long> watched) {
        for (LivePart part : parts) {
            HeldLease one = held.get(part.leaseId());
            if (one == null) continue;
            one.told.heard(part.out(), part.err());
            one.told.progress = part.progress();
            one.told.notes = part.notes();
        }
        Set<Long> looked = new HashSet<>(watched);
        held.values().forEach(one -> one.told.watched = looked.contains(one.id()));
    }
}
