/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.ScheduleSpec;
import org.junit.Rule;
import org.junit.Test;

/** The words of {@code cron}. */
public class CronCommandTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void addSendsTheScheduleWithItsScriptAndPolicies() throws Exception {
        String shown = shell.shown("cron add nightly '0 2 * * *' 'echo hello' --zone Europe/Zurich --missed all "
                + "--overlap one --queue reports --tag shop=42");
        ScheduleSpec spec = shell.queue.schedules.get("nightly").spec();
        assertEquals("0 2 * * *", spec.cron());
        assertEquals("Europe/Zurich", spec.zone());
        assertEquals("echo hello", spec.template().script());
        assertEquals("reports", spec.template().queue());
        assertEquals("42", spec.template().tags().get("shop"));
        assertEquals(ScheduleSpec.Missed.ALL, spec.missed());
        assertEquals(ScheduleSpec.Overlap.ONE, spec.overlap());
        assertTrue(shown, shown.contains("nightly  0 2 * * *  Europe/Zurich  on"));
        assertTrue(shell.shown("cron list").contains("nightly"));
    }

    @Test
    public void theJobsOfAScheduleRunAsThoseThatArePushed() throws Exception {
        String options = " --queue mail --tag shop=42 --arg one --max-attempts 7 --backoff 5s..1m --timeout 10m"
                + " --tenant acme --priority 5 --key shop-42 --limit-key smtp --requires '(memory>=1)' --needs ace:cw"
                + " --rank speed";
        shell.execute("cron add s @hourly 'say $1'" + options);
        shell.execute("push 'say $1' --id j1 --name s" + options);

        JobSpec scheduled = shell.queue.schedules.get("s").spec().template();
        JobSpec pushed = shell.queue.get("j1").toCompletableFuture().join().spec();
        assertEquals(List.of("ace:cw", "say"), scheduled.placement().needs());
        assertEquals(pushed.tagged("j1", ScheduleSpec.TAG, "s"), scheduled.tagged("j1", ScheduleSpec.TAG, "s"));

        shell.execute("cron add s @hourly 'say $1' --no-needs");
        assertEquals(
                List.of(),
                shell.queue.schedules.get("s").spec().template().placement().needs());
    }

    @Test
    public void pauseResumeRunAndRemoveReachTheSchedule() throws Exception {
        assertEquals("no schedules", shell.shown("cron list"));
        shell.execute("cron add s @hourly { echo hello }");
        assertEquals("schedule s: paused", shell.shown("cron pause s"));
        assertTrue(shell.queue.schedules.get("s").paused());
        assertEquals("schedule s: not paused", shell.shown("cron resume s"));
        assertTrue(!shell.queue.schedules.get("s").paused());
        assertTrue(!shell.shown("cron run s").isEmpty());
        assertEquals("schedule s: removed", shell.shown("cron remove s"));
        assertTrue(shell.queue.schedules.isEmpty());
    }

    @Test
    public void nextTakesANameOrAnExpression() throws Exception {
        shell.execute("cron add s @hourly 'echo hello'");
        assertTrue(shell.shown("cron next s -n 2").contains("2030-01-31T19:00:00Z"));
        assertTrue(shell.shown("cron next '*/5 * * * *' -n 1").contains("2030-01-31T19:00:00Z"));
    }

    @Test
    public void whatIsMissingIsSaid() {
        assertTrue(shell.refused("cron frob").contains("there is no 'frob', want add, list, next"));
        assertTrue(shell.refused("cron add s").contains("want a name, an expression in quotes"));
        assertTrue(shell.refused("cron add s @daily").contains("there is no script"));
        assertTrue(shell.refused("cron pause").contains("want the name of a schedule"));
        assertTrue(shell.refused("cron remove x").contains("there is no schedule 'x'"));
    }
}
