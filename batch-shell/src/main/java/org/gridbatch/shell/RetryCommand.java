/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.gridbatch.api.Changed;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Retries jobs. */
@CommandLine.Command(
        name = "retry",
        description = "Make jobs that wait for a time available now. What was cancelled or discarded stays so, and a "
                + "new job is made that tries it again; of an array, a new one of the items that did not complete.")
final class RetryCommand extends ChangeCommand {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The jobs' ids.")
    private List<String> ids;

    @Override
    List<String> ids() {
        return ids;
    }

    @Override
    List<Changed> change(Grid grid, List<String> some) {
        return grid.jobs(jobs -> jobs.retry(some, grid.caller()));
    }
}
