/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.testing.TestGrid;
import org.gridbatch.worker.gogo.GogoScriptRunner;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The commands in a real Gogo, as scripts of ACE call them, on the real queue in memory. */
public class AceCommandsTest {
    /** One for the process, never stopped: scripts' threads may outlive their test. */
    private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

    static {
        THREAD_IO.start();
    }

    private final TestGrid grid = new TestGrid();
    private final List<String> said = new ArrayList<>();
    private CommandProcessorImpl processor;
    private GogoScriptRunner scripts;
    private CommandSession session;
    private TestShell shell;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Before
    public void setUp() {
        processor = new CommandProcessorImpl(THREAD_IO);
        scripts = new GogoScriptRunner(processor, THREAD_IO);
        shell = new TestShell(grid, scripts);
        processor.addCommand("test", new TestCommands(), TestCommands.class);
        commands(false);
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        session = processor.createSession(new ByteArrayInputStream(new byte[0]), stream, stream);
    }

    private void commands(boolean forWorkers) {
        Taken taken = new Taken();
        QueueCommands queue = new QueueCommands(shell, new Definitions(scripts, "ace", forWorkers), taken);
        ScriptCommands script = new ScriptCommands(shell, taken);
        for (String name : QueueCommands.FUNCTIONS) {
            processor.removeCommand(QueueCommands.SCOPE, name);
            processor.addCommand(QueueCommands.SCOPE, queue, name);
        }
        for (String name : ScriptCommands.FUNCTIONS) processor.addCommand(ScriptCommands.SCOPE, script, name);
    }

    @After
    public void tearDown() {
        scripts.close();
        processor.stop();
        grid.close();
    }

    @Test
    public void whatIsPutIsGotOnceAndAsItWasPut() throws Exception {
        execute("queue:put [script='say one' name=first shop=7]");

        assertEquals(Map.of("script", "say one", "name", "first", "shop", "7"), execute("queue:get"));
        assertNull(execute("queue:get"));
        assertEquals(0, ((Object[]) execute("queue:get '(name=first)'")).length);
    }

    @Test
    public void jobsComeInTheOrderInWhichTheyWerePut() throws Exception {
        execute("queue:put [script='say 1'] [script='say 2']");
        execute("queue:put [script='say 3']");

        for (int i = 1; i <= 3; i++) assertEquals("say " + i, got("queue:get").get("script"));
    }

    @Test
    public void aFilterTakesAllThatItMatchesAndLeavesTheOthers() throws Exception {
        execute("queue:put [script='say 1' kind=a] [script='say 2' kind=b] [script='say 3' kind=ab] [script='say 4']");

        Object[] maps = (Object[]) execute("queue:get '(kind=a*)'");

        assertEquals(
                List.of(Map.of("script", "say 1", "kind", "a"), Map.of("script", "say 3", "kind", "ab")),
                List.of(maps));
        assertEquals("say 2", got("queue:get").get("script"));
        assertEquals("say 4", got("queue:get").get("script"));
    }

    @Test
    public void filtersSeePropertiesAsAceDoesWhateverTheyAreCalled() throws Exception {
        execute("queue:put [script='say 1' id=7 queue=x priority=high Tenant=t]");

        for (String filter : List.of("(id=7)", "(queue=x)", "(priority=high)", "(tenant=t)", "(TENANT=*)", "(id=07)")) {
            assertEquals(filter, !filter.equals("(id=07)"), execute("queue:contains '" + filter + "'"));
        }
        assertEquals(false, execute("queue:contains '(name=*)'"));
    }

    @Test
    public void containsTellsWhetherThereIsOneToGet() throws Exception {
        assertEquals(false, execute("queue:contains"));
        execute("queue:put [script='say 1' kind=a]");

        assertEquals(true, execute("queue:contains"));
        assertEquals(true, execute("queue:contains ''"));
        assertEquals(true, execute("queue:contains '(kind=a)'"));
        assertEquals(false, execute("queue:contains '(kind=b)'"));

        execute("queue:get");
        assertEquals(false, execute("queue:contains"));
    }

    @Test
    public void aJobThatSomebodyElseTakesMeanwhileIsPassedOver() throws Exception {
        execute("queue:put [script='say 1' kind=a] [script='say 2' kind=a]");
        String first = jobs().get(0).jobId();
        shell.beforePull = () -> grid.jobs().cancel(List.of(first), "");

        Object[] maps = (Object[]) execute("queue:get '(kind=a)'");

        assertEquals(1, maps.length);
        assertEquals("say 2", ((Map<?, ?>) maps[0]).get("script"));
    }

    @Test
    public void aGetTakesABoundedNumberAndLeavesTheOthers() throws Exception {
        for (int i = 0; i <= QueueCommands.MOST; i++) execute("queue:put [script='say 1' kind=a]");

        assertEquals(QueueCommands.MOST, ((Object[]) execute("queue:get '(kind=a)'")).length);
        assertEquals(1, ((Object[]) execute("queue:get '(kind=a)'")).length);
    }

    @Test
    public void workersLeaveWhatIsPutAloneUnlessTheyAreToRunIt() throws Exception {
        execute("queue:put [script='say 1']");
        var worker = grid.worker("w1", "test:say");
        assertTrue(worker.take().isEmpty());

        commands(true);
        execute("queue:put [script='say 2']");
        execute("queue:put [script='ace:cw a b c']");

        assertEquals("say 2", worker.take().orElseThrow().spec().script());
        assertTrue("it offers no ace:cw", worker.take().isEmpty());
    }

    @Test
    public void whatCannotBeAJobIsRefusedWithTheReasonAndNothingIsPut() {
        String good = "queue:put [script='say 1'] ";
        assertThat(refused(good + "[name=x]"), containsString("queue:put: there is no script"));
        assertThat(refused(good + "[script='  ']"), containsString("there is no script"));
        assertThat(refused(good + "text"), containsString("queue:put: 'text' is no map"));
        assertThat(refused("queue:put"), containsString("there are 0 maps, want 1 to 1000"));
        assertThat(refused(good + "[script='say (']"), containsString("the script cannot be run: line 1, column"));
        assertThat(refused(good + "[script='say 1' 'a b'=x]"), containsString("tag key is 'a b', want a letter"));
        assertThat(refused(good + "[script='say 1' a=$unset]"), containsString("property 'a' is null"));
        assertThat(
                refused(good + "[script='say 1' a=" + "x".repeat(4_097) + "]"),
                containsString("tag a has 4097 characters, want at most 4096"));

        assertEquals(List.of(), jobs());
    }

    @Test
    public void filtersThatAreNoneOrAskForTheScriptAreRefused() {
        assertThat(refused("queue:get 'kind=a'"), containsString("queue:get: 'kind=a' is no LDAP filter"));
        assertThat(refused("queue:contains '(kind=a'"), containsString("queue:contains: '(kind=a' is no LDAP filter"));
        assertThat(
                refused("queue:get '(&(kind=a)(Script=*x*))'"),
                containsString("asks for the script, but filters see the properties only"));
    }

    @Test
    public void anUnsetVariableIsNoFilterAndTakesNothing() throws Exception {
        execute("queue:put [script='say 1']");

        assertThat(refused("queue:get $unset"), containsString("the filter is null: is a variable not set?"));

        assertEquals(true, execute("queue:contains"));
    }

    @Test
    public void executeAllRunsWhatWasGotAndReportsIt() throws Exception {
        execute("queue:put [script='say one' kind=a] [script='say two' kind=a]");

        execute("script:executeAll (queue:get '(kind=a)')");

        assertEquals(List.of("one", "two"), said);
        assertEquals(List.of(JobState.COMPLETED, JobState.COMPLETED), states());
    }

    @Test
    public void aSingleMapCanBeExecutedTooByEitherCommand() throws Exception {
        execute("queue:put [script='say one'] [script='say two']");

        execute("script:executeAll (queue:get)");
        execute("script:execute (queue:get)");

        assertEquals(List.of("one", "two"), said);
        assertEquals(List.of(JobState.COMPLETED, JobState.COMPLETED), states());
    }

    @Test
    public void theScriptOfAJobThatWasGotCountsForItAlsoAsText() throws Exception {
        execute("queue:put [script='say one']");

        execute("job = (queue:get)");
        execute("script:execute ($job get script)");

        assertEquals(List.of("one"), said);
        assertEquals(List.of(JobState.COMPLETED), states());
    }

    @Test
    public void anotherSessionsJobIsNotTouchedByTheSameText() throws Exception {
        execute("queue:put [script='say one']");
        execute("queue:get");

        try (CommandSession other = processor.createSession(session)) {
            other.execute("script:execute 'say one'");
        }

        assertEquals(List.of("one"), said);
        assertEquals(List.of(JobState.EXECUTING), states());
    }

    @Test
    public void whatFailsIsTriedAgainAndTheRestIsGivenBackAtNoCost() throws Exception {
        execute("queue:put [script='say one' kind=a] [script='fail boom' kind=a] [script='say three' kind=a]");

        assertThat(refused("script:executeAll (queue:get '(kind=a)')"), containsString("IllegalStateException: boom"));

        assertEquals(List.of("one"), said);
        assertEquals(List.of(JobState.COMPLETED, JobState.RETRYABLE, JobState.AVAILABLE), states());
        assertThat(jobs().get(1).error(), containsString("boom"));
        assertEquals("say three", got("queue:get").get("script"));
        assertEquals(1, jobs().get(2).attempt());
    }

    @Test
    public void aMapThatWasReportedOnIsNotRunAgain() throws Exception {
        execute("queue:put [script='say one']");
        execute("job = (queue:get)");
        execute("script:execute $job");

        assertThat(refused("script:execute $job"), containsString("is ended"));

        assertEquals(List.of("one"), said);
    }

    @Test
    public void whatDoesNotComeFromTheQueueIsRunAndNotQueued() throws Exception {
        execute("script:execute 'say one; say two'");
        execute("script:execute { say three }");
        execute("script:executeAll [script='say four'] [name=x]");

        assertEquals(List.of("one", "two", "three", "four"), said);
        assertThat(out.toString(StandardCharsets.UTF_8), containsString("ignored, it has no script: {name=x}"));
        assertEquals(List.of(), jobs());
    }

    @Test
    public void toExecuteNothingIsAnError() {
        assertThat(refused("script:executeAll (queue:get '(a=b)')"), containsString("there is nothing to run"));
        assertThat(refused("script:executeAll (queue:get)"), containsString("there is nothing to run"));
        assertThat(refused("script:execute ''"), containsString("is a variable not set?"));
        assertThat(refused("script:execute [name=x]"), containsString("the map has no script: {name=x}"));
        assertThat(refused("script:executeAll text"), containsString("'text' is no map"));
        assertFalse(said.contains("text"));
    }

    private Object execute(String line) throws Exception {
        return session.execute(line);
    }

    private Map<?, ?> got(String line) throws Exception {
        return (Map<?, ?>) execute(line);
    }

    private String refused(String line) {
        return assertThrows(Exception.class, () -> execute(line)).toString();
    }

    private List<JobView> jobs() {
        return grid.jobs().find(JobQuery.ALL).toCompletableFuture().join().jobs();
    }

    private List<JobState> states() {
        return jobs().stream()
                .map(job -> grid.jobs().get(job.jobId()).toCompletableFuture().join())
                .map(JobDetail::view)
                .map(JobView::state)
                .toList();
    }

    /** A few commands that scripts call. */
    public final class TestCommands {
        public void say(String word) {
            said.add(word);
        }

        public void fail(String why) {
            throw new IllegalStateException(why);
        }
    }
}
