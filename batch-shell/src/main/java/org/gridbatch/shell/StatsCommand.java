/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Clock;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;

/** Shows what a grid does, in numbers. */
@CommandLine.Command(
        name = "stats",
        description =
                "Show what the grid does, in numbers: jobs by state, queue and tenant, how many end in a minute, how "
                        + "long the oldest has been waiting, the workers' slots. Tenants and waiting times are of the oldest 5,000 "
                        + "jobs that are not final.")
final class StatsCommand extends Command {
    @Override
    Object run(CommandSession session, Surroundings here) {
        return new StatsReader(here.grid(), Clock.systemUTC()).read();
    }
}
