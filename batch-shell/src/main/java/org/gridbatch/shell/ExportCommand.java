/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import java.util.Objects;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobView;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** Writes jobs as lines that import takes, page by page, however many there are. */
@CommandLine.Command(
        name = "export",
        description = "Print jobs with their scripts and all their options, one JSON object a line, for 'import'. "
                + "Without --state those that are not final. Arrays and their items are left out.",
        footer = {"", "Examples:", "  export > jobs.jsonl", "  export --queue nightly --state scheduled,available"})
final class ExportCommand extends Command {
    /** The details of a page are in memory at once, each with a script. */
    private static final int PAGE = 100;

    @Mixin
    private JobFilter filter;

    /** What it prints is JSON already, and there may be more of it than memory. */
    @Override
    boolean returnsData() {
        return false;
    }

    @Override
    Object run(CommandSession session, Surroundings here) {
        Grid grid = here.grid();
        long arrays = 0;
        JobQuery query = filter.open().withLimit(PAGE);
        do {
            JobQuery now = query;
            JobPage page = grid.jobs(jobs -> jobs.find(now));
            List<String> ids = page.jobs().stream()
                    .filter(job -> !job.isArray())
                    .map(JobView::jobId)
                    .toList();
            arrays += page.jobs().size() - ids.size();
            grid.details(ids).stream()
                    .filter(Objects::nonNull)
                    .map(JobDetail::spec)
                    .map(Json::line)
                    .forEach(System.out::println);
            if (System.out.checkError()) throw new CommandFailed("export: what it is printed to is closed or full");
            query = query.withAfter(page.next());
        } while (!query.after().isEmpty());
        if (arrays > 0) {
            System.err.println("note: " + (arrays == 1 ? "one array was" : arrays + " arrays were") + " left out");
        }
        return null;
    }
}
