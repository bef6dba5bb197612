/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.whiteboard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;

/** Final jobs whose positions are their indexes; a test adds to them, and they outlive the services that serve them. */
final class FakeFinalJobs implements FinalJobs {
    record Call(String position, String filter) {}

    private record Waiting(int at, String filter, int most, CompletableFuture<FinalPage> answer) {}

    private final List<String> ids = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    final List<Call> calls = new ArrayList<>();
    RuntimeException failure;
    boolean missed;

    @Override
    public synchronized CompletionStage<FinalPage> after(String position, String filter, int most, Duration atMost) {
        calls.add(new Call(position, filter));
        if (failure != null) return CompletableFuture.failedFuture(failure);
        if (position.isEmpty()) {
            return CompletableFuture.completedFuture(new FinalPage(List.of(), "0-" + ids.size(), false));
        }
        int at = Integer.parseInt(position.substring(2));
        Waiting call = new Waiting(at, filter, most, new CompletableFuture<>());
        if (!serve(call)) waiting.add(call);
        return call.answer;
    }

    /** A filter is a beginning that ids want. */
    private boolean serve(Waiting call) {
        if (call.at >= ids.size() && !missed) return false;
        List<FinalJob> page = new ArrayList<>();
        int next = call.at;
        for (; next < ids.size() && page.size() < call.most; next++) {
            if (ids.get(next).startsWith(call.filter)) page.add(new FinalJob("0-" + (next + 1), view(ids.get(next))));
        }
        boolean told = missed;
        missed = false;
        return call.answer.complete(new FinalPage(page, "0-" + next, told));
    }

    synchronized void add(String... more) {
        ids.addAll(List.of(more));
        waiting.removeIf(this::serve);
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** The server has gone; callers have hung up. */
    synchronized void hangUp(RuntimeException why) {
        waiting.forEach(call -> call.answer.completeExceptionally(why));
        waiting.clear();
    }

    synchronized void failWith(RuntimeException why) {
        failure = why;
    }

    synchronized void forget() {
        missed = true;
    }

    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    private static JobView view(String id) {
        return new JobView(
                id,
                "queue",
                "",
                "",
                JobState.COMPLETED,
                1,
                1,
                0,
                "w1",
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                "",
                "",
                Map.of(),
                "",
                "",
                "",
                "",
                ArrayView.NONE,
                "");
    }
}
