/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.junit.Test;

public class SearchTest {
    private final TestEngine grid = new TestEngine();

    @Test
    public void aPageEndsBeforeItIsTooMuchForAMessage() {
        List<String> wanted = new ArrayList<>();
        List<JobSpec.Builder> jobs = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            wanted.add("job-" + i);
            jobs.add(TestEngine.job("job-" + i).name("n".repeat(4_000)));
        }
        grid.submit(jobs.toArray(JobSpec.Builder[]::new));

        List<String> seen = new ArrayList<>();
        String next = "";
        int pages = 0;
        do {
            CompletableFuture<JobPage> page =
                    grid.engine.find(JobQuery.ALL.withLimit(1_000).withAfter(next));
            grid.settle();
            page.join().jobs().forEach(job -> seen.add(job.jobId()));
            next = page.join().next();
            pages++;
        } while (!next.isEmpty());
        assertEquals(wanted, seen);
        assertEquals(3, pages);
    }
}
