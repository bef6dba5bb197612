/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Stops the jobs of queues from starting. */
@CommandLine.Command(
        name = "pause",
        description = "Let the jobs of queues wait until 'resume'; those that are executing go on.")
final class PauseCommand extends Command {
    @Parameters(arity = "1..*", paramLabel = "QUEUE", description = "The queues.")
    private List<String> queues;

    @Override
    Object run(CommandSession session, Surroundings here) {
        return Rules.pause(here.grid(), queues, true);
    }
}
