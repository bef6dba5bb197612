/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.JobView;
import org.gridbatch.api.UnknownJobException;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;

/** The calls that wait for a job to become final; none costs a thread. */
final class Waiters {
    private static final class Waiter {
        final String jobId;
        final CompletableFuture<JobView> answer;
        final long deadlineNanos;
        final long number;

        Waiter(String jobId, CompletableFuture<JobView> answer, long deadlineNanos, long number) {
            this.jobId = jobId;
            this.answer = answer;
            this.deadlineNanos = deadlineNanos;
            this.number = number;
        }
    }

    private final QueueMachine machine;
    private final Executor answers;
    private final Map<String, List<Waiter>> byJob = new HashMap<>();
    private final TreeSet<Waiter> byDeadline =
            new TreeSet<>(Comparator.comparingLong((Waiter waiter) -> waiter.deadlineNanos)
                    .thenComparingLong(waiter -> waiter.number));
    private long nextNumber;

    Waiters(QueueMachine machine, Executor answers) {
        this.machine = machine;
        this.answers = answers;
    }

    int size() {
        return byDeadline.size();
    }

    void add(String jobId, long deadlineNanos, CompletableFuture<JobView> answer) {
        Waiter waiter = new Waiter(jobId, answer, deadlineNanos, nextNumber++);
        byJob.computeIfAbsent(jobId, id -> new ArrayList<>(1)).add(waiter);
        byDeadline.add(waiter);
    }

    void changed(Change change) {
        if (byJob.isEmpty()) return;
        Job after = change.after();
        if (after != null && !after.state().isFinal()) return;
        String jobId = after != null ? after.id() : change.before().id();
        List<Waiter> waiters = byJob.remove(jobId);
        if (waiters == null) return;
        for (Waiter waiter : waiters) {
            byDeadline.remove(waiter);
            finish(waiter, after);
        }
    }

    void timeUp(long now) {
        while (!byDeadline.isEmpty() && byDeadline.first().deadlineNanos <= now) {
            Waiter waiter = byDeadline.pollFirst();
            byJob.computeIfPresent(waiter.jobId, (id, waiters) -> {
                waiters.remove(waiter);
                return waiters.isEmpty() ? null : waiters;
            });
            finish(waiter, machine.job(waiter.jobId));
        }
    }

    void failAll(BatchException why) {
        for (Waiter waiter : byDeadline) {
            answers.execute(() -> waiter.answer.completeExceptionally(why));
        }
        byJob.clear();
        byDeadline.clear();
    }

    private void finish(Waiter waiter, Job job) {
        if (job == null) {
            answers.execute(() -> waiter.answer.completeExceptionally(unknown(waiter.jobId)));
        } else {
            JobView view = machine.view(job);
            answers.execute(() -> waiter.answer.complete(view));
        }
    }

    static UnknownJobException unknown(String jobId) {
        return new UnknownJobException("there is no job " + jobId + ", or it was pruned", jobId);
    }
}
