/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.testing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.Limits;

/** A job listener with its position. */
final class TestListener {
    private final FinalJobs jobs;
    private final JobListener listener;
    private final String filter;
    private String position;

    TestListener(FinalJobs jobs, JobListener listener, Map<String, ?> properties) {
        this.jobs = jobs;
        this.listener = listener;
        filter = text(properties, JobListener.FILTER);
        position = text(properties, JobListener.AFTER);
        // Refuses a wrong filter or position at once, and says where now is.
        FinalPage page = page();
        if (position.isEmpty()) position = page.next();
    }

    private static String text(Map<String, ?> properties, String key) {
        Object value = properties.get(key);
        return value == null ? "" : value.toString();
    }

    private FinalPage page() {
        try {
            return jobs.after(position, filter, Limits.BULK, Duration.ZERO)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BatchException cause ? cause : e;
        }
    }

    /** Tells the listener all that there is. */
    synchronized void hear() {
        for (FinalPage page = page(); !page.next().equals(position); page = page()) {
            if (page.missed()) listener.missed();
            for (FinalJob job : page.jobs()) {
                position = job.position();
                listener.jobIsFinal(job);
            }
            position = page.next();
        }
    }
}
