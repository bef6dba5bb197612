/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.is;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.Limits;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

public class ScriptRunnerTest {
    @ClassRule
    public static final Gogo gogo = new Gogo();

    @Before
    public void reset() {
        Gogo.Commands.reset();
    }

    private static ScriptResult completes(String text, String... args) throws Exception {
        ScriptResult result = gogo.run(text, args);
        assertEquals(result.error(), ScriptOutcome.COMPLETED, result.outcome());
        assertEquals("", result.error());
        return result;
    }

    private static ScriptResult fails(String text, String... args) throws Exception {
        ScriptResult result = gogo.run(text, args);
        assertEquals(result.toString(), ScriptOutcome.FAILED, result.outcome());
        assertFalse(result.error().isEmpty());
        return result;
    }

    @Test
    public void theResultIsTheValueOfTheLastExpression() throws Exception {
        assertEquals("5", completes("test:two 1 1; test:two 2 3").result());
        assertEquals("", completes("test:give nothing").result());
        assertEquals("a\nb", completes("test:give list").result());
        assertThat(completes("test:give map").result(), startsWith("key"));
    }

    @Test
    public void argumentsAreFed() throws Exception {
        assertEquals("b c", completes("test:same \"$2 $3\"", "a", "b", "c").result());
        assertEquals("3", completes("test:two $1 $2", "1", "2").result());
        assertEquals("2", completes("$argv size", "x", "y").result());
        assertEquals("", completes("test:same $1").result());
    }

    @Test
    public void variablesAndClosuresDoNotLeakIntoTheNextScript() throws Exception {
        completes("x = leaked; f = { test:print hello }; f");
        assertEquals("", completes("test:same $x").result());
        assertThat(fails("f").error(), containsString("Command not found: f"));
    }

    @Test
    public void bothStreamsAreKeptApartAndTakeWhatJavaPrints() throws Exception {
        ScriptResult result = completes("test:print one; test:printerr two; echo three");
        assertEquals(
                "one" + System.lineSeparator() + "three\n", result.out().text().replace("\r", ""));
        assertEquals("two" + System.lineSeparator(), result.err().text());
    }

    @Test
    public void headAndTailOfLongOutputAreKept() throws Exception {
        ScriptResult result = gogo.run(Script.of("test:lots 20000").withOutputChars(100));
        assertThat(result.out().head(), startsWith("line 0\nline 1\n"));
        assertEquals(100, result.out().head().length());
        assertEquals(100, result.out().tail().length());
        assertTrue(result.out().tail().endsWith("line 19999\n"));
        assertEquals(208_890, result.out().bytes());
    }

    @Test
    public void stdinIsEmptyAlsoInTheBackground() throws Exception {
        assertEquals("-1", completes("test:read").result());
        completes("test:read &");
    }

    @Test
    public void whatAnEndedScriptLeavesPrintingIsHarmless() throws Exception {
        completes("test:later");
    }

    @Test
    public void anExceptionOfACommandFailsWithTypeCausesAndPlace() throws Exception {
        String error =
                fails("test:print a\n  test:boom 'no luck'\ntest:print b").error();
        assertThat(error, startsWith("java.lang.IllegalStateException: no luck"));
        assertThat(error, containsString("caused by java.io.IOException: the disk is full"));
        assertThat(error, containsString("Gogo.java:"));
        assertThat(error, containsString("line 2, column 3: test:boom 'no luck'"));
        assertThat(error, not(containsString("org.apache.felix.gogo")));
    }

    @Test
    public void theInnermostStatementIsNamed() throws Exception {
        String error =
                fails("each [1 2] {\n  test:print $it\n  test:boom inner\n}").error();
        assertThat(error, containsString("line 3, column 3: test:boom inner"));
    }

    @Test
    public void anUnknownCommandFails() throws Exception {
        assertThat(fails("test:print a; nosuch x").error(), containsString("Command not found: nosuch"));
    }

    @Test
    public void callingANullVariableFails() throws Exception {
        assertThat(fails("$w commit").error(), containsString("evaluates to null"));
    }

    @Test
    public void wrongArgumentsFail() throws Exception {
        assertThat(fails("test:two 1 two").error(), containsString("Cannot coerce two(Token, Token)"));
        assertThat(fails("test:two 1").error(), containsString("Cannot coerce"));
    }

    @Test
    public void aSyntaxErrorFailsBeforeAnythingRuns() throws Exception {
        ScriptResult result = fails("test:print a\n)");
        assertThat(result.error(), containsString("syntax error in line 2, column 1"));
        assertEquals("", result.out().text());
        assertEquals("", fails("test:print a; { test:print b").out().text());
        assertEquals("", fails("test:print a; test:print \"b").out().text());
    }

    @Test
    public void aFailureInAnEarlierStageOfAPipelineFails() throws Exception {
        String error = fails("test:boom early | cat").error();
        assertThat(error, containsString("java.lang.IllegalStateException: early"));
        assertThat(error, containsString("in a stage of a pipeline"));
        fails("test:boom early | cat; test:print fine");
        fails("f = { test:boom early | cat }; f; test:print fine");
        fails("test:linkage | cat");
    }

    @Test
    public void aReaderThatHasEnoughIsNoFailure() throws Exception {
        assertEquals("line 0\n", completes("test:lots 100000 | head -n 1").out().text());
        completes("test:spill | cat");
        fails("test:spill");
    }

    @Test
    public void aFailureInTheBackgroundFails() throws Exception {
        String error = fails("test:boom behind & test:print done").error();
        assertThat(error, containsString("java.lang.IllegalStateException: behind"));
        assertThat(error, containsString("in the background, test:boom behind &"));
    }

    @Test
    public void aScriptEndsWithItsLastBackgroundJob() throws Exception {
        long before = System.nanoTime();
        completes("test:nap 400 & test:print done");
        assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(400));
    }

    @Test
    public void aFailedScriptStopsItsBackgroundJobs() throws Exception {
        fails("test:nap 60000 & test:nap 100; test:boom now");
    }

    @Test
    public void aCaughtExceptionIsNoFailure() throws Exception {
        completes("try { test:boom caught } { test:print handled }");
    }

    @Test
    public void anExitCodeOfTheLastStatementFails() throws Exception {
        assertThat(fails("cat /no/such/file").error(), containsString("exit code 1"));
        completes("cat /no/such/file; test:print fine");
        completes("cat /no/such/file || test:print fine");
    }

    @Test
    public void errorsOfTheMachineFailTheScriptOnly() throws Exception {
        assertThat(fails("test:deep 1").error(), containsString("java.lang.StackOverflowError"));
        assertThat(fails("test:linkage").error(), containsString("NoClassDefFoundError: com/acme/Gone"));
        assertThat(fails("test:memory").error(), containsString("OutOfMemoryError: Java heap space"));
        completes("test:print fine");
    }

    @Test
    public void anEndlessRecursionOfClosuresFails() throws Exception {
        assertThat(fails("f = { f }; f").error(), containsString("call itself without end"));
        completes("test:print fine");
    }

    @Test
    public void aScriptThatIsNestedTooDeeplyFails() throws Exception {
        assertThat(fails("(".repeat(100_000) + ")".repeat(100_000)).error(), containsString("nested too deeply"));
    }

    @Test
    public void aValueThatCannotBeFormattedIsItsClassName() throws Exception {
        assertEquals("java.util.ArrayList", completes("test:give cyclic").result());
        assertThat(completes("test:give waiting").result(), startsWith(Gogo.Commands.class.getName()));
        assertThat(completes("test:give throwing").result(), startsWith(Gogo.Commands.class.getName()));
    }

    @Test
    public void aHugeResultIsCut() throws Exception {
        assertTrue(completes("test:give huge").result().length() <= Limits.RESULT);
        assertEquals(
                Limits.RESULT,
                completes("test:same $1", "x".repeat(Limits.RESULT + 1))
                        .result()
                        .length());
    }

    @Test
    public void deniedCommandsAreRefusedHoweverTheyAreReached() throws Exception {
        for (String script : List.of(
                "exit",
                "test:exit",
                "system:exit 3",
                "SYSTEM:EXIT 3",
                "mine:exit 3",
                "f = { system:exit 3 }; f",
                "osgi:eval system:exit 3",
                "each [1] { exit }",
                "(test:give runtime) exit 3",
                "(test:give runtime) halt 3",
                "((test:give runtime) class) getRuntime . exit 3",
                "system:exit 3 | cat",
                "felix:stop 0",
                "stop 0",
                "x = 0; stop $x",
                "system:exit 3 &")) {
            assertThat(script, gogo.run(script).outcome(), is(ScriptOutcome.FAILED));
        }
        assertThat(
                fails("system:exit 3").error(), containsString("command system:exit is denied to jobs on this node"));
        assertThat(fails("(test:give runtime) exit 3").error(), containsString("is denied to jobs"));
    }

    @Test
    @SuppressWarnings("removal")
    public void aRunnerThatIsMadeInADaemonThreadGroupRunsManyScripts() throws Exception {
        ThreadGroup daemons = new ThreadGroup("test-daemons");
        daemons.setDaemon(true);
        CompletableFuture<GogoScriptRunner> made = new CompletableFuture<>();
        new Thread(daemons, () -> made.complete(new GogoScriptRunner(gogo.processor, gogo.threadIO)), "test-maker")
                .start();
        GogoScriptRunner runner = made.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 3; i++) {
            ScriptRun run = runner.start(Script.of("test:two 1 1"));
            assertEquals(
                    "2",
                    run.result().toCompletableFuture().get(10, TimeUnit.SECONDS).result());
        }
        runner.close();
    }

    @Test
    public void anyOtherBundleMayBeStopped() throws Exception {
        completes("felix:stop 7");
    }

    @Test
    public void whatIsDeniedIsConfigurable() throws Exception {
        ScriptResult result = gogo.run(Script.of("test:print x").withDenied(List.of("test:pr*")));
        assertThat(result.error(), containsString("command test:print is denied"));
        assertEquals(
                "x\n",
                gogo.run(Script.of("test:print x").withDenied(List.of())).out().text());
    }

    @Test
    public void aScriptCannotOpenAnotherSession() throws Exception {
        assertThat(fails("test:open").error(), containsString("cannot open another session"));
    }

    @Test
    public void anInterruptEndsAScript() throws Exception {
        ScriptRun run = gogo.runner.start(Script.of("test:print before; test:nap 60000; test:print after"));
        Gogo.Commands.awaitStart();
        assertEquals("test:nap 60000", run.executing());
        run.interrupt();
        ScriptResult result = run.result().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertEquals(ScriptOutcome.INTERRUPTED, result.outcome());
        assertEquals("before\n", result.out().text());
    }

    @Test
    public void anInterruptedScriptThatGoesOnHasNotEnded() throws Exception {
        ScriptRun run = gogo.runner.start(Script.of("test:busy; test:print after"));
        Gogo.Commands.awaitStart();
        run.interrupt();
        Thread.sleep(300);
        assertFalse(run.result().toCompletableFuture().isDone());
        Gogo.Commands.release();
        ScriptResult result = run.result().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertEquals(ScriptOutcome.INTERRUPTED, result.outcome());
        assertEquals("", result.out().text());
    }

    @Test
    public void anInterruptAtTheStartRunsNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            ScriptRun run = gogo.runner.start(Script.of("test:nap 60000"));
            run.interrupt();
            assertEquals(
                    ScriptOutcome.INTERRUPTED,
                    run.result().toCompletableFuture().get(10, TimeUnit.SECONDS).outcome());
        }
    }

    @Test
    public void aLoopIsInterrupted() throws Exception {
        ScriptRun run = gogo.runner.start(Script.of("while { true } { test:nap 1 }"));
        Gogo.Commands.awaitStart();
        run.interrupt();
        assertEquals(
                ScriptOutcome.INTERRUPTED,
                run.result().toCompletableFuture().get(10, TimeUnit.SECONDS).outcome());
    }

    private static ScriptResult asJob(String text) throws Exception {
        return gogo.run(
                Script.of(text).withVariable("job", new JobHandle("job-1", 2, "mail", Map.of("customer", "acme"))));
    }

    @Test
    public void aScriptSeesItsJob() throws Exception {
        assertEquals("job-1", asJob("$job id").result());
        assertEquals("2", asJob("$job attempt").result());
        assertEquals("mail", asJob("$job queue").result());
        assertEquals("acme", asJob("$job tag customer").result());
        assertEquals("", asJob("$job tag none").result());
    }

    @Test
    public void aScriptPutsItsJobBackForLater() throws Exception {
        ScriptResult result = asJob("$job snooze 5m; test:boom never");
        assertEquals(ScriptOutcome.SNOOZED, result.outcome());
        assertEquals(Duration.ofMinutes(5), result.delay());
        assertEquals(Duration.ofDays(1), asJob("$job snooze 1d").delay());
        assertEquals(
                Duration.ofMillis(500),
                asJob("try { $job snooze 500ms } { test:print caught }").delay());
        assertEquals(ScriptOutcome.SNOOZED, asJob("each [1] { $job snooze 2h }").outcome());
        assertThat(asJob("$job snooze soon").error(), containsString("'soon' is no duration, want one like 500ms"));
        assertThat(asJob("$job snooze 0s").error(), containsString("want 1ms to 366d"));
        assertThat(asJob("$job snooze 367d").error(), containsString("want 1ms to 366d"));
    }

    @Test
    public void aScriptSaysThatItFailed() throws Exception {
        ScriptResult result = asJob("$job fail 'no such customer'");
        assertEquals(ScriptOutcome.FAILED, result.outcome());
        assertEquals("no such customer", result.error());
        assertEquals(
                ScriptOutcome.FAILED_FOR_GOOD, asJob("$job failForGood never").outcome());
    }

    @Test
    public void aCheckNamesTheCommandsAndRunsNone() {
        assertEquals(List.of("cw", "rw"), needed("w = (cw store target deployment); $w commit; rw $w"));
        assertEquals(List.of("cw", "rw"), needed("w = (cw store target $1)\n$w commit\nrw $w\nn = 3\n"));
        assertEquals(List.of("ace:cw", "echo", "grep", "tac"), needed("x = ace:cw a b\nEcho $x | grep a > f; tac f &"));
        assertEquals(List.of("a", "b", "c"), needed("if { a } { echo = [(b) 1] ; echo }\nc \"$(dynamic)\" # comment"));
    }

    @Test
    public void aCheckNamesNoCommandThatTheScriptDefines() {
        assertEquals(List.of("ace:x", "lb"), needed("f = { ace:x; if { lb } { f } }\nf"));
        assertEquals(List.of("make"), needed("g = (make closure); g now"));
    }

    @Test
    public void aCheckNamesNothingThatOnlyRunningWouldTell() {
        assertEquals(List.of(), needed("$c now; \"echo\" x; %(1 + 2); *:any x; a:b:c; 4711 length; true; [1 2] size"));
        assertEquals(List.of(), needed("source defines.gogo; defined"));
        assertEquals(List.of(), needed("osgi:eval 'f = { lb }'; f"));
    }

    private List<String> needed(String script) {
        ScriptCheck check = gogo.runner.check(script);
        assertEquals(List.of(), check.problems());
        return check.commands();
    }

    @Test
    public void aCheckSaysWhereItIsWrong() {
        ScriptCheck check = gogo.runner.check("lb\nlb )");
        assertFalse(check.isOk());
        assertEquals(2, check.problems().get(0).line());
        assertEquals(4, check.problems().get(0).column());
    }
}
