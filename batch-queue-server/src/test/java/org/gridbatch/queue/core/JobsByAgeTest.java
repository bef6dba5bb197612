/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.gridbatch.api.JobState;
import org.junit.Test;

public class JobsByAgeTest {
    private final JobsByAge jobs = new JobsByAge();
    private final TreeMap<Long, Job> wanted = new TreeMap<>();

    @Test
    public void itDoesWhatATreeMapDoes() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            Map<List<Job>, List<Job>> copies = new LinkedHashMap<>();
            for (int step = 0; step < 400; step++) {
                long sequence = random.nextInt(8) * 1_000L + random.nextInt(70);
                if (wanted.containsKey(sequence) && random.nextBoolean()) remove(sequence);
                else put(job(sequence));
                if (random.nextInt(40) == 0) copies.put(jobs.copy(), new ArrayList<>(wanted.values()));
                compare(random.nextInt(8_100) - 10L);
            }
            copies.forEach((copy, then) -> assertEquals(then, copy));
            for (long sequence : new ArrayList<>(wanted.keySet())) remove(sequence);
            compare(0);
        }
    }

    @Test
    public void aCopyStaysAsItWas() {
        put(job(1));
        put(job(40));
        List<Job> copy = jobs.copy();
        Job first = wanted.get(1L);
        put(job(1));
        put(job(2));
        remove(40);
        assertEquals(2, copy.size());
        assertSame(first, copy.get(0));
        assertEquals(40, copy.get(1).sequence());
        assertThrows(IndexOutOfBoundsException.class, () -> copy.get(2));
        assertEquals(new ArrayList<>(wanted.values()), new ArrayList<>(jobs));
    }

    @Test
    public void whatIsRemovedDuringALookAtAllDoesNotEndIt() {
        for (int i = 0; i < 100; i++) put(job(i));
        List<Long> seen = new ArrayList<>();
        for (Job job : jobs.beyond(-1, false)) {
            seen.add(job.sequence());
            remove(job.sequence());
        }
        assertEquals(100, seen.size());
        assertEquals(0, jobs.size());
    }

    private void put(Job job) {
        wanted.put(job.sequence(), job);
        jobs.put(job);
    }

    private void remove(long sequence) {
        jobs.remove(wanted.remove(sequence));
    }

    private void compare(long sequence) {
        assertEquals(wanted.size(), jobs.size());
        assertEquals(new ArrayList<>(wanted.values()), new ArrayList<>(jobs));
        assertEquals(new ArrayList<>(wanted.tailMap(sequence, false).values()), beyond(sequence, false));
        assertEquals(
                new ArrayList<>(wanted.headMap(sequence, false).descendingMap().values()), beyond(sequence, true));
        if (wanted.isEmpty()) assertNull(jobs.after(Long.MIN_VALUE));
        else assertSame(wanted.lastEntry().getValue(), jobs.before(Long.MAX_VALUE));
    }

    private List<Job> beyond(long sequence, boolean older) {
        List<Job> found = new ArrayList<>();
        jobs.beyond(sequence, older).forEach(found::add);
        return found;
    }

    private static Job job(long sequence) {
        return JobsTest.job(JobState.AVAILABLE, sequence);
    }
}
