/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.hasItem;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobState;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.WorkerView;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;

public class CompletionsTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    private final Complete complete = new Complete();

    /** Stands for the command of the interactive shell. */
    public static final class Complete {
        final List<String> calls = new ArrayList<>();

        public void complete(CommandSession session, String[] words) {
            calls.add(String.join(" ", words));
        }
    }

    @Before
    public void start() {
        shell.processor.addCommand("gogo", complete, "complete");
    }

    @Test
    public void allOptionsOfAllCommandsAreDeclared() throws Exception {
        shell.execute("_completions");
        assertThat(complete.calls, hasItem("-c batch:jobs -d List jobs, oldest first."));
        assertThat(complete.calls, hasItem("-c batch:jobs -s q -l queue -d Only of this queue."));
        assertThat(complete.calls, hasItem("-c batch:push -l name -d A name, for people."));
        assertThat(
                complete.calls,
                hasItem("-c batch:job -a batch:_completions ($.commandLine words) ($.commandLine wordIndex)"));
    }

    @Test
    public void valuesAreOfferedByWhatIsWanted() throws Exception {
        shell.execute("push x --id j1 --queue mail");
        shell.execute("push x --id j2 --queue backup");

        assertEquals(List.of("j2", "j1"), values("job", ""));
        assertEquals(List.of("j2", "j1"), values("batch:wait", "j1", ""));
        assertEquals(List.of("j2", "j1"), values("snooze", "j"));
        assertEquals(List.of("backup", "mail"), values("push", "x", "-q", ""));
        assertEquals(List.of("backup", "mail"), values("pause", "mail", ""));
        assertEquals(List.of("j2", "j1"), values("push", "x", "--after", ""));
        shell.queue.workers.add(new WorkerView("w1", 4, List.of(), List.of(), "", Map.of(), 12, false, Duration.ZERO));
        assertEquals(List.of("w1"), values("drain", ""));
        assertThat(values("jobs", "--state", "r"), hasItem(Formats.word(JobState.RETRYABLE)));
        assertThat(values("help", ""), hasItem("snooze"));
        assertEquals(List.of(), values("push", ""));
        assertEquals(List.of(), values("jobs", "--newest", ""));
        assertEquals(List.of(), values("nonsense", ""));
    }

    @Test
    public void aGridThatIsAwayOffersNothing() throws Exception {
        shell.queue.failure = new QueueUnavailableException("no queue-server is in sight");
        assertEquals(List.of(), values("job", ""));
    }

    @SuppressWarnings("unchecked")
    private List<String> values(String... words) throws Exception {
        shell.session.put("words", List.of(words));
        shell.session.put("index", words.length - 1);
        return List.copyOf((Collection<String>) shell.execute("_completions $words $index"));
    }
}
