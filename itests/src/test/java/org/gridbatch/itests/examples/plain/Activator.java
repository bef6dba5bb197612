/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.examples.plain;

import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.client.GridClient;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Submits a job and waits for it, also while the server is away, and hears of all jobs of a queue. */
public final class Activator implements BundleActivator {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private GridClient client;

    @Override
    public void start(BundleContext context) {
        Dictionary<String, Object> wanted = new Hashtable<>();
        wanted.put(JobListener.FILTER, "(queue=plain)");
        JobListener listener = job -> System.out.println("plain heard of " + job.view());
        context.registerService(JobListener.class, listener, wanted);

        client = new GridClient(context);
        JobSpec job = JobSpec.script("echo hello").queue("plain").build();
        client.jobs(queue -> queue.submit(List.of(job), client.caller()), PATIENCE)
                .thenCompose(done -> client.jobs(queue -> queue.await(job.jobId(), Duration.ofMinutes(1)), PATIENCE))
                .whenComplete((end, failure) ->
                        System.out.println("plain waited for " + (failure == null ? end.state() : failure)));
    }

    @Override
    public void stop(BundleContext context) {
        client.close();
    }
}
