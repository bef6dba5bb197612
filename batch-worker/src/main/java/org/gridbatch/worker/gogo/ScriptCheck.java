/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.List;
import org.gridbatch.api.Limits;

/**
 * What can be said of a script without running it.
 *
 * @param problems why it cannot run; empty if it can be parsed. The parser stops at the first
 * @param commands the names of the commands that it needs: those that it calls, in lower case and sorted, with or without
 *     a scope as written; without variables, closures that it defines itself, Gogo's control flow, and names that only
 *XX it runs text that could define any name
 * @param unseen where it calls what only running it would tell: variables, values and text that is run
 */
public record ScriptCheck(List<Problem> problems, List<String> commands, List<Problem> unseen) {
    public ScriptCheck {
        problems = List.copyOf(problems);
        commands = List.copyOf(commands);
        unseen = List.copyOf(unseen);
    }

    /**
     * A place in a script and what there is to say about it.
     *
     * @param line from 1
     * @param column from 1
     * @param message what is wrong, or not known
     */
    public record Problem(int line, int column, String message) {
        @Override
        public String toString() {
            return "line " + line + ", column " + column + ": " + message;
        }
    }

    /**
     * The commands that a job with this script can say that it needs. Where a script calls more than a job may need, the
     * first of them will do to find a worker.
     *
     * @param most how many
     */
    public List<String> needs(int most) {
        return commands.stream()
                .filter(command -> command.length() <= Limits.NAME)
                .limit(most)
                .toList();
    }

    /** Whether it can be parsed. */
    public boolean isOk() {
        return problems.isEmpty();
    }
}
