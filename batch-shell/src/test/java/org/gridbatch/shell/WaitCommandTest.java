/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.awaitility.Awaitility.await;
import static org.gridbatch.shell.FakeQueue.failed;
import static org.gridbatch.shell.FakeQueue.view;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.junit.Rule;
import org.junit.Test;

public class WaitCommandTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void theBarGoesOnUntilAllAreFinalAndTheJobsComeAsTheyWereGiven() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x");
        shell.queue.put(view("j2", JobState.COMPLETED), "x");
        shell.session.put("COLUMNS", 80);
        CompletableFuture<String> ids = CompletableFuture.supplyAsync(() -> ids("wait --bar j1 j2"));
        await("it shows the half").atMost(SOON).until(() -> shell.printed().contains("50 %, 1/2, 1 executing"));
        shell.queue.put(view("j1", JobState.COMPLETED), "x");
        assertEquals("[j1, j2]", ids.get());
        assertThat(shell.printed(), containsString("] 100 %, 2/2, in "));
    }

    @Test
    public void withTheBarItFailsAsWithout() {
        shell.queue.put(view("j1", JobState.COMPLETED), "x");
        shell.queue.put(failed("j2", JobState.DISCARDED, "boom"), "x");
        shell.queue.put(view("j3", JobState.AVAILABLE), "x");
        shell.queue.put(view("j4", JobState.AVAILABLE), "x");

        assertEquals(
                "wait: 1 of 2 jobs did not complete: job j2 is discarded: boom", shell.refused("wait --bar j1 j2"));
        assertThat(shell.printed(), startsWith("100 %, 2/2, 1 failed, in "));
        assertEquals("wait: job j3 is still available after 50ms", shell.refused("wait -b j1 j3 --for 50ms"));
        assertEquals("wait: 2 of 3 jobs are still not final after 1ms", shell.refused("wait -b j1 j3 j4 --for 1ms"));
        assertEquals("no job 'x'", shell.refused("wait --bar x"));
    }

    @Test
    public void aQueryIsForWhatIsNotFinalYet() throws Exception {
        shell.execute("push x --id j1 --queue mail");
        shell.queue.put(failed("j2", JobState.DISCARDED, "an old story"), "x");

        assertEquals("wait: job j1 is still available after 0ms", shell.refused("wait --queue mail --for 0s"));
        assertEquals("no jobs", shell.shown("wait --queue other --bar"));
        assertEquals("no jobs", shell.shown("wait --queue default"));
        assertThat(shell.refused("wait --state discarded"), containsString("an old story"));
        assertThat(shell.refused("wait"), containsString("there is nothing to wait for, want ids, or --queue"));
    }

    private String ids(String line) {
        try {
            return ((List<?>) shell.execute(line))
                    .stream().map(job -> ((JobView) job).jobId()).toList().toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
