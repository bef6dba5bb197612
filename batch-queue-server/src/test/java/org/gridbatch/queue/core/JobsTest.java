/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.junit.Test;

public class JobsTest {
    @Test
    public void onlyTheTransitionsOfTheTableArePossible() {
        int allowed = 0;
        for (JobState from : JobState.values()) {
            for (JobState to : JobState.values()) {
                Jobs jobs = new Jobs(new Gates(new Rules()));
                Job before = job(from);
                Job after = job(to);
                jobs.add(before);
                if (from.next().contains(to)) {
                    jobs.move(before, after);
                    allowed++;
                    assertEquals(1, jobs.count(to));
                } else {
                    assertThrows(from + " to " + to, IllegalStateException.class, () -> jobs.move(before, after));
                    assertEquals("a refused move changes nothing", 1, jobs.count(from));
                    assertTrue(jobs.get("job-1") == before);
                }
            }
        }
        assertEquals(22, allowed);
    }

    @Test
    public void finalStatesHaveNoWayOut() {
        Set<JobState> finals = EnumSet.of(JobState.COMPLETED, JobState.CANCELLED, JobState.DISCARDED);
        for (JobState state : JobState.values()) assertEquals(finals.contains(state), state.isFinal());
    }

    private static Job job(JobState state) {
        return job(state, 1);
    }

    static Job job(JobState state, long sequence) {
        Tenure tenure = state == JobState.EXECUTING ? new Tenure(1, "w", "i", 1, 0) : null;
        return new Job(
                sequence,
                JobSpec.script("echo").jobId("job-1").build(),
                state,
                0,
                0,
                0,
                0,
                0,
                0,
                tenure,
                false,
                "",
                "",
                "",
                "",
                "",
                "",
                List.of(),
                0,
                List.of(),
                state.isFinal() ? 1 : 0,
                "",
                0,
                "");
    }
}
