/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Sets the turns of a tenant. */
@CommandLine.Command(
        name = "weigh",
        description = "Set how many turns a tenant gets while others get one.",
        footer = {"", "The tenant of jobs that name none is ''."})
final class WeighCommand extends Command {
    @Parameters(index = "0", paramLabel = "TENANT", description = "Whose jobs.")
    private String tenant;

    @Parameters(index = "1", paramLabel = "N", description = "1 to 1000; 1 is what all have that are not set.")
    private int weight;

    @Override
    Object run(CommandSession session, Surroundings here) {
        Grid grid = here.grid();
        grid.operations(queue -> queue.weigh(tenant, weight, grid.caller()));
        return Rules.weight(tenant, weight);
    }
}
