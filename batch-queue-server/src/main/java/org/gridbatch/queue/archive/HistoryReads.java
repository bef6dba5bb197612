/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobView;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.queue.core.Place;

/** Reads the archive on threads of its own, so that a slow database holds up nobody but those who ask it. */
public final class HistoryReads implements AutoCloseable {
    private static final int MOST_WAITING = 200;

    private final Archive archive;
    private final ThreadPoolExecutor threads;

    /** @param readers how many read at once */
    public HistoryReads(Archive archive, int readers) {
        this.archive = archive;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                readers, readers, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "queue-server history " + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    private interface Read<T> {
        T from(Archive archive) throws ArchiveException;
    }

    public CompletableFuture<HistoryPage> find(HistoryQuery query) {
        return read(from -> from.find(query));
    }

    /** Empty if the archive does not have the job. */
    public CompletableFuture<Optional<JobDetail>> get(String jobId) {
        return read(from -> from.get(jobId));
    }

    /** See {@link Archive#finals}. */
    public CompletableFuture<FinalPage> finals(Place after, Place through, Predicate<JobView> wanted, int most) {
        return read(from -> from.finals(after, through, wanted, most));
    }

    public CompletableFuture<AuditPage> audit(AuditQuery query) {
        return read(from -> from.audit(query));
    }

    private <T> CompletableFuture<T> read(Read<T> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    answer.complete(read.from(archive));
                } catch (ArchiveException e) {
                    answer.completeExceptionally(
                            new QueueUnavailableException("the history cannot be read now: " + e.getMessage()));
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new QueueUnavailableException("too many wait for the history already; repeat later"));
        }
        return answer;
    }

    /**
     * Ends the threads when they have answered; close the archive first, then those who wait hear that at once. Nobody
     * is interrupted: H2 would lose its file.
     */
    @Override
    public void close() {
        threads.shutdown();
        List<Runnable> waiting = new ArrayList<>();
        threads.getQueue().drainTo(waiting);
        waiting.forEach(Runnable::run);
    }
}
