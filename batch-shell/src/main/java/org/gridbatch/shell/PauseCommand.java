/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;

/** Stops the jobs of queues, and the items of arrays, from starting. */
@CommandLine.Command(
        name = "pause",
        description =
                "Let the jobs of queues, or the items of arrays, wait until 'resume'; those that are executing go on.")
final class PauseCommand extends PausingCommand {
    @Override
    Object run(CommandSession session, Surroundings here) {
        return pause("pause", here.grid(), true);
    }
}
