/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.gridbatch.api.JobDetail;

/**
 * What the archive does not have yet, in the order in which it came: final jobs, and who did what. Each has a number;
 * the archive says up to which number it has all. A final job that changes gets a new number and goes there again.
 */
final class Outbox {
    private final TreeMap<Long, Job> jobs = new TreeMap<>();
    private final TreeMap<Long, Audit> audits = new TreeMap<>();
    private long next = 1;
    private long archivedThrough;
    private long jobWeight;
    private long auditWeight;

    void restore(Image.History image) {
        next = image.nextNumber();
        archivedThrough = image.archivedThrough();
        image.audits().forEach(this::add);
    }

    long next() {
        return next;
    }

    long take() {
        return next++;
    }

    long archivedThrough() {
        return archivedThrough;
    }

    boolean isArchived(Job job) {
        return job.outbox() <= archivedThrough;
    }

    int jobs() {
        return jobs.size();
    }

    int audits() {
        return audits.size();
    }

    long weight() {
        return jobWeight + auditWeight;
    }

    long auditWeight() {
        return auditWeight;
    }

    List<Audit> waitingAudits() {
        return List.copyOf(audits.values());
    }

    void add(Job job) {
        if (isArchived(job)) return;
        jobs.put(job.outbox(), job);
        jobWeight += job.weight();
    }

    void remove(Job job) {
        if (jobs.remove(job.outbox()) != null) jobWeight -= job.weight();
    }

    void add(Audit audit) {
        audits.put(audit.number(), audit);
        auditWeight += audit.weight();
    }

    /** The archive has all up to a number; returns how many left. */
    int archived(long through) {
        int left = 0;
        for (; !jobs.isEmpty() && jobs.firstKey() <= through; left++)
            jobWeight -= jobs.pollFirstEntry().getValue().weight();
        for (; !audits.isEmpty() && audits.firstKey() <= through; left++)
            auditWeight -= audits.pollFirstEntry().getValue().weight();
        archivedThrough = Math.max(archivedThrough, Math.min(through, next - 1));
        return left;
    }

    /** The first of what waits, within bounds but at least one. */
    Unarchived first(int most, long mostBytes, Function<Job, JobDetail> detail) {
        List<Unarchived.Final> someJobs = new ArrayList<>();
        List<Audit> someAudits = new ArrayList<>();
        var nextJobs = jobs.entrySet().iterator();
        var nextAudits = audits.entrySet().iterator();
        Map.Entry<Long, Job> job = nextJobs.hasNext() ? nextJobs.next() : null;
        Map.Entry<Long, Audit> audit = nextAudits.hasNext() ? nextAudits.next() : null;
        long through = archivedThrough;
        long bytes = 0;
        while ((job != null || audit != null) && someJobs.size() + someAudits.size() < most) {
            boolean jobFirst = audit == null || job != null && job.getKey() < audit.getKey();
            bytes += jobFirst ? job.getValue().weight() : audit.getValue().weight();
            if (through > archivedThrough && bytes > mostBytes) break;
            if (jobFirst) {
                through = job.getKey();
                someJobs.add(new Unarchived.Final(job.getValue().sequence(), detail.apply(job.getValue())));
                job = nextJobs.hasNext() ? nextJobs.next() : null;
            } else {
                through = audit.getKey();
                someAudits.add(audit.getValue());
                audit = nextAudits.hasNext() ? nextAudits.next() : null;
            }
        }
        return new Unarchived(someJobs, someAudits, archivedThrough, through, next - 1);
    }
}
