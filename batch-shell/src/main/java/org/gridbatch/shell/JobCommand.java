/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobState;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Shows all there is to know about one job. */
@CommandLine.Command(
        name = "job",
        description = "Show a job: its state, its attempts and its script; or how far an array is.")
final class JobCommand extends Command {
    @Parameters(paramLabel = "ID", description = "The job's id.")
    private String id;

    @Override
    Object run(CommandSession session, Surroundings here) {
        JobDetail job = here.grid().jobs(jobs -> jobs.get(id));
        if (job.view().state() != JobState.EXECUTING) return job;
        return here.grid().progress(List.of(id)).stream()
                .findFirst()
                .<Object>map(live -> new ExecutingJob(job, live))
                .orElse(job);
    }
}
