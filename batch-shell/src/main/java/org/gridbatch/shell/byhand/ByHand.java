/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell.byhand;

import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Submitted;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The grid as the shell's own commands have it: they wait for the queue, across restarts of its server, and fail with an
 * exception whose text is for the user. A service of nodes that have a shell. Thread-safe.
 */
@ProviderType
public interface ByHand {
    /**
     * Submits jobs, all or none.
     *
     * @return when they are on disk, one entry for each, in order
     */
    List<Submitted> push(List<JobSpec> jobs);

    /** One page of the jobs that match. */
    JobPage find(JobQuery query);

    /**
     * Takes a job, wherever workers could run it, if there is one now. Its lease is kept alive until it is reported on, or
     * the session is closed; then the job goes back, at no cost.
     *
     * @param queue where it waits
     * @param jobId only this job; empty for the one whose turn it is
     */
    Optional<HeldJob> pull(CommandSession session, String queue, String jobId);

    /**
     * Runs a script that is no job, in a session of its own; in the script of a job it shares the session of that, since a
     * job has no other.
     *
     * @return the value of its last expression
     */
    Object exec(CommandSession session, String script);
}
