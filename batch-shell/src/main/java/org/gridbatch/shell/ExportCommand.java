/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobDetail;
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

    private long arrays;
    private long items;
    private String firstArray = "";

    /** What it prints is JSON already, and there may be more of it than memory. */
    @Override
    boolean returnsData() {
        return false;
    }

    @Override
    Object run(CommandSession session, Surroundings here) {
        Grid grid = here.grid();
        grid.eachPage(filter.open().withLimit(PAGE), page -> {
            List<String> ids = new ArrayList<>();
            for (JobView job : page) {
                if (job.isArray()) leaveOut(job);
                else ids.add(job.jobId());
            }
            grid.details(ids).stream()
                    .filter(Objects::nonNull)
                    .map(JobDetail::spec)
                    .map(Json::line)
                    .forEach(System.out::println);
            if (System.out.checkError()) throw new CommandFailed("export: what it is printed to is closed or full");
            return true;
        });
        if (arrays > 0) System.err.println("note: " + leftOut());
        return null;
    }

    private void leaveOut(JobView array) {
        if (arrays == 0) firstArray = array.jobId();
        arrays++;
        items += array.array().items() - array.array().done();
    }

    private String leftOut() {
        String what = arrays == 1 ? "array " + firstArray + " was" : arrays + " arrays were";
        return what + " left out, with " + (items == 1 ? "1 item that is" : items + " items that are")
                + " not final: 'jobs --array " + firstArray + " --json' has "
                + (arrays == 1 ? "its" : "the first one's")
                + " items";
    }
}
