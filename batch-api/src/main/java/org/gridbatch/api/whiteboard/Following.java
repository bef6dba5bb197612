/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.whiteboard;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.client.GridClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one listener hears: it asks the queue for the jobs behind its position, waits there without a thread, calls the
 * listener for each of them, and asks again. It asks for no more before the listener has heard what there is, so one that
 * is slow costs no memory. While the queue is away it tries again for ever, and goes on at its position.
 */
final class Following {
    private static final Logger LOG = LoggerFactory.getLogger(Following.class);
    private static final int MOST = 500;
    /** Shorter than an exported service's calls may take. */
    private static final Duration WAIT = Duration.ofSeconds(30);
    /** So long the client calls again by itself, sooner when another queue comes in sight. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final String name;
    private final JobListener listener;
    private final GridClient client;
    private final Threads threads;
    /** Held while the listener is called, so that it never is twice at a time. */
    private final Object turn = new Object();

    /** From here on guarded by this. */
    private String position;

    private String filter = "";
    /** What was asked with another filter is not wanted any more. */
    private long round;

    private boolean ended;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private String problem = "";

    /** @param after where to begin; empty for now */
    Following(String name, JobListener listener, GridClient client, Threads threads, String after) {
        this.name = name;
        this.listener = listener;
        this.client = client;
        this.threads = threads;
        this.position = after;
    }

    /** Hears what passes a filter from now on; what it was told before stays told. */
    void listen(String wanted) {
        long next;
        synchronized (this) {
            if (round > 0 && wanted.equals(filter) || ended) return;
            filter = wanted;
            next = ++round;
        }
        ask(next);
    }

    synchronized void end() {
        ended = true;
    }

    private synchronized boolean isCurrent(long asked) {
        return !ended && round == asked;
    }

    private void ask(long asked) {
        String after;
        String wanted;
        synchronized (this) {
            if (!isCurrent(asked)) return;
            after = position;
            wanted = filter;
        }
        client.call(FinalJobs.class, jobs -> jobs.after(after, wanted, MOST, WAIT), PATIENCE)
                .whenComplete((page, failure) -> threads.run(() -> {
                    if (failure == null) hear(asked, page);
                    else failed(asked, failure);
                }));
    }

    private void hear(long asked, FinalPage page) {
        synchronized (turn) {
            if (!isCurrent(asked)) return;
            works();
            if (page.missed()) call("that it has missed some", listener::missed);
            for (FinalJob job : page.jobs()) {
                if (!isCurrent(asked)) return;
                call("of job " + job.view().jobId(), () -> listener.jobIsFinal(job));
                reached(job.position());
            }
            reached(page.next());
        }
        ask(asked);
    }

    private void call(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{} was told {} and has failed; it is not told again", name, what, e);
        }
    }

    private synchronized void reached(String next) {
        position = next;
    }

    private synchronized void works() {
        pauseMillis = FIRST_PAUSE_MILLIS;
        if (problem.isEmpty()) return;
        problem = "";
        LOG.info("{} hears of jobs again", name);
    }

    private void failed(long asked, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        long pause;
        synchronized (this) {
            if (!isCurrent(asked)) return;
            if (cause instanceof InvalidRequestException) {
                LOG.error("{} hears of nothing until its properties are changed: {}", name, cause.getMessage());
                return;
            }
            if (!String.valueOf(cause.getMessage()).equals(problem)) {
                problem = String.valueOf(cause.getMessage());
                LOG.warn("{} hears of no jobs now, and will hear of them later: {}", name, problem);
            }
            pause = pauseMillis;
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
        threads.runIn(pause, () -> ask(asked));
    }
}
