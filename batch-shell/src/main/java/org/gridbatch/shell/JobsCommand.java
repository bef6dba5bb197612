/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LiveView;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists jobs. */
@CommandLine.Command(
        name = "jobs",
        description = "List jobs, oldest first.",
        footer = {
            "",
            "Examples:",
            "  jobs --state retryable,discarded",
            "  jobs --queue nightly --newest -n 50",
            "  jobs --array ID --state discarded"
        })
final class JobsCommand extends Command {
    private static final int MOST = 100_000;

    @Mixin
    private JobFilter filter;

    @Option(names = "--array", paramLabel = "ARRAY", description = "Only the items of this array.")
    private String array = "";

    @Option(names = "--items", description = "The items of arrays as well, and not only one row for each array.")
    private boolean items;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Most jobs to list; 20 if not given.")
    private int limit = 20;

    @Option(names = "--newest", description = "Newest first.")
    private boolean newest;

    @Option(names = "--after", paramLabel = "PLACE", description = "Go on where the list before ended; it says where.")
    private String after = "";

    /** By id, how far those are that are executing. */
    private static Map<String, String> progress(List<JobView> jobs, Grid grid) {
        List<String> executing = jobs.stream()
                .filter(job -> job.state() == JobState.EXECUTING)
                .map(JobView::jobId)
                .limit(Limits.BULK)
                .toList();
        if (executing.isEmpty()) return Map.of();
        return grid.progress(executing).stream()
                .collect(Collectors.toMap(LiveView::jobId, live -> Formats.progress(live.progress())));
    }

    private String none() {
        return "no such items in memory; those that have left it: history --array " + array;
    }

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (limit < 1 || limit > MOST) {
            throw new CommandFailed("jobs: --limit is " + limit + ", want 1 to " + MOST);
        }
        List<JobView> found = new ArrayList<>();
        String next = after;
        do {
            JobQuery query = filter.query()
                    .withArray(array)
                    .withItems(items)
                    .withNewestFirst(newest)
                    .withLimit(Math.min(limit - found.size(), Limits.BULK))
                    .withAfter(next);
            JobPage page = here.grid().jobs(jobs -> jobs.find(query));
            found.addAll(page.jobs());
            next = page.next();
        } while (!next.isEmpty() && found.size() < limit);
        return new Listing<>(found, next, array.isEmpty() ? "no jobs" : none()).remarked(progress(found, here.grid()));
    }
}
