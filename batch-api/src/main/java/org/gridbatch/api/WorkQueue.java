/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The queue as workers see it; exported in one endpoint with {@link JobQueue}. The same rules hold: every call can be
 * repeated, every stage ends, and it fails with the same exceptions.
 */
@ProviderType
public interface WorkQueue {
    /**
     * Takes jobs, and waits for one if there is none. A waiting claim costs no thread. A newer claim of the same worker
     * ends the older one with an empty answer; a claim of a new incarnation does so for the one before.
     *
     * @return the leases, on disk; empty after {@code maxWait}
     * @throws UnknownAdException (in the stage) if the server does not know the ad of that version: advertise it
     * @throws InvalidRequestException (in the stage) if {@code accepts} is no filter
     */
    CompletionStage<List<Lease>> claim(ClaimRequest request);

    /**
     * Tells what a worker offers, in place of what it offered before. The server forgets it when it restarts, and when it
     * has not heard of the worker for ten minutes.
     */
    CompletionStage<Void> advertise(String worker, String incarnation, Ad ad);

    /** Extends the leases that it lists. Never touches the disk. */
    CompletionStage<HeartbeatReply> heartbeat(Heartbeat beat);

    /**
     * Ends leases.
     *
     * @param reports 1 to 1,000
     * @return one verdict for each report, in order, on disk
     */
    CompletionStage<List<Verdict>> report(List<Report> reports);
}
