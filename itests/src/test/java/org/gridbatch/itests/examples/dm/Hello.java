/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.examples.dm;

import java.time.Duration;
import java.util.List;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;

/** Submits a job and waits for it. */
public final class Hello {
    /** Its id is chosen once: submitting it again, to a queue that has it, changes nothing. */
    private static final JobSpec JOB = JobSpec.script("echo hello").queue("dm").build();

    /** Injected. */
    private volatile JobQueue queue;

    /** Called when there is a queue. */
    void start() {
        queue.submit(List.of(JOB))
                .thenCompose(done -> queue.await(JOB.jobId(), Duration.ofMinutes(1)))
                .whenComplete((end, failure) ->
                        System.out.println("dm waited for " + (failure == null ? end.state() : failure)));
    }
}
