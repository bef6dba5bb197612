/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Lease;

/** An open claim: it waits for jobs, or for the log to confirm the jobs that were proposed for it. */
final class Claim {
    /** One call that waits for the answer; a claim that is repeated has several. */
    record Call(CompletableFuture<List<Lease>> answer, long arrivedNanos) {}

    /** Who claims. */
    record Key(String worker, String incarnation) {
        static Key of(ClaimRequest request) {
            return new Key(request.worker(), request.incarnation());
        }
    }

    final ClaimRequest request;
    final long number;
    final List<Call> calls = new ArrayList<>(1);
    final List<String> proposed = new ArrayList<>();
    long deadlineNanos;
    boolean granting;
    boolean ended;

    /** A newer claim of the same worker that came while this one waits for the log; null if none did. */
    Successor successor;

    /** A claim that is opened when the one before it is decided, so that its grants are not lost on the way. */
    record Successor(ClaimRequest request, CompletableFuture<List<Lease>> answer) {
        /** The slots that are left when the claim before was granted some. */
        int slotsAfter(int granted) {
            return request.slots() - granted;
        }

        ClaimRequest withSlots(int slots) {
            return new ClaimRequest(
                    request.worker(),
                    request.incarnation(),
                    request.claimId(),
                    request.queues(),
                    request.jobId(),
                    slots,
                    request.totalSlots(),
                    request.labels(),
                    request.maxWait());
        }
    }

    Claim(ClaimRequest request, long number) {
        this.request = request;
        this.number = number;
    }

    Key key() {
        return Key.of(request);
    }

    boolean hasRoom() {
        return proposed.size() < request.slots();
    }

    boolean takes(String queue, String jobId) {
        return (request.queues().isEmpty() || request.queues().contains(queue))
                && (request.jobId().isEmpty() || request.jobId().equals(jobId));
    }
}
