/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.worker.gogo.Durations;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Waits until jobs are final. */
@CommandLine.Command(
        name = "wait",
        description =
                "Wait until all these jobs and arrays are final; fails if one, or an item of one, did not complete, "
                        + "or if the time is up.",
        footer = {
            "",
            "Examples:",
            "  wait ID --for 10m",
            "  wait --bar ARRAY",
            "  wait --bar --queue nightly      all of the queue that are not final now"
        })
final class WaitCommand extends Command {
    /** Less than a call may wait, so that what lies between does not end it first. */
    private static final Duration STEP = Duration.ofSeconds(20);

    /** How many bad ends the message names. */
    private static final int NAMED = 5;

    /** Jobs that one command waits for. */
    private static final int MOST = 100_000;

    @Parameters(arity = "0..*", paramLabel = "ID", description = "The ids of jobs and arrays.")
    private List<String> ids = List.of();

    @Mixin
    private JobFilter filter;

    @Option(names = "--for", paramLabel = "TIME", description = "The longest wait, such as 5m; no limit if not given.")
    private Duration atMost;

    @Option(
            names = {"-b", "--bar"},
            description = "Show meanwhile how far they are, how fast they go and how long the rest will take: drawn in "
                    + "place at a terminal, else a line every ten seconds. Goes to stderr.")
    private boolean bar;

    @Override
    Object run(CommandSession session, Surroundings here) {
        List<String> all = all(here.grid());
        if (all.isEmpty()) return new Listing<>(List.of(), "", "no jobs");
        List<JobView> ended = bar
                ? withBar(all, session, here.grid())
                : untilFinal("wait", all, atMost, here.grid(), ProgressLine.of(session));
        return new Listing<>(ended, "", "no jobs");
    }

    private List<String> all(Grid grid) {
        if (ids.isEmpty() && !filter.isGiven()) {
            throw new CommandFailed(
                    "wait: there is nothing to wait for, want ids, or --queue, --state, --name or --tag");
        }
        Set<String> all = new LinkedHashSet<>(ids);
        if (filter.isGiven()) {
            filter.findOpen("wait", grid, MOST).forEach(job -> all.add(job.jobId()));
        }
        return List.copyOf(all);
    }

    private List<JobView> withBar(List<String> all, CommandSession session, Grid grid) {
        Bar shown = new Bar(System.err, Formats.width(session, 0), System::nanoTime);
        List<JobView> ended = new BarWait(grid, shown).untilFinal("wait", all, atMost);
        failUnlessCompleted("wait", ended);
        return ended;
    }

    /**
     * Waits until all these jobs are final.
     *
     * @param command who waits, for messages
     * @param atMost the longest wait; null for no limit
     * @param line shows meanwhile how far the job is that is waited for
     * @throws CommandFailed if one did not complete, or if the time is up
     */
    static List<JobView> untilFinal(String command, List<String> ids, Duration atMost, Grid grid, ProgressLine line) {
        try {
            return untilFinal(command, ids, atMost, grid, line, line.isShown() ? ProgressLine.STEP : STEP);
        } finally {
            line.clear();
        }
    }

    private static List<JobView> untilFinal(
            String command, List<String> ids, Duration atMost, Grid grid, ProgressLine line, Duration most) {
        long start = System.nanoTime();
        List<JobView> ended = new ArrayList<>();
        for (String id : ids) {
            JobView job;
            do {
                Duration step = step(atMost, System.nanoTime() - start, most);
                job = grid.await(id, step);
                if (job.state() == JobState.EXECUTING) line.update(job, grid);
                if (!job.state().isFinal() && step.isZero()) {
                    throw new CommandFailed(command + ": " + what(job) + " is still " + Formats.word(job.state())
                            + " after " + Durations.format(atMost));
                }
            } while (!job.state().isFinal());
            ended.add(job);
        }
        line.clear();
        failUnlessCompleted(command, ended);
        return ended;
    }

    /** What is left of the time; zero looks once more and does not wait. */
    private static Duration step(Duration atMost, long passedNanos, Duration most) {
        if (atMost == null) return most;
        Duration left = atMost.minusNanos(passedNanos);
        if (left.isNegative()) return Duration.ZERO;
        // The wire carries milliseconds: a rest below one is none.
        Duration step = left.compareTo(most) < 0 ? left : most;
        return step.toMillis() == 0 ? Duration.ZERO : step;
    }

    /** @throws CommandFailed if one of these final jobs did not complete */
    static void failUnlessCompleted(String command, List<JobView> jobs) {
        List<JobView> bad =
                jobs.stream().filter(job -> job.state() != JobState.COMPLETED).toList();
        if (bad.isEmpty()) return;
        String named = bad.stream().limit(NAMED).map(WaitCommand::describe).collect(Collectors.joining("; "));
        String more = bad.size() > NAMED ? "; and " + (bad.size() - NAMED) + " more" : "";
        String counts = jobs.size() == 1 ? "" : bad.size() + " of " + jobs.size() + " jobs did not complete: ";
        throw new CommandFailed(command + ": " + counts + named + more);
    }

    static String what(JobView job) {
        return (job.isArray() ? "array " : "job ") + job.jobId();
    }

    private static String describe(JobView job) {
        String why = job.error().isEmpty() ? "" : ": " + Text.oneLine(job.error(), 200);
        return what(job) + " is " + Formats.word(job.state()) + why;
    }
}
