/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.gridbatch.api.Changed;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Cancels jobs. */
@CommandLine.Command(
        name = "cancel",
        description =
                "Cancel jobs, and arrays with all their items: those that wait at once, those that execute through "
                        + "their workers.")
final class CancelCommand extends ChangeCommand {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The jobs' ids.")
    private List<String> ids;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the job.")
    private String reason = "";

    @Override
    List<String> ids() {
        return ids;
    }

    @Override
    List<Changed> change(Grid grid, List<String> some) {
        return grid.jobs(jobs -> jobs.cancel(some, reason, grid.caller()));
    }
}
