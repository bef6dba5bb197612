/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Jobs by their sequence, oldest first, in pages of neighbours. A copy shares the pages, and a shared page is copied
 * before it changes: so the core stands still for a snapshot of a million jobs only while it notes where the pages are.
 */
final class JobsByAge extends AbstractCollection<Job> {
    private static final int BITS = 6;
    private static final int ON_PAGE = 1 << BITS;

    private static final class Page {
        private final Job[] jobs;
        private int used;
        /** The number of copies before this page was made: if there are more now, one of them shares it. */
        private final int copies;

        private Page(Job[] jobs, int used, int copies) {
            this.jobs = jobs;
            this.used = used;
            this.copies = copies;
        }

        /** The first job from a slot on, in the given direction; null if there is none. */
        private Job from(int slot, int step) {
            for (int i = slot; i >= 0 && i < ON_PAGE; i += step) if (jobs[i] != null) return jobs[i];
            return null;
        }

        private Job nth(int index) {
            int before = 0;
            for (Job job : jobs) if (job != null && before++ == index) return job;
            throw new IndexOutOfBoundsException(index);
        }
    }

    /** The jobs as they were at one moment; for any thread. */
    private static final class Copy extends AbstractList<Job> {
        private final Page[] pages;
        /** How many jobs are before each page. */
        private final int[] before;

        private final int size;

        private Copy(Page[] pages, int size) {
            this.pages = pages;
            this.size = size;
            before = new int[pages.length];
            for (int i = 1; i < pages.length; i++) before[i] = before[i - 1] + pages[i - 1].used;
        }

        @Override
        public Job get(int index) {
            Objects.checkIndex(index, size);
            int found = Arrays.binarySearch(before, index);
            int page = found >= 0 ? found : -found - 2;
            return pages[page].nth(index - before[page]);
        }

        @Override
        public int size() {
            return size;
        }
    }

    private final TreeMap<Long, Page> pages = new TreeMap<>();
    private int size;
    private int copies;

    /** Takes a job, in place of the one that had its sequence. */
    void put(Job job) {
        Page page = toChange(number(job.sequence()));
        int slot = slot(job.sequence());
        if (page.jobs[slot] == null) {
            page.used++;
            size++;
        }
        page.jobs[slot] = job;
    }

    /** Forgets a job that is here. */
    void remove(Job job) {
        Page page = toChange(number(job.sequence()));
        page.jobs[slot(job.sequence())] = null;
        size--;
        if (--page.used == 0) pages.remove(number(job.sequence()));
    }

    /** The page of this number, which no copy shares. */
    private Page toChange(long number) {
        Page page = pages.get(number);
        if (page != null && page.copies == copies) return page;
        Page own =
                page == null ? new Page(new Job[ON_PAGE], 0, copies) : new Page(page.jobs.clone(), page.used, copies);
        pages.put(number, own);
        return own;
    }

    /** The first job behind a sequence; null if there is none. */
    Job after(long sequence) {
        Page page = pages.get(number(sequence));
        Job onPage = page == null ? null : page.from(slot(sequence) + 1, 1);
        if (onPage != null) return onPage;
        Map.Entry<Long, Page> next = pages.higherEntry(number(sequence));
        return next == null ? null : next.getValue().from(0, 1);
    }

    /** The last job before a sequence; null if there is none. */
    Job before(long sequence) {
        Page page = pages.get(number(sequence));
        Job onPage = page == null ? null : page.from(slot(sequence) - 1, -1);
        if (onPage != null) return onPage;
        Map.Entry<Long, Page> next = pages.lowerEntry(number(sequence));
        return next == null ? null : next.getValue().from(ON_PAGE - 1, -1);
    }

    /** The jobs beyond a sequence, older or newer, nearest first. */
    Iterable<Job> beyond(long sequence, boolean older) {
        return () -> new Iterator<>() {
            private Job next = older ? before(sequence) : after(sequence);

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Job next() {
                if (next == null) throw new NoSuchElementException();
                Job job = next;
                next = older ? before(job.sequence()) : after(job.sequence());
                return job;
            }
        };
    }

    @Override
    public Iterator<Job> iterator() {
        return beyond(Long.MIN_VALUE, false).iterator();
    }

    @Override
    public int size() {
        return size;
    }

    /** The jobs as they are now; what is done here afterwards does not change it. */
    List<Job> copy() {
        copies++;
        return new Copy(pages.values().toArray(new Page[0]), size);
    }

    private static long number(long sequence) {
        return sequence >> BITS;
    }

    private static int slot(long sequence) {
        return (int) sequence & (ON_PAGE - 1);
    }
}
