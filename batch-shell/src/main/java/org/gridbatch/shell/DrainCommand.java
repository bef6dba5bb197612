/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Lets workers have no more jobs. */
@CommandLine.Command(
        name = "drain",
        description = "Let workers have no more jobs until 'undrain'; what they have they finish.")
final class DrainCommand extends Command {
    @Parameters(arity = "1..*", paramLabel = "WORKER", description = "The workers' names.")
    private List<String> workers;

    @Override
    Object run(CommandSession session, Surroundings here) {
        return Rules.drain(here.grid(), workers, true);
    }
}
