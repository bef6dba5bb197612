/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.List;
import org.gridbatch.api.Changed;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Puts jobs back for later. */
@CommandLine.Command(name = "snooze", description = "Put waiting jobs back for later: snooze ID... TIME.")
final class SnoozeCommand extends ChangeCommand {
    @Parameters(
            arity = "2..*",
            paramLabel = "ID... TIME",
            hideParamSyntax = true,
            description = "The jobs' ids, then how long or until when: 5m, 'tomorrow 03:00'.")
    private List<String> words;

    @Override
    List<String> ids() {
        return words.subList(0, words.size() - 1);
    }

    @Override
    List<Changed> change(Grid grid, List<String> some) {
        Duration delay = Words.delay(words.get(words.size() - 1));
        return grid.jobs(jobs -> jobs.snooze(some, delay, grid.caller()));
    }
}
