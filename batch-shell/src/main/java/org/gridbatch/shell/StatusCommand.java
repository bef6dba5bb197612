/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobQueue;
import picocli.CommandLine;

/** Shows the grid. */
@CommandLine.Command(
        name = "status",
        description = "Show the grid, the term of its server, and how many jobs are in each state.")
final class StatusCommand extends Command {
    @Override
    Object run(CommandSession session, Surroundings here) {
        return here.grid().jobs(JobQueue::status);
    }
}
