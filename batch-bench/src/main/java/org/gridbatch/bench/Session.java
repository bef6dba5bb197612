/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.WorkQueue;

/** The queue as a driver calls it: every call is waited for, and an answer that is not the wanted one is an error. */
final class Session {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration HISTORY_LIMIT = Duration.ofMinutes(5);

    private final JobQueue jobs;
    private final WorkQueue work;

    Session(JobQueue jobs, WorkQueue work) {
        this.jobs = jobs;
        this.work = work;
    }

    JobQueue jobs() {
        return jobs;
    }

    WorkQueue work() {
        return work;
    }

    /** Returns when all of them are acknowledged. */
    int submit(List<JobSpec> specs) throws Exception {
        List<Submitted> answer = answer(jobs.submit(specs));
        if (answer.size() != specs.size()) {
            throw new IllegalStateException(answer.size() + " jobs were acknowledged, want " + specs.size());
        }
        for (Submitted each : answer) {
            if (each.repeated()) throw new IllegalStateException("job " + each.jobId() + " was known before");
        }
        return specs.size();
    }

    /** How many jobs are available, as the server counts them. */
    long available() throws Exception {
        return answer(jobs.status()).counts().get(JobState.AVAILABLE);
    }

    /**
     * Waits until all that is final is in the history: what was taken out before must not be written at the cost of what
     * is measured next.
     */
    void awaitHistory() throws Exception {
        long deadline = System.nanoTime() + HISTORY_LIMIT.toNanos();
        for (int left; (left = answer(jobs.status()).unarchived()) > 0; ) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(left + " final jobs are not in the history after " + HISTORY_LIMIT);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** The answer; what the stage failed with is thrown as it is. */
    static <T> T answer(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
            if (cause instanceof Exception failure) throw failure;
            throw e;
        }
    }
}
