/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears of the jobs that become final, wherever in the grid: a bundle registers it as a service, and as long as it is
 * registered it is called for each of them, in order and at least once, also across restarts of the queue-server. The
 * bundle of this API must be started, and {@link JobQueue} in the framework or imported by it.
 *
 * <p>Properties of the service say what it wants to hear: {@link #FILTER}, {@link #AFTER}, and {@link JobQueue#GRID} if
 * more than one grid is in sight.
 *
 * <p>A listener is called by one thread at a time. One that takes long delays itself only: its jobs wait at the server.
 * One that throws has heard the job all the same; the exception is logged. After it was unregistered, a call that was
 * under way may go on for a moment.
 */
@ConsumerType
public interface JobListener {
    /** Service property: an LDAP filter over the final jobs, see {@link FinalJobs#after}; without it, all. */
    String FILTER = "gridbatch.listener.filter";

    /**
     * Service property: the position behind which it wants to hear, {@link FinalJob#position()} of the last job that it
     * has dealt with, or {@link FinalJobs#BEGINNING}; without it, what becomes final from now on. It is read when the
     * listener is registered.
     */
    String AFTER = "gridbatch.listener.after";

    /** A job has become final. */
    void jobIsFinal(FinalJob job);

    /**
     * Jobs may have become final of which it will not be told, because its position was older than all that the grid still
     * knows; what comes from now on is complete again.
     */
    default void missed() {}
}
