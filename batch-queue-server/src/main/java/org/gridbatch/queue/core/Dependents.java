/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.gridbatch.api.Dependency;

/** Which jobs wait for which, and which ends have not been told to those that wait. */
final class Dependents {
    private final Map<String, TreeSet<String>> waiting = new HashMap<>();
    private final Deque<Image.Ended> untold = new ArrayDeque<>();

    void add(Job job) {
        for (Dependency one : job.waitsFor()) {
            waiting.computeIfAbsent(one.jobId(), id -> new TreeSet<>()).add(job.id());
        }
    }

    void remove(Job job) {
        for (Dependency one : job.waitsFor()) {
            waiting.computeIfPresent(one.jobId(), (id, jobs) -> {
                jobs.remove(job.id());
                return jobs.isEmpty() ? null : jobs;
            });
        }
    }

    /** Takes note that a job is final. */
    void ended(Job job, boolean completed) {
        if (waiting.containsKey(job.id())) untold.add(new Image.Ended(job.id(), completed, ""));
    }

    int count(String jobId) {
        TreeSet<String> jobs = waiting.get(jobId);
        return jobs == null ? 0 : jobs.size();
    }

    /** The jobs that wait for this one, by id, those after a given id; a copy. */
    List<String> of(String jobId, String after) {
        TreeSet<String> jobs = waiting.get(jobId);
        return jobs == null ? List.of() : new ArrayList<>(jobs.tailSet(after, false));
    }

    /** The end that was not told for longest; null if all were. */
    Image.Ended nextUntold() {
        return untold.peek();
    }

    /** Of the first of the untold, those who wait were told up to this one. */
    void toldUpTo(String jobId) {
        Image.Ended ended = untold.remove();
        untold.addFirst(new Image.Ended(ended.jobId(), ended.completed(), jobId));
    }

    /** All who wait for the first of the untold have been told. */
    void told() {
        untold.poll();
    }

    List<Image.Ended> untold() {
        return new ArrayList<>(untold);
    }

    void restore(List<Image.Ended> ends) {
        untold.addAll(ends);
    }
}
