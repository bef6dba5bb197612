/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a job printed. */
@CommandLine.Command(
        name = "log",
        description =
                "Show what a job printed in its last attempt that ended, standard output first; or, with -f, what it "
                        + "prints while it executes, with --json an object for each piece.")
final class LogCommand extends Command {
    @Parameters(paramLabel = "ID", description = "The job's id.")
    private String id;

    @Option(names = "--attempt", paramLabel = "N", description = "Of this attempt.")
    private Integer attempt;

    @Option(names = "--err", description = "Standard error only.")
    private boolean errOnly;

    @Option(
            names = {"-f", "--follow"},
            description = "Follow it from the attempt that executes until the job is final; fails if it did not "
                    + "complete.")
    private boolean follow;

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (follow && attempt != null) {
            throw new CommandFailed("log: there are --follow and --attempt: one attempt that ended cannot be followed");
        }
        if (follow) {
            JobView ended = new Follower(here.grid(), id, !errOnly, isJson()).follow();
            WaitCommand.failUnlessCompleted("log", List.of(ended));
            return null;
        }
        AttemptView shown = choose(here.grid().jobs(jobs -> jobs.get(id)));
        String err = shown.err().text();
        return new Output(errOnly ? "" : shown.out().text(), err);
    }

    private AttemptView choose(JobDetail job) {
        if (job.view().isArray()) {
            throw new CommandFailed("log: " + id + " is an array, and only its items print: see 'jobs --array " + id
                    + "', and then 'log " + id + ":0' or another one");
        }
        List<AttemptView> attempts = job.attempts();
        if (attempt != null) {
            // A number can come twice: what was snoozed or released gives its attempt back.
            for (int i = attempts.size() - 1; i >= 0; i--) {
                if (attempts.get(i).number() == attempt) return attempts.get(i);
            }
            throw new CommandFailed("log: job " + id + " has no attempt " + attempt + ", want one of "
                    + attempts.stream().map(AttemptView::number).distinct().toList());
        }
        for (int i = attempts.size() - 1; i >= 0; i--) {
            if (isEnded(attempts.get(i))) return attempts.get(i);
        }
        JobState state = job.view().state();
        throw new CommandFailed("log: job " + id + " has printed nothing yet: it is " + Formats.word(state)
                + (state == JobState.EXECUTING ? " on " + job.view().worker() + " ('log -f' follows it)" : ""));
    }

    static boolean isEnded(AttemptView attempt) {
        return attempt.endedAt().getEpochSecond() > 0;
    }
}
