/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.examples.ds;

import java.time.Duration;
import java.util.List;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Submits a job when there is a queue, and waits for it. */
@Component(
        service = {},
        immediate = true)
public final class Hello {
    /** Its id is chosen once: submitting it again, to a queue that has it, changes nothing. */
    private static final JobSpec JOB = JobSpec.script("echo hello").queue("ds").build();

    @Activate
    public Hello(@Reference JobQueue queue) {
        queue.submit(List.of(JOB))
                .thenCompose(done -> queue.await(JOB.jobId(), Duration.ofMinutes(1)))
                .whenComplete((end, failure) ->
                        System.out.println("ds waited for " + (failure == null ? end.state() : failure)));
    }
}
