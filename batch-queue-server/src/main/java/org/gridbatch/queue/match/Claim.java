/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.osgi.framework.Filter;

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
    final Filter accepts;
    final List<Call> calls = new ArrayList<>(1);
    final List<String> proposed = new ArrayList<>();
    /** Its place in the line; it gets a new one when there is reason to try it anew. */
    long number;

    Offer offer;
    /** Whether an operator lets the worker have no more jobs. */
    boolean drained;

    long deadlineNanos;
    boolean granting;
    boolean ended;
    /** One that selects jobs by a filter looks at those that wait step by step: up to this sequence it has. */
    long scannedUpTo;

    /** A newer claim of the same worker that came while this one waits for the log; null if none did. */
    Successor successor;

    /** A claim that is opened when the one before it is decided, so that its grants are not lost on the way. */
    record Successor(ClaimRequest request, Offer offer, CompletableFuture<List<Lease>> answer) {}

    /** @throws org.gridbatch.api.InvalidRequestException if what it accepts is no filter */
    Claim(ClaimRequest request, Offer offer) {
        this.request = request;
        this.offer = offer;
        accepts = Filters.of("accepts", request.accepts());
    }

    Key key() {
        return Key.of(request);
    }

    boolean hasRoom() {
        return proposed.size() < request.slots();
    }

    /** Whether it can run the jobs of a bin; one with {@code accepts} looks at each job as well. */
    boolean takes(Bin bin) {
        return !drained && takesQueue(bin.shape.queue()) && offer.fits(bin);
    }

    boolean takesQueue(String queue) {
        return request.queues().isEmpty() || request.queues().contains(queue);
    }

    boolean accepts(JobSpec spec) {
        return accepts == null || accepts.matches(Filters.attributes(spec));
    }
}
