/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.gridbatch.shell.FakeQueue.failed;
import static org.gridbatch.shell.FakeQueue.view;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import org.gridbatch.api.JobState;
import org.junit.Rule;
import org.junit.Test;

public class ChangeCommandsTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void cancelKeepsTheReason() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");

        assertEquals("j1  done", shell.shown("cancel j1 --reason 'not wanted'"));
        assertEquals("not wanted", shell.queue.jobs.get("j1").view().error());
    }

    @Test
    public void retryOfAFinalJobTellsTheNewId() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.put(failed("j2", JobState.DISCARDED, "boom"), "x");

        assertEquals("j1  done\nj2  retried as j2-again", shell.shown("retry j1 j2"));
    }

    @Test
    public void snoozeTakesTheDurationLast() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");

        assertEquals("j1  done", shell.shown("snooze j1 5m"));
        assertEquals("for PT5M", shell.queue.jobs.get("j1").view().error());
        assertThat(shell.refused("snooze j1 j2"), containsString("'j2' is no time"));
        assertThat(shell.refused("snooze 5m"), containsString("ID... TIME"));
    }

    @Test
    public void aRefusalFailsAndSaysWhatWasDone() {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.put(view("j2", JobState.COMPLETED), "x");

        assertEquals("job j2: it is final; no job 'j3'; done for the 1 other", shell.refused("cancel j1 j2 j3"));
    }

    @Test
    public void whatACommandReturnedCanBeGivenToTheNext() throws Exception {
        shell.execute("push x --id j1 --queue mail");
        shell.execute("push x --id j2 --queue mail");

        assertEquals("j1  done\nj2  done", shell.shown("cancel (jobs --queue mail)"));
        assertEquals("j3  done", shell.shown("cancel (push x --id j3)"));
    }
}
