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
    private final boolean outToo;
    private final boolean json;
    /** The lease that is followed; 0 if the job is not executing. */
    private long lease;
    /** Up to this lease all that is wanted was shown. */
    private long shown;

    private FollowedStream out;
    private FollowedStream err;
    private boolean saidThatItWaits;

    /**
     * @param outToo whether its standard output is wanted beside its standard error
     * @param json whether to print each piece as an object
     */
    Follower(Grid grid, String id, boolean outToo, boolean json) {
        this.grid = grid;
        this.id = id;
        this.outToo = outToo;
        this.json = json;
    }

    /**
     * A piece of what it printed.
     *
     * @param stream {@code out} or {@code err}
     * @param offset in bytes of UTF-8, where it begins in the attempt's stream: what lies between two was not kept
     */
    record Piece(String jobId, int attempt, String stream, long offset, String text) {}

    /** @return the job, final */
    JobView follow() {
        begin(0, 0);
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
                    begin(live.leaseId(), live.attempt());
                    continue;
                }
                begin(live.leaseId(), live.attempt());
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

    private void begin(long leaseId, int attempt) {
        lease = leaseId;
        out = outToo ? stream("out", System.out, attempt) : new FollowedStream((piece, missing) -> {});
        err = stream("err", System.err, attempt);
    }

    private FollowedStream stream(String name, PrintStream shown, int attempt) {
        if (!json) return FollowedStream.to(shown);
        return new FollowedStream((piece, missing) -> {
            System.out.println(Json.line(new Piece(id, attempt, name, piece.offset(), piece.text())));
            System.out.flush();
        });
    }

    private void ended(AttemptView attempt, JobView job) {
        if (attempt.leaseId() != lease) begin(attempt.leaseId(), attempt.number());
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
