/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobQueue;
import picocli.CommandLine;

/** Lists workers. */
@CommandLine.Command(name = "workers", description = "List the workers that the queue-server has heard of lately.")
final class WorkersCommand extends Command {
    @Override
    Object run(CommandSession session, Surroundings here) {
        return new Listing<>(here.grid().jobs(JobQueue::workers), "", "no workers");
    }
}
