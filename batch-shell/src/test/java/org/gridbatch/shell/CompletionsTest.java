/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.gridbatch.shell.FakeQueue.view;
import static org.hamcrest.CoreMatchers.hasItem;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    public void whatTheCommandWouldRefuseIsLeftOut() throws Exception {
        shell.execute("push x --id j1 --queue mail");
        shell.execute("push x --id j2 --queue backup");
        shell.queue.put(view("done", JobState.COMPLETED), "x");
        shell.queue.put(view("bad", JobState.DISCARDED), "x");
        shell.execute("push x --id a --each 1 2");
        shell.execute("pause mail");
        shell.queue.workers.add(new WorkerView("w1", 4, List.of(), List.of(), "", Map.of(), 12, false, Duration.ZERO));
        shell.queue.workers.add(new WorkerView("w2", 4, List.of(), List.of(), "", Map.of(), 12, true, Duration.ZERO));
        shell.queue.drained.add("w2");

        assertEquals(Set.of("j1", "j2", "a", "bad"), Set.copyOf(values("retry", "")));
        assertEquals(Set.of("j1", "j2", "a"), Set.copyOf(values("cancel", "")));
        assertEquals(Set.of("j1", "j2", "a", "bad", "done"), Set.copyOf(values("job", "")));
        assertEquals(List.of("a"), values("throttle", ""));
        assertEquals("a number follows", List.of(), values("throttle", "a", ""));
        assertEquals(List.of("backup", "default"), values("pause", ""));
        assertEquals(List.of("mail"), values("resume", ""));
        assertEquals(List.of("w1"), values("drain", ""));
        assertEquals(List.of("w2"), values("undrain", ""));
        assertEquals(List.of("completed", "cancelled", "discarded"), values("history", "--state", ""));
    }

    @Test
    public void severalInOneWordAreCompletedOneByOne() throws Exception {
        shell.execute("push x --id j1");
        assertThat(values("jobs", "-s", "blocked,re"), hasItem("blocked,retryable"));
        assertEquals(List.of("j0,j1"), values("push", "x", "--after", "j0,"));
    }

    @Test
    public void whatIsKnownOfTheGridIsOfferedForEveryOptionThatTakesIt() throws Exception {
        shell.execute("push x --id j1 --tenant acme --name nightly --tag shop=42 --limit-key smtp");
        shell.execute("weigh globex 3");
        shell.execute("limit --key smtp --concurrency 2");
        shell.execute("cron add tidy @hourly { echo tidy }");
        shell.queue.workers.add(
                new WorkerView("w1", 4, List.of(), List.of(), "", Map.of("cpus", "2"), 12, false, Duration.ZERO));

        assertEquals(List.of("acme", "globex"), values("history", "--tenant", ""));
        assertEquals(List.of("acme", "globex"), values("weigh", ""));
        assertEquals(List.of("nightly"), values("wait", "--name", ""));
        assertEquals(List.of("shop=42"), values("export", "--tag", ""));
        assertEquals(List.of("smtp"), values("push", "--limit-key", ""));
        assertEquals(List.of("smtp"), values("limit", "--key", ""));
        assertEquals("a key of one's own", List.of(), values("push", "--key", ""));
        assertEquals(List.of("-cpus", "cpus"), values("push", "--rank", ""));
        assertThat(values("push", "--needs", ""), hasItem("batch:push"));
        assertThat(values("cron", "next", "--zone", ""), hasItem("Europe/Zurich"));
        assertThat(values("cron", ""), hasItem("resume"));
        assertEquals(List.of("tidy"), values("cron", "run", ""));
        assertEquals(List.of("tidy"), values("cron", "next", "-n", "3", ""));
        assertEquals(List.of(), values("cron", "list", ""));
        assertEquals(List.of("skip", "once", "all"), values("cron", "add", "x", "--missed", ""));
        assertEquals(List.of("no-result", "stderr", "no-result,stderr"), values("push", "--fail-on", ""));
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
