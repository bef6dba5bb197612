/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobView;
import org.gridbatch.queue.archive.Archive;
import org.gridbatch.queue.archive.ArchiveException;
import org.gridbatch.queue.core.Audit;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.Unarchived;

/** An archive in memory that fails when a test wants it, before or after it has committed. It outlives its engines. */
final class FakeArchive implements Archive {
    final Map<Long, JobDetail> jobs = new TreeMap<>();
    final Map<Long, Audit> audits = new TreeMap<>();
    private long position;
    private boolean away;
    private boolean failsAfterCommit;
    private Throwable mistake;
    int writes;
    Instant prunedBefore = Instant.EPOCH;

    void setAway(boolean value) {
        away = value;
    }

    /** @param value thrown by each write from now on, unchecked; null for nothing */
    void failWith(Throwable value) {
        mistake = value;
    }

    void failAfterNextCommit() {
        failsAfterCommit = true;
    }

    /** How many rows each job has. */
    Map<String, Integer> rows() {
        Map<String, Integer> rows = new HashMap<>();
        jobs.values().forEach(job -> rows.merge(job.view().jobId(), 1, Integer::sum));
        return rows;
    }

    @Override
    public long open(String grid) throws ArchiveException {
        if (away) throw new ArchiveException("connection refused", null);
        return position;
    }

    @Override
    public void write(Unarchived some) throws ArchiveException {
        if (away) throw new ArchiveException("connection refused", null);
        if (mistake instanceof Error error) throw error;
        if (mistake instanceof RuntimeException wrong) throw wrong;
        some.jobs().forEach(job -> jobs.put(job.sequence(), job.detail()));
        some.audits().forEach(audit -> audits.put(audit.number(), audit));
        position = some.through();
        writes++;
        if (!failsAfterCommit) return;
        failsAfterCommit = false;
        throw new ArchiveException("connection reset", null);
    }

    @Override
    public boolean prune(Instant before, long keepJobs, int most) {
        prunedBefore = before;
        return false;
    }

    @Override
    public HistoryPage find(HistoryQuery query) {
        return new HistoryPage(
                new ArrayList<>(jobs.values()).stream().map(JobDetail::view).toList(), "");
    }

    @Override
    public Optional<JobDetail> get(String jobId) {
        return jobs.values().stream()
                .filter(job -> job.view().jobId().equals(jobId))
                .findFirst();
    }

    @Override
    public FinalPage finals(Place after, Place through, Predicate<JobView> wanted, int most) {
        List<FinalJob> found = new ArrayList<>();
        TreeMap<Place, JobView> inOrder = new TreeMap<>();
        jobs.forEach(
                (sequence, job) -> inOrder.put(new Place(job.view().finalAt().toEpochMilli(), sequence), job.view()));
        for (var one : inOrder.subMap(after, false, through, true).entrySet()) {
            if (found.size() == most)
                return new FinalPage(found, found.get(most - 1).position(), false);
            if (wanted.test(one.getValue())) found.add(new FinalJob(one.getKey().toString(), one.getValue()));
        }
        return new FinalPage(found, through.toString(), false);
    }

    @Override
    public AuditPage audit(AuditQuery query) {
        return new AuditPage(List.of(), "");
    }

    @Override
    public void close() {}
}
