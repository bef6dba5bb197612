/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Reason;
import org.gridbatch.api.WorkerView;
import org.junit.Rule;
import org.junit.Test;

public class OperatorCommandsTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void reasonsAreSentencesAndDataForScripts() throws Exception {
        shell.execute("push x --id j1");
        shell.execute("push x --id j2");
        shell.queue.reasons.add(new Reason(Reason.Kind.PAUSED, "queue default is paused"));

        assertEquals("queue default is paused", shell.shown("why j1"));
        assertEquals("j1  queue default is paused\nj2  queue default is paused", shell.shown("why j1 j2"));
        assertEquals(Reason.Kind.PAUSED, shell.execute("((why j1) get 0) kind"));
        assertEquals("no job 'absent'", shell.refused("why absent"));
    }

    @Test
    public void queuesShowWhatTheyHaveAndWhatIsSet() throws Exception {
        assertEquals("no queues", shell.shown("queues"));
        shell.execute("push x --queue mail");
        shell.execute("push x --queue mail --delay 1h");
        shell.execute("push x");
        shell.execute("pause mail");
        shell.execute("configure mail --order 10 --max-attempts 3 --timeout 10m");
        shell.execute("limit mail --concurrency 2 --rate 10/1m");

        assertEquals("""
                QUEUE    STATE   ORDER  LIMIT                  SCHEDULED  AVAILABLE  DEFAULTS
                default                                        0          1
                mail     paused  10     2 at a time, 10 in 1m  1          1          3 attempts, timeout 10m""", shell.shown("queues"));
    }

    @Test
    public void queuesArePausedAndResumed() throws Exception {
        shell.execute("push x");
        assertEquals("queue default: paused", shell.shown("pause default"));
        assertEquals(true, shell.queue.settings.get("default").paused());
        assertEquals("", shell.printed());

        assertEquals("""
                OF     NAME     IS
                queue  default  not paused
                queue  mial     not paused""", shell.shown("resume default mial"));
        assertEquals(false, shell.queue.settings.get("default").paused());
        assertEquals("note: queue mial has no jobs now\n", shell.printed());
    }

    @Test
    public void whatIsNotSaidOfAQueueStaysAsItIs() throws Exception {
        shell.execute("pause mail");
        shell.execute("limit mail --rate 10/1m");
        shell.execute("limit mail --concurrency 3");
        shell.execute("configure mail --order -7 --backoff 1s..8s");

        assertEquals(
                "queue mail: paused, order -7, 3 at a time, 10 in 1m, 2 attempts, back-off 1s..8s",
                shell.shown("configure mail --max-attempts 2"));
        assertEquals(
                new QueueSettings(
                        "mail",
                        true,
                        -7,
                        new Limit(3, new Rate(10, Duration.ofMinutes(1))),
                        2,
                        new Backoff(2, Duration.ofSeconds(1), Duration.ofSeconds(8)),
                        Duration.ZERO),
                shell.queue.settings.get("mail"));

        assertEquals("queue mail: paused, 3 at a time, 10 in 1m", shell.shown("configure mail --reset"));
        assertEquals("queue mail: paused", shell.shown("limit mail --none"));
        assertEquals("queue mail: paused", shell.shown("limit mail"));
        shell.execute("resume mail");
        assertEquals("queue mail: nothing is set", shell.shown("configure mail"));
    }

    @Test
    public void aKeyHasALimitAsWell() throws Exception {
        assertEquals("limit key smtp: 10 in 1m", shell.shown("limit --key smtp --rate 10/1m"));
        assertEquals("limit key smtp: 1 at a time, 10 in 1m", shell.shown("limit -k smtp -c 1"));
        assertEquals(new Limit(1, new Rate(10, Duration.ofMinutes(1))), shell.queue.limits.get("smtp"));
        assertEquals("limit key smtp: no limit", shell.shown("limit --key smtp --none"));
        assertEquals(Limit.NONE, shell.queue.limits.get("smtp"));
    }

    @Test
    public void aLimitThatMakesNoSenseIsRefused() {
        assertEquals("limit: there is no queue, want one of QUEUE and --key KEY", shell.refused("limit -c 1"));
        assertEquals(
                "limit: there is a queue and a key, want one of QUEUE and --key KEY",
                shell.refused("limit mail -k k -c 1"));
        assertThat(shell.refused("limit mail --rate 10"), containsString("'10' is no rate, want one like 10/1m"));
        assertThat(shell.refused("limit mail --rate 10/soon"), containsString("'soon' is no duration"));
        assertThat(shell.refused("limit mail --none -c 1"), containsString("nothing to set with it"));
        assertThat(shell.refused("limit mail -c -1"), containsString("concurrency is -1, want 0 to 1000000"));
        assertThat(
                shell.refused("configure mail --order 1000"), containsString("queue order is 1000, want -100 to 100"));
        assertThat(shell.refused("configure mail --max-attempts 0"), containsString("--max-attempts is 0"));
    }

    @Test
    public void aTenantIsWeighed() throws Exception {
        assertEquals("tenant acme: weight 3", shell.shown("weigh acme 3"));
        assertEquals("tenant '': weight 2", shell.shown("weigh '' 2"));
        assertEquals(Map.of("acme", 3, "", 2), shell.queue.weights);
        assertThat(shell.refused("weigh acme much"), containsString("'much' is no whole number"));
    }

    @Test
    public void workersAreDrainedAndUndrained() throws Exception {
        shell.queue.workers.add(new WorkerView("w1", 4, List.of(), List.of(), "", Map.of(), 12, false, Duration.ZERO));
        assertEquals("worker w1: drained", shell.shown("drain w1"));
        assertEquals(List.of("w1"), shell.queue.drained);
        assertEquals("", shell.printed());
        shell.execute("undrain w1 w2");
        assertEquals(List.of(), shell.queue.drained);
        assertEquals("note: no worker w2 is in sight now\n", shell.printed());
    }

    @Test
    public void allThatIsSetIsListed() throws Exception {
        assertEquals("nothing is set", shell.shown("settings"));
        shell.execute("push x");
        shell.execute("pause mail");
        shell.execute("weigh acme 3");
        shell.execute("limit --key smtp -c 1");
        shell.execute("drain w1");

        assertEquals("""
                OF         NAME  IS
                queue      mail  paused
                tenant     acme  weight 3
                limit key  smtp  1 at a time
                worker     w1    drained""", shell.shown("settings"));
        assertEquals("acme", shell.execute("((settings) get 1) name"));
    }

    @Test
    public void aGridThatIsAwayIsSaid() {
        shell.queue.failure = new QueueUnavailableException("no queue-server is in sight");
        assertThat(shell.refused("queues"), containsString("is a queue-server running"));
        assertThat(shell.refused("settings"), containsString("is a queue-server running"));
    }
}
