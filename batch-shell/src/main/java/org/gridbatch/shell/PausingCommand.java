/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What pause and resume have in common: the queues and arrays that they are for. */
abstract class PausingCommand extends Command {
    @Parameters(arity = "0..*", paramLabel = "QUEUE", description = "The queues.")
    private List<String> queues = List.of();

    @Option(
            names = "--array",
            paramLabel = "ARRAY",
            split = ",",
            description = "An array, beside queues or instead of them; can be repeated, or several with commas.")
    private List<String> arrays = List.of();

    final Object pause(String command, Grid grid, boolean paused) {
        return Rules.pause(command, grid, queues, arrays, paused);
    }
}
