/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.gridbatch.api.Ad;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;

/** Makes the jobs, claims and reports of the driver. */
final class Jobs {
    private static final int BYTES = 1_024;
    private static final String HEAD = "echo '";
    private static final String TAIL = "'";
    private static final long AD_VERSION = 1;
    private static final int DIGITS = 16;
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-";

    private final String queue;
    private final AtomicLong next = new AtomicLong();

    /** @param queue where all of them wait */
    Jobs(String queue) {
        this.queue = queue;
    }

    String queue() {
        return queue;
    }

    /** How many were made. */
    long made() {
        return next.get();
    }

    /** A script of 1 KiB that a worker can run: it has a number, and text that does not compress away. */
    JobSpec job() {
        StringBuilder script = new StringBuilder(BYTES).append(HEAD);
        String number = Long.toHexString(next.getAndIncrement());
        script.append("0".repeat(DIGITS - number.length())).append(number).append(' ');
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int end = BYTES - TAIL.length();
        while (script.length() < end) {
            long bits = random.nextLong();
            for (int i = 0; i < 10 && script.length() < end; i++, bits >>>= 6) {
                script.append(ALPHABET.charAt((int) (bits & 63)));
            }
        }
        return JobSpec.script(script.append(TAIL).toString()).queue(queue).build();
    }

    List<JobSpec> jobs(int count) {
        List<JobSpec> jobs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) jobs.add(job());
        return jobs;
    }

    /** The number of a job: the first is 0. */
    static int number(JobSpec job) {
        return (int) Long.parseLong(job.script().substring(HEAD.length(), HEAD.length() + DIGITS), 16);
    }

    /** What every worker of the driver offers. */
    static Ad ad() {
        return new Ad(AD_VERSION, Map.of("host", "bench", "cpus", "2"), List.of("gogo:echo"));
    }

    /** The one place where claims are made; the worker must have advertised {@link #ad}. */
    ClaimRequest claim(String worker, String incarnation, long claimId, int slots, Duration maxWait) {
        return new ClaimRequest(
                worker, incarnation, claimId, List.of(queue), "", "", slots, slots, AD_VERSION, maxWait);
    }

    /** The report of a script that succeeded and printed nothing. */
    static Report completed(String worker, Lease lease) {
        return new Report(
                worker,
                lease.leaseId(),
                lease.spec().jobId(),
                ReportKind.COMPLETE,
                Duration.ZERO,
                "",
                "",
                CapturedText.NONE,
                CapturedText.NONE);
    }
}
