/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import org.gridbatch.api.JobSpec;

/**
 * How long a failed job waits: its back-off, moved by up to a tenth so that jobs that failed together do not come back
 * together. The jitter is a hash, not chance, so a replay waits the same time.
 */
final class RetryWait {
    private RetryWait() {}

    static long millis(JobSpec spec, int failed) {
        long wait = spec.backoff().after(failed).toMillis();
        long hash = spec.jobId().hashCode() * 31L + failed;
        hash = (hash ^ (hash >>> 15)) * 0x9E3779B97F4A7C15L;
        long perMille = Math.floorMod(hash ^ (hash >>> 32), 201) - 100;
        return Math.min(spec.backoff().most().toMillis(), wait + wait * perMille / 1_000);
    }
}
