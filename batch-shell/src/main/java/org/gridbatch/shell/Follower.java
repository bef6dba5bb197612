/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobView;
import org.gridbatch.api.LiveView;

/**
 * Shows what a job prints while it executes, attempt after attempt, until it is final. What an attempt printed after the
 * last look, or between two looks, is shown from its record when it has ended.
 */
final class Follower {
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Grid grid;
    private final String id;
    private final PrintStream stdout;
    /** The lease that is followed; 0 if the job is not executing. */
    private long lease;
    /** Up to this lease all that is wanted was shown. */
    private long shown;

    private FollowedStream out;
    private FollowedStream err;
    private boolean saidThatItWaits;

    /** @param stdout where its standard output goes; null if it is not wanted */
    Follower(Grid grid, String id, PrintStream stdout) {
        this.grid = grid;
        this.id = id;
        this.stdout = stdout;
    }

    /** @return the job, final */
    JobView follow() {
        begin(0);
        JobDetail first = grid.jobs(jobs -> jobs.get(id));
        if (first.view().isArray()) {
            throw new CommandFailed(
                    "log: " + id + " is an array, and only its items print: follow one of 'jobs --array "
                            + id + " --state executing' with 'log -f " + id
                            + ":0', or see how far all are with 'wait --bar " + id
                            + "'");
        }
        shown = unwanted(first);
        while (true) {
            LiveView live = grid.live(id, out.offset(), err.offset());
            if (live.leaseId() != lease || live.state().isFinal()) {
                JobDetail job = grid.jobs(jobs -> jobs.get(id));
                job.attempts().stream()
                        .filter(attempt -> attempt.leaseId() > shown && LogCommand.isEnded(attempt))
                        .forEach(attempt -> ended(attempt, job.view()));
                if (job.view().state().isFinal()) return job.view();
                // What came was from the offsets of another lease.
                if (live.leaseId() != 0 && live.leaseId() != lease) {
                    begin(live.leaseId());
                    continue;
                }
                begin(live.leaseId());
            }
            out.show(live.out());
            err.show(live.err());
            if (lease == 0) sayThatItWaits(live);
            pause();
        }
    }

    /** What ended before somebody looked is not shown, but the end of a job that is final already is. */
    private static long unwanted(JobDetail job) {
        List<Long> ended = job.attempts().stream()
                .filter(LogCommand::isEnded)
                .map(AttemptView::leaseId)
                .sorted()
                .toList();
        if (ended.isEmpty()) return 0;
        long last = ended.get(ended.size() - 1);
        return job.view().state().isFinal() ? last - 1 : last;
    }

    private void begin(long leaseId) {
        lease = leaseId;
        out = new FollowedStream(stdout);
        err = new FollowedStream(System.err);
    }

    private void ended(AttemptView attempt, JobView job) {
        if (attempt.leaseId() != lease) begin(attempt.leaseId());
        out.rest(attempt.out());
        err.rest(attempt.err());
        shown = attempt.leaseId();
        if (job.state().isFinal()) return;
        String why = attempt.error().isEmpty() ? "" : ": " + Text.oneLine(attempt.error(), 200);
        System.err.println("log: attempt " + attempt.number() + " on " + attempt.worker() + " is over ("
                + Formats.word(attempt.outcome()) + why + ")");
        saidThatItWaits = false;
    }

    private void sayThatItWaits(LiveView live) {
        if (saidThatItWaits) return;
        saidThatItWaits = true;
        System.err.println("log: job " + id + " is " + Formats.word(live.state()) + ", waiting until it executes");
    }

    private void pause() {
        try {
            Thread.sleep(LOOK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("log: stopped following; job " + id + " goes on", e);
        }
    }
}
