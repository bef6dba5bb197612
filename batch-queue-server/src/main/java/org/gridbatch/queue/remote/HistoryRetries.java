/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobState;
import org.gridbatch.queue.archive.HistoryReads;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.engine.QueueEngine;

/** Tries jobs again that have left memory, with what the history knows of them. */
final class HistoryRetries {
    private final QueueEngine engine;
    private final HistoryReads history;
    private final Command.Room room;

    HistoryRetries(QueueEngine engine, HistoryReads history, Command.Room room) {
        this.engine = engine;
        this.history = history;
        this.room = room;
    }

    /** The same answers, but for jobs that the queue does not have and the history does; one job after the other. */
    CompletableFuture<List<Changed>> retry(List<Changed> answers, String by) {
        CompletableFuture<List<Changed>> all = CompletableFuture.completedFuture(new ArrayList<>(answers));
        for (int i = 0; i < answers.size(); i++) {
            int place = i;
            Changed answer = answers.get(i);
            if (answer.outcome() != ChangeOutcome.REFUSED && answer.outcome() != ChangeOutcome.UNKNOWN) continue;
            all = all.thenCompose(list -> retry(answer, by).thenApply(better -> {
                list.set(place, better);
                return list;
            }));
        }
        return all;
    }

    private CompletableFuture<Changed> retry(Changed answer, String by) {
        return history.get(answer.jobId()).thenCompose(found -> {
            if (found.isEmpty()) return CompletableFuture.completedFuture(answer);
            JobDetail job = found.get();
            JobState state = job.view().state();
            if (state != JobState.CANCELLED && state != JobState.DISCARDED) {
                return CompletableFuture.completedFuture(answer);
            }
            if (job.view().array().items() >= 0) {
                return CompletableFuture.completedFuture(new Changed(
                        answer.jobId(),
                        ChangeOutcome.REFUSED,
                        "",
                        "it is an array, and in the history only, which cannot make its items anew; push it anew"));
            }
            String known = job.view().retriedAs();
            if (!known.isEmpty()) {
                return CompletableFuture.completedFuture(new Changed(
                        answer.jobId(), ChangeOutcome.ALREADY, known, "it was so before the job left memory"));
            }
            boolean isRetry = !job.view().retryOf().isEmpty();
            return engine.execute(new Command.RetryArchived(job.spec(), isRetry, room, by))
                    .thenApply(result -> result instanceof Result.Altered altered
                            ? altered.jobs().get(0)
                            : new Changed(
                                    answer.jobId(),
                                    ChangeOutcome.REFUSED,
                                    "",
                                    result instanceof Result.Refused refused ? refused.message() : ""));
        });
    }
}
