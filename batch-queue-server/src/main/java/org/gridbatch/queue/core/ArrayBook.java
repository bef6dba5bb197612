/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The arrays by id and by the sequence of their items. Iteration is in the order of ids. */
final class ArrayBook {
    private final TreeMap<String, JobArray> byId = new TreeMap<>();
    private final TreeMap<Long, JobArray> bySequence = new TreeMap<>();
    /** Those that are not sealed, the oldest first. */
    private final Map<String, JobArray> open = new LinkedHashMap<>();
    /** Those that have items to be ended, small ones first: nobody waits for the end of a million of another's. */
    private final TreeSet<JobArray> ending =
            new TreeSet<>(Comparator.comparingInt(JobArray::size).thenComparing(JobArray::id));

    JobArray get(String arrayId) {
        return arrayId.isEmpty() ? null : byId.get(arrayId);
    }

    Collection<JobArray> all() {
        return byId.values();
    }

    void add(JobArray array) {
        byId.put(array.id(), array);
        if (array.sealed) sealed(array);
        else open.put(array.id(), array);
        if (array.ending != null && array.endedUpTo < array.size()) ending.add(array);
    }

    void ending(JobArray array) {
        ending.add(array);
    }

    void ended(JobArray array) {
        ending.remove(array);
    }

    /** Null if there is none. */
    JobArray nextEnding() {
        return ending.isEmpty() ? null : ending.first();
    }

    /** The array has all its items now. */
    void sealed(JobArray array) {
        open.remove(array.id());
        if (array.size() > 0) bySequence.put(array.firstSequence, array);
    }

    int size() {
        return byId.size();
    }

    void remove(JobArray array) {
        byId.remove(array.id());
        open.remove(array.id());
        ending.remove(array);
        bySequence.remove(array.firstSequence, array);
    }

    /** The one that has been open for longest; null if none is. */
    JobArray oldestOpen() {
        return open.isEmpty() ? null : open.values().iterator().next();
    }

    /** The array that a job with this id is an item of; null if it is none. */
    JobArray ofItem(String jobId) {
        int colon = jobId.lastIndexOf(':');
        JobArray array = colon <= 0 || byId.isEmpty() ? null : byId.get(jobId.substring(0, colon));
        return array != null && index(jobId) < array.size() ? array : null;
    }

    /** The index in the id of an item; {@link Integer#MAX_VALUE} if it has none. */
    static int index(String jobId) {
        int colon = jobId.lastIndexOf(':');
        int length = jobId.length() - colon - 1;
        if (length < 1 || length > 7 || length > 1 && jobId.charAt(colon + 1) == '0') return Integer.MAX_VALUE;
        int index = 0;
        for (int i = colon + 1; i < jobId.length(); i++) {
            int digit = jobId.charAt(i) - '0';
            if (digit < 0 || digit > 9) return Integer.MAX_VALUE;
            index = 10 * index + digit;
        }
        return index;
    }

    /** An item that was never touched, as a job; null if there is no such item. */
    Job untouched(String jobId) {
        JobArray array = ofItem(jobId);
        if (array == null) return null;
        int index = index(jobId);
        return array.isUntouched(index) ? array.job(index) : null;
    }

    /** The first item behind a sequence that was never touched, of the array that goes on there or begins next. */
    Job untouchedAfter(long sequence) {
        Map.Entry<Long, JobArray> entry = bySequence.floorEntry(sequence);
        if (entry == null) entry = bySequence.higherEntry(sequence);
        for (; entry != null; entry = bySequence.higherEntry(entry.getKey())) {
            JobArray array = entry.getValue();
            int index = array.nextUntouched((int) Math.max(0, Math.min(array.size(), sequence + 1 - entry.getKey())));
            if (index >= 0) return array.job(index);
        }
        return null;
    }
}
