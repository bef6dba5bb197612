/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;

/** Lets paused queues and arrays go on. */
@CommandLine.Command(
        name = "resume",
        description = "Let the jobs of paused queues, or the items of paused arrays, go on.")
final class ResumeCommand extends PausingCommand {
    @Override
    Object run(CommandSession session, Surroundings here) {
        return pause("resume", here.grid(), false);
    }
}
