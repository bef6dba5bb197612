/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.AbstractList;
import java.util.List;
import org.gridbatch.api.JobView;

/** Jobs, and where the next ones begin. */
final class JobList extends AbstractList<JobView> {
    private final List<JobView> jobs;
    private final String next;

    JobList(List<JobView> jobs, String next) {
        this.jobs = List.copyOf(jobs);
        this.next = next;
    }

    @Override
    public JobView get(int index) {
        return jobs.get(index);
    }

    @Override
    public int size() {
        return jobs.size();
    }

    /** What {@code jobs --after} takes for the next ones; empty if these are the last. */
    public String next() {
        return next;
    }
}
