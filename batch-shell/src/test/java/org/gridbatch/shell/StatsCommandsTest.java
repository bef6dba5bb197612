/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.awaitility.Awaitility.await;
import static org.gridbatch.shell.FakeQueue.view;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Progress;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.WorkerView;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;

public class StatsCommandsTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Before
    public void fill() throws Exception {
        shell.execute("push x --id j1 --queue mail --tenant acme");
        shell.execute("push x --id j2 --queue mail --tenant acme --delay 5m");
        shell.execute("pause mail");
        shell.queue.put(view("j3", JobState.EXECUTING), "x");
        shell.queue.put(view("j4", JobState.COMPLETED), "x");
        shell.queue.put(view("j5", JobState.DISCARDED), "x");
        shell.queue.workers.add(
                new WorkerView("w1", 4, List.of("j3"), List.of(), "", Map.of(), 12, false, Duration.ofMillis(1_500)));
    }

    private Stats read() {
        Grid grid = new Grid(shell.queue, Duration.ofSeconds(5), null);
        return new StatsReader(grid, Clock.fixed(FakeQueue.NOW.plusSeconds(30), ZoneOffset.UTC)).read();
    }

    @Test
    public void theyCountJobsByQueueAndTenantWithRatesAndTheOldest() {
        assertEquals("""
                grid     grid-1
                term     7
                jobs     5 available
                workers  1, 1 of 4 slots busy
                ended    2.0/min end, 1.0/min of them failed

                QUEUE    STATE   SCHEDULED  AVAILABLE  EXECUTING  COMPLETED  DISCARDED  ENDED    FAILED   OLDEST
                default          0          0          1          1          1          2.0/min  1.0/min
                mail     paused  1          1          0          0          0                            30s

                TENANT  WAITING  EXECUTING  ENDED    FAILED
                ''      0        1          2.0/min  1.0/min
                acme    2        0""", StatsFormat.stats(read(), Paper.PLAIN));
    }

    @Test
    public void withoutTheHistoryThereAreNoRates() throws Exception {
        Stats stats = read();
        shell.queue.failure = new QueueUnavailableException("the archive is away");
        Grid grid = new Grid(shell.queue, Duration.ofSeconds(5), null);
        StatsReader.Ended unknown = new StatsReader(grid, Clock.systemUTC()).ended();
        shell.queue.failure = null;
        Stats without = new StatsReader(grid, Clock.systemUTC()).read(unknown, List.of());
        assertThat(StatsFormat.stats(without, Paper.PLAIN), containsString("ended    rates not known"));
        assertFalse(StatsFormat.stats(stats, Paper.PLAIN).contains("rates not known"));
    }

    @Test
    public void theyAreDataAsWell() throws Exception {
        assertThat(shell.shown("stats --json"), containsString("{\"queue\":\"mail\",\"paused\":true,\"counts\":{"));
        assertThat(shell.shown("stats"), containsString("1 of 4 slots busy"));
    }

    @Test
    public void whereThereIsNoTerminalTopIsOneFrame() throws Exception {
        shell.queue.tells("j3", 1, new Progress(5, 10, "shop 42"), "", "");
        String frame = shell.shown("top");
        assertThat(
                frame,
                containsString("workers 1, 1 of 4 slots busy, 2.0/min end, 1.0/min of them failed, grid grid-1"));
        assertThat(frame, containsString("WORKER  BUSY  JOB  FOR"));
        assertThat(frame, containsString("5/10 (50 %) shop 42"));
    }

    @Test
    public void topIsDataAsWell() throws Exception {
        shell.session.put("COLUMNS", 80);
        assertEquals("grid-1", shell.execute("((top --once) stats) grid"));
        assertThat(shell.shown("top --json"), startsWith("{\"stats\":{\"grid\":\"grid-1\""));
        assertThat(shell.shown("top --json"), containsString("\"workers\":[{\"worker\":"));
    }

    @Test
    public void atATerminalTopIsDrawnAnewUntilQ() throws Exception {
        try (CommandSession session = shell.session("  q")) {
            session.put("COLUMNS", 80);
            session.put("LINES", 6);
            CompletableFuture<Object> end = CompletableFuture.supplyAsync(() -> {
                try {
                    return String.valueOf(session.execute("top"));
                } catch (Exception e) {
                    return e;
                }
            });
            await("it ends").atMost(Duration.ofSeconds(10)).until(end::isDone);
            assertEquals("null", end.get());
        }
        assertThat(shell.printed(), containsString("\u001b[2J\u001b[H\u001b[?7lworkers 1, 1 of 4"));
        assertEquals("5 lines of 6", 5, shell.printed().split("\u001b\\[K", -1).length - 1);
    }
}
