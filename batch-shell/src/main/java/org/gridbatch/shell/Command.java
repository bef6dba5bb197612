/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine.Option;

/** One call of a command: picocli fills in its annotated fields, then it runs once. */
abstract class Command {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private boolean json;

    /**
     * Takes what it wants as it is, before the rest is made words of.
     *
     * @return the rest
     */
    List<Object> take(List<Object> arguments) {
        return arguments;
    }

    /** Whether there is data, which can be had as JSON; else it prints text. */
    boolean returnsData() {
        return true;
    }

    /** What it prints is to be JSON. */
    final void askForJson() {
        json = true;
    }

    /** Whether what it prints is to be JSON: for those that print as they go. */
    final boolean isJson() {
        return json;
    }

    /** What it returned, as JSON. */
    Object json(Object data) {
        return Json.lines(data);
    }

    /**
     * @return data that scripts can use and {@link Formats} prints
     * @throws CommandFailed if it cannot be done
     */
    abstract Object run(CommandSession session, Surroundings here);
}
