/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.queue.core.Job;

/** The jobs that nobody has and nobody was promised, by queue and age. */
final class Available {
    private final Map<String, TreeMap<Long, Job>> queues = new HashMap<>();
    /** The queue of each queue's oldest job, by the age of that job. */
    private final TreeMap<Long, String> heads = new TreeMap<>();

    void add(Job job) {
        String queue = job.spec().queue();
        TreeMap<Long, Job> jobs = queues.computeIfAbsent(queue, name -> new TreeMap<>());
        if (!jobs.isEmpty()) heads.remove(jobs.firstKey());
        jobs.put(job.sequence(), job);
        heads.put(jobs.firstKey(), queue);
    }

    void remove(Job job) {
        String queue = job.spec().queue();
        TreeMap<Long, Job> jobs = queues.get(queue);
        if (jobs == null || !jobs.containsKey(job.sequence())) return;
        heads.remove(jobs.firstKey());
        jobs.remove(job.sequence());
        if (jobs.isEmpty()) {
            queues.remove(queue);
        } else {
            heads.put(jobs.firstKey(), queue);
        }
    }

    boolean contains(Job job) {
        TreeMap<Long, Job> jobs = queues.get(job.spec().queue());
        return jobs != null && jobs.containsKey(job.sequence());
    }

    /** The oldest job of these queues, or of all if none is named; null if there is none. */
    Job oldest(Collection<String> names) {
        if (names.isEmpty()) {
            return heads.isEmpty()
                    ? null
                    : queues.get(heads.firstEntry().getValue()).firstEntry().getValue();
        }
        Job oldest = null;
        for (String name : names) {
            TreeMap<Long, Job> jobs = queues.get(name);
            if (jobs == null) continue;
            Job first = jobs.firstEntry().getValue();
            if (oldest == null || first.sequence() < oldest.sequence()) oldest = first;
        }
        return oldest;
    }
}
