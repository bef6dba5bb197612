/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Report;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.api.WorkQueue;

/** A queue whose answers the test gives; heartbeats and reports are answered at once unless told otherwise. */
final class FakeQueue implements WorkQueue {
    final List<Call<ClaimRequest, List<Lease>>> claims = new ArrayList<>();
    final List<Call<Ad, Void>> ads = new ArrayList<>();
    final List<Call<Heartbeat, HeartbeatReply>> heartbeats = new ArrayList<>();
    final List<Call<List<Report>, List<Verdict>>> reports = new ArrayList<>();
    Duration leaseFor = Duration.ofSeconds(30);
    boolean answersHeartbeats = true;
    boolean answersReports = true;
    boolean away;
    boolean takesReports = true;
    List<Long> lost = List.of();
    List<Long> cancelled = List.of();
    List<Long> watched = List.of();
    boolean refusesNews;
    VerdictKind verdict = VerdictKind.ACCEPTED;

    record Call<A, B>(A request, CompletableFuture<B> answer) {}

    private <A, B> CompletableFuture<B> called(List<Call<A, B>> calls, A request) {
        if (away) throw new QueueUnavailableException("no queue-server is in sight");
        CompletableFuture<B> answer = new CompletableFuture<>();
        calls.add(new Call<>(request, answer));
        return answer;
    }

    @Override
    public CompletionStage<List<Lease>> claim(ClaimRequest request) {
        return called(claims, request);
    }

    @Override
    public CompletionStage<Void> advertise(String worker, String incarnation, Ad ad) {
        CompletableFuture<Void> answer = called(ads, ad);
        answer.complete(null);
        return answer;
    }

    @Override
    public CompletionStage<HeartbeatReply> heartbeat(Heartbeat beat) {
        CompletableFuture<HeartbeatReply> answer = called(heartbeats, beat);
        if (refusesNews && !beat.live().isEmpty()) {
            answer.completeExceptionally(new InvalidRequestException("live parts are not for me"));
        } else if (answersHeartbeats) {
            answer.complete(new HeartbeatReply(leaseFor, lost, cancelled, watched));
        }
        return answer;
    }

    @Override
    public CompletionStage<List<Verdict>> report(List<Report> sent) {
        if (!takesReports) throw new QueueUnavailableException("it is stopping");
        CompletableFuture<List<Verdict>> answer = called(reports, sent);
        if (answersReports) answer.complete(verdicts(sent));
        return answer;
    }

    List<Verdict> verdicts(List<Report> sent) {
        return sent.stream()
                .map(report -> new Verdict(report.leaseId(), verdict, JobState.COMPLETED, "for a test"))
                .toList();
    }

    /** All reports that arrived, in order. */
    List<Report> reported() {
        return reports.stream().flatMap(call -> call.request().stream()).toList();
    }

    Call<ClaimRequest, List<Lease>> lastClaim() {
        return claims.get(claims.size() - 1);
    }
}
