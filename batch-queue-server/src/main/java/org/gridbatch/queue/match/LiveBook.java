/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.JobView;
import org.gridbatch.api.LivePart;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.Progress;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Tenure;

/**
 * What workers told of the jobs that they execute: progress, notes and the end of the output, beside the current leases
 * and as long as they are. All leases together have a bound; beyond it, those go of which nothing was heard for longest.
 */
public final class LiveBook {
    /** Of all leases together. */
    static final int MOST_CHARS = 16 << 20;
    /** What a lease costs beside its text. */
    private static final int LEASE_CHARS = 512;
    /** Who follows a job asks more often than that. */
    private static final long WATCHED_NANOS = Duration.ofSeconds(10).toNanos();

    /** By lease; the one that was heard of last comes last. */
    private final Map<Long, Told> leases = new LinkedHashMap<>();

    private long chars;

    private static final class Told {
        private Progress progress = Progress.NONE;
        private Map<String, String> notes = Map.of();
        private final LiveWindow out = new LiveWindow();
        private final LiveWindow err = new LiveWindow();
        private boolean watched;
        private long lookedNanos;
        private int chars;

        private void take(LivePart part) {
            progress = part.progress();
            notes = part.notes();
            out.add(part.out());
            err.add(part.err());
            int texts = part.chars()
                    - part.out().text().length()
                    - part.err().text().length();
            chars = LEASE_CHARS + texts + out.chars() + err.chars();
        }
    }

    /** Takes note of a change of the applied state: with the lease goes what was told under it. */
    public void changed(Change change) {
        if (leases.isEmpty() || change.before() == null || change.before().tenure() == null) return;
        long leaseId = change.before().tenure().leaseId();
        Tenure now = change.after() == null ? null : change.after().tenure();
        if (now == null || now.leaseId() != leaseId) remove(leaseId);
    }

    /**
     * Takes what a heartbeat tells.
     *
     * @param lost what it lists but the worker does not have
     * @return those of its leases that somebody looks at
     */
    public List<Long> heard(Heartbeat beat, Collection<Long> lost, long now) {
        if (!beat.live().isEmpty()) {
            Set<Long> own = new HashSet<>(beat.leaseIds());
            own.removeAll(new HashSet<>(lost));
            for (LivePart part : beat.live()) {
                if (own.contains(part.leaseId())) take(part);
            }
            dropOldest();
        }
        if (leases.isEmpty()) return List.of();
        List<Long> watched = new ArrayList<>();
        for (long leaseId : beat.leaseIds()) {
            Told told = leases.get(leaseId);
            if (told == null || !told.watched) continue;
            told.watched = now - told.lookedNanos < WATCHED_NANOS;
            if (told.watched) watched.add(leaseId);
        }
        return watched;
    }

    private void take(LivePart part) {
        Told told = last(part.leaseId());
        chars -= told.chars;
        told.take(part);
        chars += told.chars;
    }

    /** Makes it the last one. */
    private Told last(long leaseId) {
        Told told = leases.remove(leaseId);
        if (told == null) {
            told = new Told();
            told.chars = LEASE_CHARS;
            chars += LEASE_CHARS;
        }
        leases.put(leaseId, told);
        return told;
    }

    private void remove(long leaseId) {
        Told told = leases.remove(leaseId);
        if (told != null) chars -= told.chars;
    }

    private void dropOldest() {
        Iterator<Told> oldest = leases.values().iterator();
        while (chars > MOST_CHARS && oldest.hasNext()) {
            chars -= oldest.next().chars;
            oldest.remove();
        }
    }

    /**
     * What was told of a job, with its output, which its worker sends soon from now on.
     *
     * @param tenure null if it is not executing
     */
    public LiveView look(JobView job, Tenure tenure, long outFrom, long errFrom, long now) {
        if (tenure == null) return view(job, null, null, new LiveText(outFrom, ""), new LiveText(errFrom, ""));
        Told told = last(tenure.leaseId());
        told.watched = true;
        told.lookedNanos = now;
        dropOldest();
        return view(job, tenure, told, told.out.from(outFrom), told.err.from(errFrom));
    }

    /** What was told of an executing job, without its output. */
    public LiveView glance(JobView job, Tenure tenure) {
        return view(job, tenure, leases.get(tenure.leaseId()), LiveText.NONE, LiveText.NONE);
    }

    private static LiveView view(JobView job, Tenure tenure, Told told, LiveText out, LiveText err) {
        return new LiveView(
                job.jobId(),
                job.state(),
                tenure == null ? 0 : tenure.leaseId(),
                job.attempt(),
                job.worker(),
                tenure == null ? Instant.EPOCH : Instant.ofEpochMilli(tenure.startedAtMillis()),
                told == null ? Progress.NONE : told.progress,
                told == null ? Map.of() : told.notes,
                out,
                err);
    }
}
