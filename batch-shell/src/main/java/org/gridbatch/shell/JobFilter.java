/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which jobs are meant, said in the same way wherever several are. */
final class JobFilter {
    /** What waits or executes. */
    static final Set<JobState> OPEN = notFinal();

    @Mixin
    private Labelled labelled;

    @Option(
            names = {"-s", "--state"},
            paramLabel = "STATE",
            split = ",",
            description =
                    "Only in this state: blocked, scheduled, available, executing, retryable, completed, cancelled or "
                            + "discarded; can be repeated, or several with commas.")
    private Set<JobState> states = Set.of();

    /** Whether anything is said at all. */
    boolean isGiven() {
        return labelled.isGiven() || !states.isEmpty();
    }

    JobQuery query() {
        return JobQuery.ALL
                .withQueue(labelled.queue())
                .withStates(states)
                .withName(labelled.title())
                .withTag(labelled.tag())
                .withBy(labelled.by());
    }

    /** As {@link #query}, but what is final is left out unless its state is asked for. */
    JobQuery open() {
        return states.isEmpty() ? query().withStates(OPEN) : query();
    }

    /**
     * All jobs that are not final and match, oldest first.
     *
     * @throws CommandFailed if there are more than so many
     */
    List<JobView> findOpen(String command, Grid grid, int most) {
        List<JobView> found = new ArrayList<>();
        grid.eachPage(open().withLimit(Limits.BULK), page -> {
            found.addAll(page);
            if (found.size() > most) {
                throw new CommandFailed(command + ": more than " + most + " jobs match, want fewer: say more of them");
            }
            return true;
        });
        return found;
    }

    private static Set<JobState> notFinal() {
        Set<JobState> open = EnumSet.allOf(JobState.class);
        open.removeIf(JobState::isFinal);
        return open;
    }
}
