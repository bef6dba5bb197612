/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;

/** W4 with a real worker node and a script that does nothing: from before the submit to knowing that it completed. */
final class EndToEnd {
    private static final Duration PACE = Duration.ofMillis(20);
    static final String HOW = "end to end, no-op script";

    private final Session session;
    private final String queue;
    private final int count;

    /** @param queue the one that the worker serves */
    EndToEnd(Session session, String queue, Duration time) {
        this.session = session;
        this.queue = queue;
        this.count = count(time);
    }

    /** How many jobs a run has. */
    static int count(Duration time) {
        return (int) Math.max(10, time.toNanos() / PACE.toNanos());
    }

    void run(int runs, Figures figures) throws Exception {
        for (int run = -1; run < runs; run++) {
            long[] acknowledged = new long[count];
            long[] known = new long[count];
            long[] granting = new long[count];
            long[] running = new long[count];
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
                JobSpec job = JobSpec.script("n = 1").queue(queue).build();
                ids.add(job.jobId());
                long start = System.nanoTime();
                session.submit(List.of(job));
                acknowledged[i] = System.nanoTime() - start;
                JobView view = Session.answer(session.jobs().await(job.jobId(), Duration.ofSeconds(30)));
                known[i] = System.nanoTime() - start;
                if (view.state() != JobState.COMPLETED) {
                    throw new IllegalStateException("job " + job.jobId() + " is " + view.state() + ": " + view.error());
                }
            }
            for (int i = 0; i < count; i++) {
                JobDetail detail = Session.answer(session.jobs().get(ids.get(i)));
                AttemptView attempt = detail.attempts().get(0);
                granting[i] = nanos(detail.view().submittedAt(), attempt.startedAt());
                running[i] = nanos(attempt.startedAt(), attempt.endedAt());
            }
            if (run < 0) continue;
            Timing all = new Timing(count, 1, known);
            figures.add(HOW, "p50 ms", all.millis(50));
            figures.add(HOW, "p99 ms", all.millis(99));
            figures.add(HOW + ": acknowledged", "p50 ms", new Timing(count, 1, acknowledged).millis(50));
            // The server's clock ticks in milliseconds, so only the mean says something, and it can be nothing.
            figures.addOrZero(HOW + ": stamped to granted", "mean ms", mean(granting));
            figures.addOrZero(HOW + ": granted to reported", "mean ms", mean(running));
        }
    }

    private static long nanos(java.time.Instant from, java.time.Instant to) {
        return Duration.between(from, to).toNanos();
    }

    private static double mean(long[] nanos) {
        double sum = 0;
        for (long each : nanos) sum += each;
        return sum / nanos.length / 1e6;
    }
}
