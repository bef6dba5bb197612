/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;

/**
 * Brings the items of one array among the waiting jobs, few at a time: an array of a million items has one job in sight,
 * and the next when that is taken. An item whose exclusive key is busy waits out of sight with its key, and the one
 * behind it comes.
 */
final class Feed {
    /** Of one array; more would fill the memory if all its items had one key. */
    private static final int MAX_BROUGHT = 10_000;

    final JobArray array;
    /** Those that were brought and not taken. */
    private final Set<String> brought = new HashSet<>();
    /** Of those, the ones in sight. */
    final TreeSet<Job> shown = new TreeSet<>(Comparator.comparingLong(Job::sequence));
    /** Those that would be in sight, but the array lets none of its items start. */
    final TreeSet<Job> held = new TreeSet<>(Comparator.comparingLong(Job::sequence));

    private boolean open;
    private int frontier;
    private int next;

    Feed(JobArray array) {
        this.array = array;
    }

    void brought(Job job) {
        brought.add(job.id());
    }

    void taken(Job job) {
        brought.remove(job.id());
    }

    /**
     * Takes note of how the array is now.
     *
     * @return whether other items may start than before
     */
    boolean look(boolean isOpen) {
        boolean changed = open != isOpen || frontier != array.frontier();
        open = isOpen;
        frontier = array.frontier();
        return changed;
    }

    /** Whether the array lets an item start. */
    boolean lets(Job item) {
        return open && item.index() < frontier;
    }

    boolean hasBrought(String jobId) {
        return brought.contains(jobId);
    }

    /** How many untouched items go before one. */
    int ahead(Job item) {
        return Math.max(0, item.index() - next);
    }

    /** The next item to bring; null if there is none, or enough are there. */
    Job next(Reserved reserved) {
        boolean enough = !shown.isEmpty() && array.spec().onEach().isEmpty();
        if (!open || enough || brought.size() >= MAX_BROUGHT) return null;
        for (int index = array.nextUntouched(next); index >= 0; index = array.nextUntouched(next)) {
            next = index + 1;
            String jobId = array.itemId(index);
            if (!reserved.has(jobId) && !brought.contains(jobId)) return array.job(index);
        }
        return null;
    }
}
