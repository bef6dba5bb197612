/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.Limits;
import org.gridbatch.worker.gogo.Durations;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a job by hand. */
@CommandLine.Command(
        name = "pull",
        description = "Take one job, to run it and report on it by hand.",
        footer = {
            "",
            "It is kept alive while this shell is open, and given back when the shell or the node ends.",
            "",
            "Example:",
            "  j = (pull --queue nightly)",
            "  $j run",
            "  $j complete        or: $j fail 'why' | $j snooze 5m | $j release"
        })
final class PullCommand extends Command {
    @Option(
            names = {"-q", "--queue"},
            paramLabel = "QUEUE",
            description = "Only of this queue; can be repeated.")
    private List<String> queues = List.of();

    @Option(names = "--id", paramLabel = "ID", description = "Only this job.")
    private String id = "";

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "How long to wait for a job, up to 60s; 0s if not given.")
    private Duration atMost = Duration.ZERO;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILTER",
            description =
                    "Only a job that this LDAP filter matches: it sees queue, tenant, name, priority and the tags.")
    private String accepts = "";

    /** Shown as JSON, and still the job, so that one can go on with it. */
    @Override
    Object json(Object data) {
        return ((PulledJob) data).shownAsJson();
    }

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (atMost.compareTo(Limits.WAIT) > 0) {
            throw new CommandFailed(
                    "pull: --wait is " + Durations.format(atMost) + ", want at most " + Durations.format(Limits.WAIT));
        }
        return here.pulled().pull(session, queues, accepts, id, atMost).orElseThrow(() -> nothing(here.grid()));
    }

    private CommandFailed nothing(Grid grid) {
        if (!id.isEmpty()) {
            var job = grid.jobs(jobs -> jobs.get(id)).view();
            String where = job.state().isFinal() || job.worker().isEmpty() ? "" : ", last on " + job.worker();
            return new CommandFailed("pull: job " + id + " is " + Formats.word(job.state()) + where
                    + ": only an available job can be pulled");
        }
        String matching = accepts.isEmpty() ? "" : " that matches " + accepts;
        String where = queues.isEmpty() ? "" : " in " + String.join(" or ", queues);
        return new CommandFailed(
                "pull: no job is available" + where + matching + ": see 'jobs', or wait for one with --wait 60s");
    }
}
