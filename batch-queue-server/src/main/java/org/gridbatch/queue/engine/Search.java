/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobView;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;
import org.gridbatch.queue.core.QueueMachine;

/** One page of jobs in the making: it looks at a bounded number of jobs at a time, so that others get their turn. */
final class Search {
    private static final int SLICE = 1_000;

    private final JobQuery query;
    private final String tagKey;
    private final String tagValue;
    private final List<JobView> found = new ArrayList<>();
    private final PageSize size = new PageSize();
    final CompletableFuture<JobPage> answer = new CompletableFuture<>();
    private long position;
    /** Whether the position is one that was looked at. */
    private boolean started;

    private JobPage page;

    /** @throws InvalidRequestException if the cursor is not one of ours */
    Search(JobQuery query) {
        this.query = query;
        int equals = query.tag().indexOf('=');
        tagKey = equals < 0 ? "" : query.tag().substring(0, equals);
        tagValue = equals < 0 ? "" : query.tag().substring(equals + 1);
        if (query.after().isEmpty()) {
            position = query.newestFirst() ? Long.MAX_VALUE : 0;
        } else {
            try {
                position = Long.parseLong(query.after());
                started = true;
            } catch (NumberFormatException e) {
                throw new InvalidRequestException(
                        "after is '" + query.after() + "', want what the page before gave as next");
            }
        }
    }

    /** Looks at the next slice; true when the page is done. */
    boolean step(QueueMachine machine) {
        if (!query.array().isEmpty()) return items(machine);
        return query.jobIds().isEmpty() ? scan(machine) : pick(machine);
    }

    JobPage page() {
        return page;
    }

    private boolean scan(QueueMachine machine) {
        Iterator<Job> jobs = machine.beyond(position, query.newestFirst()).iterator();
        for (int looked = 0; looked < SLICE; looked++) {
            if (!jobs.hasNext()) return end("");
            if (isFull()) return end(String.valueOf(position));
            take(machine, jobs.next());
        }
        return false;
    }

    /** The items of one array, by index; those that were pruned are left out. */
    private boolean items(QueueMachine machine) {
        JobArray array = machine.array(query.array());
        if (array == null) return end("");
        int first = query.newestFirst() ? array.size() - 1 : 0;
        int step = query.newestFirst() ? -1 : 1;
        int index = started ? (int) Math.max(-1, Math.min(position, array.size())) + step : first;
        for (int looked = 0; looked < SLICE; looked++, index += step) {
            if (index < 0 || index >= array.size()) return end("");
            if (isFull()) return end(String.valueOf(position));
            started = true;
            position = index;
            Job item = machine.job(array.itemId(index));
            if (item != null && matches(item)) add(machine.view(item));
        }
        return false;
    }

    private boolean pick(QueueMachine machine) {
        Comparator<Job> order = Comparator.comparingLong(Job::sequence);
        if (query.newestFirst()) order = order.reversed();
        List<Job> jobs = query.jobIds().stream()
                .distinct()
                .map(machine::job)
                .filter(Objects::nonNull)
                .filter(job -> query.newestFirst() ? job.sequence() < position : job.sequence() > position)
                .sorted(order)
                .toList();
        for (Job job : jobs) {
            if (isFull()) return end(String.valueOf(position));
            take(machine, job);
        }
        return end("");
    }

    private void take(QueueMachine machine, Job job) {
        position = job.sequence();
        boolean isHidden = job.isItem() && !query.items() && query.jobIds().isEmpty();
        if (isHidden || !matches(job)) return;
        add(machine.view(job));
    }

    private void add(JobView view) {
        found.add(view);
        size.add(view);
    }

    private boolean isFull() {
        return found.size() == query.limit() || size.isFull();
    }

    private boolean matches(Job job) {
        return (query.queue().isEmpty() || query.queue().equals(job.spec().queue()))
                && (query.states().isEmpty() || query.states().contains(job.state()))
                && (query.by().isEmpty() || query.by().equals(job.by()))
                && (query.name().isEmpty() || query.name().equals(job.spec().name()))
                && (tagKey.isEmpty() || tagValue.equals(job.spec().tags().get(tagKey)));
    }

    private boolean end(String next) {
        page = new JobPage(found, next);
        return true;
    }
}
