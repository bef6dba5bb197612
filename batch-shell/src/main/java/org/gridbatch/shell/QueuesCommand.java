/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.Operations;
import picocli.CommandLine;

/** Lists queues. */
@CommandLine.Command(
        name = "queues",
        description = "List the queues that have jobs or settings: how many jobs, and what is set.")
final class QueuesCommand extends Command {
    @Override
    Object run(CommandSession session, Surroundings here) {
        return new Listing<>(here.grid().operations(Operations::queues), "", "no queues");
    }
}
