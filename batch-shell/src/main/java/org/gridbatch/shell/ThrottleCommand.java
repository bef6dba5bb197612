/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Sets how many items of an array may execute. */
@CommandLine.Command(
        name = "throttle",
        description = "Set how many items of an array may execute at a time; 0 is any number. Those that are executing "
                + "go on.")
final class ThrottleCommand extends Command {
    @Parameters(index = "0", paramLabel = "ARRAY", description = "The array's id.")
    private String array;

    @Parameters(index = "1", paramLabel = "N", description = "At most so many at a time.")
    private int most;

    @Override
    Object run(CommandSession session, Surroundings here) {
        return Rules.throttle(here.grid(), array, most);
    }
}
