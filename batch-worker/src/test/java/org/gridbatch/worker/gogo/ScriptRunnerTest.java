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
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Progress;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Submitted;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ScriptRunnerTest {
    @ClassRule
    public static final Gogo gogo = new Gogo();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

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
    }

    @Test
    public void theItemOfAnArrayIsTheFirstArgumentAndItAlsoInsideOfBraces() throws Exception {
        assertEquals("zug zug", completes("test:same \"$1 $it\"", "zug", "more").result());
        assertEquals(
                "zug zug",
                completes("if { true } { test:same \"$1 $it\" }", "zug").result());
        assertEquals("two words", completes("test:same $it", "two words").result());
    }

    @Test
    public void variablesAndClosuresDoNotLeakIntoTheNextScript() throws Exception {
        completes("x = leaked; f = { test:print hello }; f");
        assertThat(fails("test:same $x").error(), containsString("variable $x is not set"));
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
    public void aVariableThatNothingHasSetFails() throws Exception {
        assertEquals(
                "variable $shpo is not set\n  in line 2, column 3: test:print $shpo",
                fails("shop = zurich\n  test:print $shpo").error());
        for (String script : List.of(
                "echo $1 $2",
                "echo ${shpo}",
                "x = $shpo",
                "x = (test:print $shpo)",
                "echo a | test:print $shpo | cat",
                "echo $shpo &",
                "f = { test:same $1 }; f",
                "f = { test:same $1 }; f $shpo",
                "each [1 2] { echo $it $2 }",
                "if { true } { test:print $shpo }",
                "if { test:same $shpo } { true }",
                "osgi:eval echo '$'shpo",
                "x = 1; $x equals $shpo")) {
            ScriptResult result = fails(script);
            assertThat(script, result.error(), containsString(" is not set\n  in line 1, column "));
            assertEquals(script, "", result.out().text());
        }
    }

    @Test
    public void aVariableThatWasSetOrMayBeMissingIsNoFailure() throws Exception {
        completes("w = (cw nobody t d); test:same $w");
        completes("w = ; test:same $w");
        completes("x = 1; x = ; test:same $x");
        completes("f = { test:same $1 }; n = ; f $n");
        completes("each [1 2] { echo $it $1 }", "shop");
        completes("test:same ${.context}; echo $args $argv $SCOPE");
        assertEquals(
                "1\n", completes("f = { x = $1 }; f 1; test:print $x").out().text());
        completes("if { $1 } { test:print yes } { test:print no }; $shpo");
        completes("i = 0; while { %(i < 2) } { %(i += 1) }; test:print $i");
        completes("try { throw first } { test:same $exception }");
        completes("for = '$none'; test:print $for");
        assertEquals("none", completes("test:same ${1:-none}").result());
        assertEquals(
                "on\n",
                completes("try { test:print $shpo } { test:print on }").out().text());
        completes("try { test:print $shpo } { true }; test:print x");
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
        assertThat(error, containsString("line 1, column 1: test:boom early | cat"));
        assertEquals("", fails("test:boom early | cat; test:print fine").out().text());
        fails("f = { test:boom early | cat }; f; test:print fine");
        fails("test:linkage | cat");
        fails("nosuch | cat");
        fails("test:two 1 two | cat");
        fails("$w commit | cat");
        fails("test:print a | test:boom middle | cat");
        fails("(test:boom nested | cat); test:print fine");
        fails("x = (test:boom nested | cat); test:print fine");
        fails("test:boom behind | cat & test:print fine");
        fails("each [1] { test:boom early | cat }; test:print fine");
    }

    @Test
    public void aReaderThatHasEnoughIsNoFailure() throws Exception {
        assertEquals("line 0\n", completes("test:lots 100000 | head -n 1").out().text());
        Path large = Files.writeString(folder.getRoot().toPath().resolve("large"), "line\n".repeat(100_000));
        completes("< " + large + " | head -n 1");
    }

    @Test
    public void aPipeOrConnectionOfACommandThatBreaksIsAFailure() throws Exception {
        assertThat(fails("test:spill | cat").error(), containsString("java.io.IOException: Pipe closed"));
        assertThat(fails("test:leak | cat").error(), containsString("java.io.IOException: Pipe closed"));
    }

    @Test
    public void aFailureInTheBackgroundFails() throws Exception {
        String error = fails("test:boom behind & test:print done").error();
        assertThat(error, containsString("java.lang.IllegalStateException: behind"));
        assertThat(error, containsString("in the background, test:boom behind &"));
        assertThat(fails("nosuch & test:print done").error(), containsString("Command not found: nosuch"));
        fails("f = { test:boom behind & test:print done }; f; test:print fine");
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

    private static ScriptResult strict(String text, String failOn) throws Exception {
        return gogo.run(Script.of(text).withVariable("job", handle()).withFailOn(FailOn.parse(failOn)));
    }

    @Test
    public void aNullResultAndStderrFailAJobThatAsksForIt() throws Exception {
        ScriptResult result = strict("test:print a; test:give nothing", "no-result");
        assertEquals(ScriptOutcome.FAILED, result.outcome());
        assertEquals(
                "the result is null, which fails this job\n  the last statement: test:give nothing", result.error());
        result = strict("test:printerr 'no such customer'; test:same 1", "stderr");
        assertEquals(ScriptOutcome.FAILED, result.outcome());
        assertEquals("it printed to stderr, which fails this job: no such customer", result.error());
        assertThat(strict("test:printerr x", "no-result,stderr").error(), containsString("null"));
        assertThat(strict("test:printerr x", "no-result,stderr").error(), containsString("stderr"));
        assertEquals(
                "a command that ACE has tells so",
                ScriptOutcome.FAILED,
                strict("cw nobody t d", "stderr").outcome());
        assertEquals(
                "also from behind &",
                ScriptOutcome.FAILED,
                strict("test:printerr x & test:same 1", "stderr").outcome());
    }

    @Test
    public void aStrictJobThatDoesNothingWrongCompletes() throws Exception {
        assertEquals("1", strict("test:same 1", "no-result,stderr").result());
        assertEquals(
                "set", strict("$job result set; test:give nothing", "no-result").result());
        assertEquals(
                ScriptOutcome.COMPLETED, strict("test:give nothing", "stderr").outcome());
        assertEquals(
                ScriptOutcome.COMPLETED,
                strict("test:printerr x; test:same 1", "no-result").outcome());
    }

    @Test
    public void whatAStrictScriptDecidesItselfCounts() throws Exception {
        assertEquals(
                ScriptOutcome.SNOOZED,
                strict("test:printerr x; $job snooze 5m", "no-result,stderr").outcome());
        String error = strict("test:printerr x; test:boom 'the reason'", "no-result,stderr")
                .error();
        assertThat(error, startsWith("java.lang.IllegalStateException: the reason"));
        assertThat("the exception is the failure", error, not(containsString("which fails this job")));
    }

    @Test
    public void aCaughtExceptionIsNoFailure() throws Exception {
        completes("try { test:boom caught } { test:print handled }");
    }

    @Test
    public void anExitCodeFailsWhereverTheStatementStands() throws Exception {
        assertEquals(
                "exit code 1; stderr says why\n  in line 2, column 1: cat /no/such/file",
                fails("test:print a\ncat /no/such/file").error());
        assertEquals(
                "exit code 1; stderr says why\n  in line 1, column 18: cat /no/such/file",
                fails("test:print aaa | cat /no/such/file | sort").error());
        for (String script : List.of(
                "cat /no/such/file; test:print on",
                "cat /no/such/file | sort",
                "cat /no/such/file | sort | sort; test:print on",
                "test:print a | cat /no/such/file | sort",
                "each [1 2] { cat /no/such/file; test:print on }",
                "f = { cat /no/such/file }; f; test:print on",
                "f = { cat /no/such/file }; f | sort",
                "x = (cat /no/such/file); test:print on",
                "x = (cat /no/such/file | sort); test:print on",
                "test:same \"$(cat /no/such/file)\"; test:print on",
                "if { true } { cat /no/such/file }; test:print on",
                "if { test:boom early | sort } { test:print on }",
                "try { test:print x } { } { cat /no/such/file }; test:print on",
                "cat /no/such/file && test:print on",
                "grep nothing /dev/null; test:print on",
                "each [1] { grep nothing /dev/null; test:print on }",
                "test:print x | grep nothing | cat")) {
            assertThat(script, fails(script).out().text(), not(containsString("on")));
        }
        assertThat(fails("cat /no/such/file & test:print on").error(), containsString("exit code 1"));
        fails("cat /no/such/file | sort & test:print on");
    }

    @Test
    public void anExitCodeThatTheScriptDealsWithIsNoFailure() throws Exception {
        for (String script : List.of(
                "cat /no/such/file || test:print on",
                "cat /no/such/file | sort || test:print on",
                "cat /no/such/file && test:print off || test:print on",
                "f = { cat /no/such/file }; f || test:print on",
                "each [1] { cat /no/such/file || test:print on }",
                "x = 1; test:print \"$(cat /no/such/file || test:same on)\"",
                "x = (cat /no/such/file || cat /no/such/other | sort ||\n test:same on); test:print $x",
                "try { cat /no/such/file; test:print off } { test:print on }",
                "try { test:boom early | sort } { test:print on }",
                "if { cat /no/such/file; true } { test:print off } { test:print on }",
                "if { false } { } elif { cat /no/such/file | sort; true } { test:print off } else { test:print on }",
                "if { not { grep a /dev/null && true } } { test:print on }",
                "while { cat /no/such/file; true } { test:print off }; test:print on",
                "if { test:print a | grep a && true } { test:print on }",
                "f = { grep nothing || echo -n }; test:print x | f | sort; test:print on")) {
            String printed = completes(script).out().text();
            assertThat(script, printed, containsString("on"));
            assertThat(script, printed, not(containsString("off")));
        }
    }

    @Test
    public void aFailureAfterOneThatWasDealtWithHasItsOwnPlace() throws Exception {
        for (String before : List.of(
                "cat /no/such/file || true",
                "f = { cat /no/such/file }; f || true",
                "if { cat /no/such/file } { true }",
                "try { cat /no/such/file } { true }",
                "try { test:print $shpo } { true }")) {
            assertThat(
                    before,
                    fails(before + "\ntest:boom now").error(),
                    containsString("line 2, column 1: test:boom now"));
        }
    }

    @Test
    public void outputThatCannotBeWrittenFails() throws Exception {
        assumeTrue("Linux has it", Files.exists(Path.of("/dev/full")));
        assertEquals(
                "its output could not be written\n  in line 1, column 1: echo x",
                fails("echo x > /dev/full").error());
        fails("each [1] { echo x } > /dev/full; test:print on");
        fails("each [1] { echo x > /dev/full } | cat");
        fails("x = (echo x > /dev/full)");
        fails("test:print x > /dev/full");
        fails("test:printerr x 2> /dev/full");
        fails("echo x >> /dev/full 2>&1");
        fails("echo x &> /dev/full");
        fails("each [1] { each [1] { echo x } } > /dev/full");
        completes("echo x > /dev/full || test:print on");
        completes("each [1] { x = (echo a; echo b); test:print x } > /dev/null");
        assertEquals(
                "a\n",
                completes("x = (echo a; echo b; echo c 2> /dev/null); test:print $x")
                        .out()
                        .text());
        completes("x = (echo a; grep b < /dev/null || echo c)");
        completes("each [1] { test:lots 100000; true } | head -n 1");
        completes("each [1] { each [1] { test:lots 100000 } } | head -n 1 > /dev/null");
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
    public void aValueWhoseTextNeverComesKeepsItsScriptFromEnding() throws Exception {
        ScriptRun run = gogo.runner.start(Script.of("test:give hanging"));
        Gogo.Commands.awaitStart();
        run.interrupt();
        CompletableFuture<ScriptResult> result = run.result().toCompletableFuture();
        assertThrows(TimeoutException.class, () -> result.get(300, TimeUnit.MILLISECONDS));
        Gogo.Commands.release();
        assertEquals(ScriptOutcome.INTERRUPTED, result.get(10, TimeUnit.SECONDS).outcome());
    }

    @Test
    public void aValueWhoseTimeIsUpIsWaitedForIfItHeedsNoInterrupt() throws Exception {
        Object hanging = new Throwable() {
            private static final long serialVersionUID = 1;

            @Override
            public String toString() {
                new Gogo.Commands().busy();
                return "late";
            }
        };
        FutureTask<String> text = new FutureTask<>(() -> Formatter.format(null, hanging, 1));
        new Thread(text, "test-formatting").start();
        Gogo.Commands.awaitStart();
        assertThrows(TimeoutException.class, () -> text.get(300, TimeUnit.MILLISECONDS));
        Gogo.Commands.release();
        assertEquals(hanging.getClass().getName(), text.get(10, TimeUnit.SECONDS));
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
                "shutdown",
                "gogo:telnetd",
                "system:exit 3",
                "SYSTEM:EXIT 3",
                "mine:exit 3",
                "f = { system:exit 3 }; f",
                "osgi:eval system:exit 3",
                "each [1] { exit }",
                "(test:give runtime) exit 3",
                "(test:give runtime) halt 3",
                "system:exit 3 | cat",
                "felix:stop 0",
                "stop 0",
                "x = 0; stop $x",
                "stop 00",
                "stop [7 0]",
                "felix:STOP 0",
                "felix:stop ' 0 '",
                "felix:stop +0",
                "felix:stop { 0 }",
                "felix:stop 7 'System Bundle'",
                "felix:stop system.bundle",
                "felix:uninstall org.acme.framework",
                "felix:update org.acme.framework",
                "felix:refresh 0",
                "x = org.acme.framework; stop $x",
                "stop (${.context} getBundles)",
                "stop [7 [(${.context} getBundles)]]",
                "update (${.context} getBundle 0)",
                "(${.context} getBundle 0) stop",
                "((${.context} getBundle 0) adapt org.osgi.framework.startlevel.FrameworkStartLevel) startLevel 0",
                "((${.context} getBundle 0) adapt org.osgi.framework.wiring.FrameworkWiring) refreshBundles [0]",
                "frameworklevel 1",
                "(system:exit 3)",
                "x = (system:exit 3)",
                "test:same \"$(system:exit 3)\"",
                "test:same [(system:exit 3)]",
                "SCOPE = 'system:*'; exit 3",
                "SCOPE = system; exit 3",
                "SCOPE = mine; exit 3",
                "getProperty user.home",
                "SCOPE = system; getProperty user.home",
                "each [user.home] { system:getProperty $it }",
                "if { system:getProperty user.home } { test:print x }",
                "f = { g = { system:getProperty $1 }; g $1 }; f user.home",
                "x = { system:getProperty user.home }; each [1] $x",
                "x = { system:getProperty user.home }; y = { x }; y",
                "x = { test:same $1 }; $x (system:getProperty user.home)",
                "((((test:give runtime) class) getRuntime) exit 3)",
                "((((test:give runtime) class) forName java.lang.System) exit 3)",
                "system:exit 3 &")) {
            ScriptResult result = gogo.run(script);
            assertThat(script, result.outcome(), is(ScriptOutcome.FAILED));
            assertThat(script, result.error(), containsString(" is denied to jobs on this node: the worker's setting"));
        }
        assertThat(
                fails("system:exit 3").error(),
                containsString("command system:exit is denied to jobs on this node:"
                        + " the worker's setting denied.commands has *:exit"));
        assertThat(
                "also what is not there",
                fails("shutdown").error(),
                containsString("command shutdown is denied to jobs"));
    }

    @Test
    public void aNameInAVariableIsAValueAndCallsNothing() throws Exception {
        for (String script : List.of(
                "x = system:exit; $x 3",
                "x = 'system:exit'; y = $x; $y 3",
                "x = exit; system:$x 3",
                "x = $system:exit; $x 3",
                "\"system:exit\" 3",
                "*:exit 3",
                "each [3] $system:exit",
                "((test:give runtime) class) getRuntime . exit 3")) {
            assertThat(script, gogo.run(script).outcome(), is(ScriptOutcome.FAILED));
        }
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
        completes("felix:stop file:shop.jar org.acme.shop");
        completes("felix:stop [(${.context} getBundle 7)]");
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
    public void whereCommandsAreAllowedOnlyThoseCanBeCalled() throws Exception {
        Script base = Script.of("").withAllowed(List.of("test:p*", "gogo:each", "system:*"));
        for (String script : List.of(
                "test:two 1 1",
                "two 1 1",
                "f = { test:two 1 1 }; g = { f }; g",
                "f = { test:two 1 1 }; f",
                "each [1] { test:two 1 1 }",
                "(test:two 1 1)",
                "if { test:print x } { test:print y }",
                "test:print a | cat",
                "osgi:eval test:print x")) {
            ScriptResult result = gogo.run(with(base, script));
            assertThat(script, result.outcome(), is(ScriptOutcome.FAILED));
            assertThat(script, result.error(), containsString("setting allowed.commands has only test:p*, gogo:each"));
        }
        assertEquals("1\n", gogo.run(with(base, "each [1] { print $it }")).out().text());
        assertThat(
                "what is denied stays so",
                gogo.run(with(base, "system:exit 3")).error(),
                containsString("setting denied.commands has *:exit"));
    }

    private static Script with(Script base, String text) {
        return Script.of(text).withAllowed(base.allowed());
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
        return gogo.run(Script.of(text).withVariable("job", handle()));
    }

    private static final List<JobSpec> PUSHED = new CopyOnWriteArrayList<>();

    private static JobHandle handle() {
        JobSpec spec = JobSpec.script("the script")
                .jobId("job-1")
                .queue("mail")
                .tenant("shop")
                .name("a job")
                .tags(Map.of("customer", "acme"))
                .timeout(Duration.ofMinutes(10))
                .build();
        return JobHandle.of(new Lease(1, 2, Duration.ofSeconds(30), spec), pushed -> {
            PUSHED.add(pushed);
            return CompletableFuture.completedFuture(List.of(new Submitted(pushed.jobId(), false, JobState.AVAILABLE)));
        });
    }

    @Test
    public void aScriptSeesItsJob() throws Exception {
        assertEquals("job-1", asJob("$job id").result());
        assertEquals("2", asJob("$job attempt").result());
        assertEquals("mail", asJob("$job queue").result());
        assertEquals("acme", asJob("$job tag customer").result());
        assertEquals("", asJob("$job tag none").result());
        assertEquals("shop", asJob("$job tenant").result());
        assertEquals("a job", asJob("$job name").result());
        assertThat(asJob("$job tags").result(), containsString("acme"));
        assertThat(asJob("$job timeLeft").result(), startsWith("PT9M59"));
        assertEquals("false", asJob("$job cancelled").result());
    }

    @Test
    public void itIsTheFirstArgument() throws Exception {
        assertEquals("a", completes("test:same $it", "a", "b").result());
        assertEquals("", completes("test:same \"$it\"").result());
        assertEquals(
                "in a closure as well",
                "1",
                completes("each [1] { test:print $it }", "a").out().text().strip());
    }

    @Test
    public void aScriptTellsHowFarItIs() throws Exception {
        JobHandle handle = handle();
        ScriptRun run = gogo.runner.start(Script.of("""
                $job progress 3 10 "three of ten"
                $job note shop 42
                $job note gone x
                $job note gone ""
                test:nap 60000""").withVariable("job", handle));
        Gogo.Commands.awaitStart();
        assertEquals(new Progress(3, 10, "three of ten"), run.progress());
        assertEquals(Map.of("shop", "42"), run.notes());
        run.interrupt();
        assertTrue("who works for it can ask", handle.cancelled());
        run.result().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    public void numbersAndTextOfProgressCanBeToldApart() throws Exception {
        JobHandle handle = handle();
        Script script = Script.of("$job progress 4 8; $job progress counting; $job progress 5 8; test:same ok")
                .withVariable("job", handle);
        assertEquals("ok", gogo.run(script).result());
        assertEquals(new Progress(5, 8, "counting"), handle.told());
        handle.progress("😀".repeat(300));
        assertEquals(Limits.LIVE_TEXT, handle.told().text().length());
        assertThat(asJob("$job progress -1 8").error(), containsString("progress done is -1, want 0 or more"));
    }

    @Test
    public void notesAreBounded() throws Exception {
        assertThat(
                asJob("n = 0; until { test:same false } { n = %(n + 1); $job note \"key$n\" x }")
                        .error(),
                containsString("note has 17 entries, want at most 16"));
        assertThat(asJob("$job note 'a b' x").error(), containsString("note key is 'a b'"));
    }

    @Test
    public void aScriptSaysWhatItsResultIs() throws Exception {
        assertEquals("17", asJob("$job result 17; test:print later").result());
        assertEquals("a\nb", asJob("$job result [a b]; test:same other").result());
        assertEquals("", asJob("$job result null; test:same other").result());
        assertEquals("", asJob("$job result 17; test:boom x").result());
    }

    private static JobSpec pushed(String script) throws Exception {
        PUSHED.clear();
        ScriptResult result = asJob(script);
        assertEquals(result.error(), ScriptOutcome.COMPLETED, result.outcome());
        assertEquals(PUSHED.get(PUSHED.size() - 1).jobId(), result.result());
        return PUSHED.get(PUSHED.size() - 1);
    }

    @Test
    public void aScriptPushesMoreWork() throws Exception {
        JobSpec plain = pushed("$job push 'test:print $1' --arg one -a 007");
        assertEquals("test:print $1", plain.script());
        assertEquals(List.of("one", "007"), plain.args());
        assertEquals("as its parent's", "mail", plain.queue());
        assertEquals("shop", plain.tenant());
        assertEquals(List.of("test:print"), plain.placement().needs());
        assertThat(plain.jobId(), startsWith("job-1."));

        JobSpec chosen = pushed("$job push { test:print \"a  b\" } -q reports -k shop-42 --delay 5m --id mine"
                + " --max-attempts 2 --priority=7 -t shop=42 -a x -a y --name 'the report' --after job-0"
                + " --fail-on no-result,stderr");
        assertEquals("test:print \"a  b\"", chosen.script());
        assertEquals("mine", chosen.jobId());
        assertEquals("reports", chosen.queue());
        assertEquals("shop-42", chosen.exclusiveKey());
        assertEquals(Duration.ofMinutes(5), chosen.delay());
        assertEquals(2, chosen.maxAttempts());
        assertEquals(7, chosen.priority());
        assertEquals(new FailOn(true, true), chosen.failOn());
        assertEquals(Map.of("shop", "42"), chosen.tags());
        assertEquals(List.of("x", "y"), chosen.args());
        assertEquals("the report", chosen.name());
        assertEquals("job-0", chosen.after().get(0).jobId());
    }

    @Test
    public void anotherAttemptPushesTheSameUnderTheSameIds() throws Exception {
        String script = "each [1 2] { $job push 'test:print $1' --arg $it }; $job push x; $job push x";
        pushed(script);
        List<String> first = PUSHED.stream().map(JobSpec::jobId).toList();
        assertEquals("all differ", 4, Set.copyOf(first).size());
        pushed(
                "$job push x; $job push x; each [2 1 3] { $job push 'test:print $1' --arg $it }; test:same ($job push x)");
        List<String> again = PUSHED.stream().map(JobSpec::jobId).toList();
        assertEquals(
                "what is the same, in any order",
                List.of(first.get(2), first.get(3), first.get(1), first.get(0)),
                again.subList(0, 4));
        assertFalse("what is new", first.contains(again.get(4)));
        assertFalse("once more is one more", first.contains(again.get(5)));
    }

    @Test
    public void aLongIdIsCutAndStaysItsOwn() {
        String longest = "j".repeat(Limits.NAME - 1);
        String one = new FollowUps(JobSpec.script("x").jobId(longest + "1").build())
                .of(List.of("x"))
                .jobId();
        String other = new FollowUps(JobSpec.script("x").jobId(longest + "2").build())
                .of(List.of("x"))
                .jobId();
        assertEquals(Limits.NAME, one.length());
        assertThat(one, not(other));
    }

    @Test
    public void whatMakesNoJobIsRefusedWithAReason() throws Exception {
        PUSHED.clear();
        assertThat(asJob("$job push").error(), containsString("push: there is no script"));
        assertThat(asJob("$job push 'echo )'").error(), containsString("push: syntax error in line 1"));
        assertThat(asJob("$job push x --arg $unset").error(), containsString("variable $unset is not set"));
        assertThat(
                asJob("unset = ; $job push x --arg $unset").error(),
                containsString("a word is null: is a variable not set?"));
        assertThat(
                asJob("$job push x --colour red").error(), containsString("no option '--colour', want one of --after"));
        assertThat(asJob("$job push x --arg").error(), containsString("there is no value behind --arg"));
        assertThat(asJob("$job push x --id a --id b").error(), containsString("--id is given twice"));
        assertThat(asJob("$job push x --fail-on null").error(), containsString("a word is null"));
        assertThat(asJob("$job push x --fail-on odd").error(), containsString("fail on is 'odd', want no-result"));
        assertThat(asJob("$job push x y").error(), containsString("there is no use for 'y'"));
        assertThat(asJob("$job push x --priority high").error(), containsString("--priority is 'high'"));
        assertThat(asJob("$job push x --tag shop").error(), containsString("--tag is 'shop', want key=value"));
        assertThat(asJob("$job push x --queue 'a b'").error(), containsString("queue is 'a b'"));
        assertEquals(List.of(), PUSHED);
    }

    @Test
    public void aPushThatTheQueueDoesNotTakeFailsTheScript() throws Exception {
        Lease lease = new Lease(
                1, 1, Duration.ofSeconds(30), JobSpec.script("x").jobId("job-1").build());
        JobHandle handle = JobHandle.of(
                lease,
                job -> CompletableFuture.failedFuture(new QueueUnavailableException("no queue-server is in sight")));
        ScriptResult result = gogo.run(Script.of("$job push x").withVariable("job", handle));
        assertEquals(ScriptOutcome.FAILED, result.outcome());
        assertThat(result.error(), containsString("no queue-server is in sight"));
    }

    @Test
    public void aScriptThatWasWrittenForAceRunsUnchanged() throws Exception {
        ScriptResult result = asJob("""
                w = (cw store target deployment)
                $w commit
                rw $w""");
        assertEquals(result.error(), ScriptOutcome.COMPLETED, result.outcome());
        assertEquals("commit\nrw\n", result.out().text());
        assertThat(
                asJob("w = (cw nobody target deployment)\n$w commit\nrw $w").error(),
                containsString("Cannot coerce commit() to any of []"));
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
    public void aCheckNamesNothingThatIsPushedToRunElsewhere() {
        assertEquals(List.of("mail:send"), needed("mail:send a; $job push { page:render a } --queue pages"));
        assertEquals(List.of("a"), needed("x = ($job push { page:render a; each [1] { b } }); a"));
        assertEquals(List.of(), needed("x = $job push { page:render a }; ${job} push { b }"));
        assertEquals(
                List.of("batch:on-each", "batch:push", "cron", "push", "push-each"),
                needed("push { a }; batch:push { b } --wait; push-each [1 2] { c } --then { d };"
                        + " batch:on-each all { e $it }; cron add nightly @daily { f }"));
        assertEquals(List.of(), unseen("push { $w commit; osgi:eval x }"));
        assertEquals(
                "what these do with braces is their own",
                List.of("a", "b", "c", "cron", "git:push"),
                needed("git:push { a }; cron remove { b }; push = { $1 }; push { c }"));
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

    @Test
    public void aCheckSaysWhatOnlyRunningWouldTell() {
        assertEquals(
                List.of(
                        "line 2, column 1: only running it tells what $w is, and what it calls",
                        "line 3, column 1: only running it tells what (cw b) is, and what it calls",
                        "line 3, column 22: only running it tells what \"echo\" is, and what it calls",
                        "line 4, column 12: what osgi:eval runs is not looked at, so the job needs no commands"),
                unseen("w = (cw a)\n$w commit\n(cw b) commit; x = 1;\"echo\" c; %(1 + 2)\nif { c } { osgi:eval d }"));
        assertEquals(List.of(), unseen("f = { cw a }; f; rw $x; [1 2] size; y = $x"));
        assertEquals(20, unseen("$x y;".repeat(100)).size());
    }

    private List<String> unseen(String script) {
        return gogo.runner.check(script).unseen().stream()
                .map(ScriptCheck.Problem::toString)
                .toList();
    }
}
