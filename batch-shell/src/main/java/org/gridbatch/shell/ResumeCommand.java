/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets paused queues and arrays go on. */
@CommandLine.Command(
        name = "resume",
        description = "Let the jobs of paused queues, or the items of paused arrays, go on.")
final class ResumeCommand extends Command {
    @Parameters(arity = "0..*", paramLabel = "QUEUE", description = "The queues.")
    private List<String> queues = List.of();

    @Option(
            names = "--array",
            paramLabel = "ARRAY",
            split = ",",
            description = "An array, beside queues or instead of them; can be repeated, or several with commas.")
    private List<String> arrays = List.of();

    @Override
    Object run(CommandSession session, Surroundings here) {
        return Rules.pause("resume", here.grid(), queues, arrays, false);
    }
}
