/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Placement;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Reason;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;
import org.gridbatch.api.WorkerFit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class PushCommandTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void aPushThatWaitsReturnsTheJobWhenItCompletedAndFailsOtherwise() throws Exception {
        shell.queue.awaits = CompletableFuture.completedFuture(FakeQueue.view("j1", JobState.COMPLETED));
        assertEquals(JobState.COMPLETED, ((JobView) ((List<?>) shell.execute("push x --id j1 --wait")).get(0)).state());
        assertEquals("job j1\n", shell.printed());

        shell.queue.awaits = CompletableFuture.completedFuture(FakeQueue.failed("j2", JobState.DISCARDED, "boom"));
        assertEquals("push: job j2 is discarded: boom", shell.refused("push -w x --id j2"));
    }

    @Test
    public void aScriptInQuotesBecomesAJobAndItsIdIsShown() throws Exception {
        Submitted job = (Submitted) shell.execute("push 'echo hi'");

        assertEquals("echo hi", spec(job).script());
        assertEquals(job.jobId(), shell.session.format(job, 0).toString());
    }

    @Test
    public void everyOptionReachesTheQueue() throws Exception {
        shell.execute("push 'echo $1' --id j1 --queue mail --name 'the name' --tag a=1 -t b=x=y --max-attempts 3"
                + " --backoff 5s..1h --timeout=10m --delay 5m --at 2030-02-01T00:00:00Z --arg one --arg 'two words'");

        JobSpec spec = shell.queue.jobs.get("j1").spec();
        assertEquals("echo $1", spec.script());
        assertEquals("mail", spec.queue());
        assertEquals("the name", spec.name());
        assertEquals(Map.of("a", "1", "b", "x=y"), spec.tags());
        assertEquals(3, spec.maxAttempts());
        assertEquals(new Backoff(2, Duration.ofSeconds(5), Duration.ofHours(1)), spec.backoff());
        assertEquals(Duration.ofMinutes(10), spec.timeout());
        assertEquals(Duration.ofMinutes(5), spec.delay());
        assertEquals(Instant.parse("2030-02-01T00:00:00Z"), spec.notBefore());
        assertEquals(List.of("one", "two words"), spec.args());
    }

    @Test
    public void whatIsAskedOfPlacementReachesTheQueue() throws Exception {
        shell.execute(
                "push 'cw a' --id j1 --tenant acme --priority -5 --key k --limit-key l --requires '(cpus>=4)'"
                        + " --needs Ace:Store --needs rw --rank speed --unique u --unique-for 1h --deadline 2030-02-01T00:00:00Z");

        JobSpec spec = spec("j1");
        assertEquals("acme", spec.tenant());
        assertEquals(-5, spec.priority());
        assertEquals("k", spec.exclusiveKey());
        assertEquals("l", spec.limitKey());
        assertEquals(new Placement("(cpus>=4)", List.of("ace:store", "cw", "rw"), "speed"), spec.placement());
        assertEquals(new Unique("u", Duration.ofHours(1)), spec.unique());
        assertEquals(Instant.parse("2030-02-01T00:00:00Z"), spec.deadline());
    }

    @Test
    public void howStrictAJobIsReachesTheQueue() throws Exception {
        shell.execute("push x --id j1 --fail-on no-result,stderr");
        shell.execute("push x --id j2 --fail-on stderr");
        shell.execute("push x --id j3");

        assertEquals(new FailOn(true, true), spec("j1").failOn());
        assertEquals(new FailOn(false, true), spec("j2").failOn());
        assertEquals(FailOn.EXCEPTION, spec("j3").failOn());
        assertThat(shell.shown("job j1"), containsString("fails on   no-result,stderr"));
        assertThat(
                shell.refused("push x --fail-on warnings"),
                containsString("fail on is 'warnings', want no-result, stderr or no-result,stderr"));
    }

    @Test
    public void theCommandsOfTheScriptAreNeededUnlessSaidOtherwise() throws Exception {
        shell.execute("push 'w = (cw store target deployment); $w commit; rw $w' --id j1");
        shell.execute("push 'cw a; rw b' --id j2 --no-needs");
        shell.execute("push 'cw a; rw b' --id j3 --no-needs --needs ace:x");
        shell.execute("push { f = { say hi }; if { true } { f } } --id j4");

        assertEquals(List.of("cw", "rw"), spec("j1").placement().needs());
        assertEquals(List.of(), spec("j2").placement().needs());
        assertEquals(List.of("ace:x"), spec("j3").placement().needs());
        assertEquals(List.of("say"), spec("j4").placement().needs());
    }

    @Test
    public void aScriptWithMoreCommandsThanAJobMayNeedIsTaken() throws Exception {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < 100; i++) script.append("c").append(i).append(';');
        shell.execute("push '" + script + "' --id j1 --needs z");

        assertEquals(64, spec("j1").placement().needs().size());
        assertTrue(spec("j1").placement().needs().contains("z"));
    }

    @Test
    public void aJobComesAfterOthers() throws Exception {
        Object first = shell.execute("push x --id j1");
        shell.session.put("first", first);
        shell.execute("push x --id j2 --after $first --after j0,j9 --after-any k1,k2");
        shell.execute("push x --id j3 --after j1 --hold");

        assertEquals(
                List.of(
                        Dependency.completed("j1"),
                        Dependency.completed("j0"),
                        Dependency.completed("j9"),
                        Dependency.ended("k1"),
                        Dependency.ended("k2")),
                spec("j2").after());
        assertEquals(
                List.of(new Dependency("j1", Dependency.When.COMPLETED, Dependency.Otherwise.HOLD)),
                spec("j3").after());
    }

    @Test
    public void aDeadlineIsATimeFromNowAsWell() throws Exception {
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        shell.execute("push x --id j1 --deadline 2h");
        Duration from = Duration.between(before, spec("j1").deadline());

        assertTrue(from.toString(), from.compareTo(Duration.ofHours(2)) >= 0 && from.toMinutes() < 122);
        assertThat(
                shell.refused("push x --deadline soon"),
                containsString("'soon' is no time, want one like 2030-01-31T18:00:00Z"));
    }

    @Test
    public void optionsThatNeedAnotherOneSaySo() {
        assertEquals("push: --hold is there, but no --after ID that it is for", shell.refused("push x --hold"));
        assertEquals(
                "push: --unique-for is there, but no --unique KEY that it is for",
                shell.refused("push x --unique-for 1h"));
        assertEquals("push: priority is 1000, want -100 to 100", shell.refused("push x --priority 1000"));
    }

    @Test
    public void aJobThatNoWorkerCanRunIsTakenWithANote() throws Exception {
        shell.queue.reasons.add(new Reason(Reason.Kind.COMMAND, "no worker offers ehco"));
        shell.queue.reasons.add(new Reason(Reason.Kind.BUSY, "all slots are busy"));
        shell.execute("push 'ehco hi' --id j1");

        assertEquals("note: no worker offers ehco (with --no-needs a job runs all the same)\n", shell.printed());
    }

    @Test
    public void aCheckPushesNothingAndSaysWhichWorkersCouldRunTheScript() throws Exception {
        shell.queue.fits.add(new WorkerFit("w1", WorkerFit.Fit.NOW, List.of("ehco"), List.of()));
        shell.queue.fits.add(new WorkerFit("w2", WorkerFit.Fit.BUSY, List.of("ehco"), List.of("all 4 slots are busy")));
        shell.queue.fits.add(
                new WorkerFit("w3", WorkerFit.Fit.NO, List.of("cw", "ehco"), List.of("it is drained", "it is far")));

        assertEquals("""
                syntax    the script has no syntax error
                commands  cw ehco
                warnings  line 1, column 13: only running it tells what $w is, and what it calls
                          no worker offers ehco
                WORKER  FITS  WHY NOT NOW
                w1      now
                w2      busy  all 4 slots are busy
                w3      no    it is drained; it is far""", shell.shown("push 'w = (cw a); $w commit; ehco' --check"));
        assertEquals(Map.of(), shell.queue.jobs);
    }

    @Test
    public void aCheckFailsForASyntaxErrorOnly() throws Exception {
        assertEquals(
                "the script, line 1, column 8: unexpected token ')'\n  say hi )\n         ^",
                shell.refused("push 'say hi )' --check"));
        assertThat(shell.shown("push 'say hi' --check"), containsString("no worker is in sight"));
        shell.queue.fits.add(new WorkerFit("w3", WorkerFit.Fit.NO, List.of(), List.of("it is drained")));
        assertThat(shell.shown("push 'say hi' --check"), containsString("no worker could run it"));
        shell.queue.whenAsked = new QueueUnavailableException("no queue-server is in sight");
        assertThat(
                shell.shown("push 'say hi' --check"),
                containsString("which workers could run it is not known: no queue-server is in sight"));
        assertThat(shell.shown("push 'say $1' --each a b --check"), containsString("say"));
        assertEquals(Map.of(), shell.queue.jobs);
    }

    private JobSpec spec(String id) {
        return shell.queue.jobs.get(id).spec();
    }

    @Test
    public void aFixedBackoffIsTheSameEachTime() throws Exception {
        shell.execute("push x --id j1 --backoff 500ms");

        assertEquals(
                Backoff.fixed(Duration.ofMillis(500)),
                shell.queue.jobs.get("j1").spec().backoff());
    }

    @Test
    public void aClosureKeepsItsTextAsItWasWritten() throws Exception {
        shell.execute("push --id j1 {\n  # a comment\n  say 'two  blanks'\n  say \"a\\\\b\"\n}");

        assertEquals(
                "# a comment\n  say 'two  blanks'\n  say \"a\\\\b\"",
                shell.queue.jobs.get("j1").spec().script());
    }

    @Test
    public void aClosureInAVariableIsAScriptToo() throws Exception {
        shell.execute("c = { say hi ; say there }");
        shell.execute("push $c --id j1");

        assertEquals("say hi ; say there", shell.queue.jobs.get("j1").spec().script());
    }

    @Test
    public void severalWordsAreOneCommandAndKeepTheirQuotes() throws Exception {
        shell.execute("push --id j1 say 'two  words' 007");

        assertEquals("say 'two  words' 007", shell.queue.jobs.get("j1").spec().script());
    }

    @Test
    public void whatLooksLikeANumberStaysAsItWasWritten() throws Exception {
        shell.execute("push 1e5 --id 0123 --arg 007");

        assertEquals("1e5", shell.queue.jobs.get("0123").spec().script());
        assertEquals(List.of("007"), shell.queue.jobs.get("0123").spec().args());
    }

    @Test
    public void optionsTakeValuesThatLookOdd() throws Exception {
        shell.execute("push '@x' --id j1 --arg -x --arg=--y=1 --arg a,b --tag k= --tag 'l=a b' --name '$HOME'");

        JobSpec spec = shell.queue.jobs.get("j1").spec();
        assertEquals("@x", spec.script());
        assertEquals(List.of("-x", "--y=1", "a,b"), spec.args());
        assertEquals(Map.of("k", "", "l", "a b"), spec.tags());
        assertEquals("$HOME", spec.name());
    }

    @Test
    public void aFailureBeforeThePipeIsOneLineOnStandardError() throws Exception {
        shell.execute("job x | slurp");

        assertEquals("gogo: CommandFailed: no job 'x'\n", shell.printed());
    }

    @Test
    public void aFileIsReadFromTheDirectoryOfTheSession() throws Exception {
        Path file = folder.newFile("a.gogo").toPath();
        Files.writeString(file, "say 'ü'\n");
        shell.session.currentDir(folder.getRoot().toPath());

        shell.execute("push -f a.gogo --id j1");

        assertEquals("say 'ü'\n", shell.queue.jobs.get("j1").spec().script());
        assertEquals("'a.gogo' is a file: say -f a.gogo to run what is in it", shell.refused("push a.gogo"));
    }

    @Test
    public void standardInputIsAScript() throws Exception {
        shell.session("echo one\necho two\n").execute("push - --id j1");
        shell.execute("say echo three | push --file - --id j2");

        assertEquals("echo one\necho two\n", shell.queue.jobs.get("j1").spec().script());
        assertEquals("echo three\n", shell.queue.jobs.get("j2").spec().script());
    }

    @Test
    public void aSyntaxErrorIsRefusedWithThePlaceBeforeItIsSent() throws Exception {
        Path file = folder.newFile("bad.gogo").toPath();
        Files.writeString(file, "say one\n\tsay ] two\n");
        shell.session.currentDir(folder.getRoot().toPath());

        assertEquals(
                "bad.gogo, line 2, column 6: unexpected token ']'\n  \tsay ] two\n  \t    ^",
                shell.refused("push -f bad.gogo"));
        assertTrue(shell.queue.jobs.isEmpty());
    }

    @Test
    public void anOpenBracketIsRefusedAtTheEndOfTheScript() {
        assertEquals(
                "the script, line 1, column 12: the script ends, but a ) is missing\n  say (give x\n             ^",
                shell.refused("push 'say (give x'"));
        assertEquals(
                "the script, line 2, column 5: the script ends, but a \" is missing\n  say \"x\n      ^",
                shell.refused("push 'say one\nsay \"x'"));
        assertThat(shell.refused("push 'say x |'"), containsString("a statement after |"));
        assertThat(shell.refused("push 'say x\n'$'\n}'"), containsString("line 3, column 1: unexpected token '}'"));
    }

    @Test
    public void ofALongLineOnlyTheSurroundingsOfAnErrorAreShown() {
        shell.session.put("long", "say " + "x".repeat(5_000) + " ) " + "y".repeat(5_000));

        assertEquals(
                "the script, line 1, column 5006: unexpected token ')'\n  " + "x".repeat(59) + " ) " + "y".repeat(58)
                        + "\n  " + " ".repeat(60) + "^",
                shell.refused("push $long"));
    }

    @Test
    public void deepNestingIsRefusedAndNotAStackOverflow() {
        shell.session.put("deep", "(".repeat(200_000));

        shell.queue.maxScriptBytes = 1_000_000;
        assertThat(shell.refused("push $deep"), containsString("too deeply"));
    }

    @Test
    public void aScriptOverTheCapIsRefusedWithBothSizes() {
        shell.session.put("big", "say " + "x".repeat(20_000));

        assertEquals(
                "the script has 20004 bytes, but this grid takes at most 10000: let it fetch the data that it needs",
                shell.refused("push $big"));
    }

    @Test
    public void aSmallScriptIsPushedWithOneCall() throws Exception {
        shell.execute("push 'say hi'");

        assertEquals(0, shell.queue.statusCalls);
    }

    @Test
    public void aRepeatedPushSaysSo() throws Exception {
        shell.execute("push x --id j1");

        assertEquals("j1 (known already, available)", shell.shown("push x --id j1"));
    }

    @Test
    public void anUnknownOptionIsNamedWithTheValidOnes() {
        String message = shell.refused("push x --quue mail");

        assertThat(message, startsWith("push: unknown option '--quue', want one of "));
        assertThat(message, containsString("-q --queue"));
        assertThat(message, containsString("('push --help' says more)"));
    }

    @Test
    public void wrongValuesSayWhatIsWanted() {
        assertThat(shell.refused("push x --delay soon"), containsString("'soon' is no duration, want one like 500ms"));
        assertThat(shell.refused("push x --at noon"), containsString("'noon' is no time, want one like 2030-"));
        assertThat(shell.refused("push x --max-attempts many"), containsString("'--max-attempts'"));
        assertThat(shell.refused("push x --max-attempts 0"), containsString("max attempts is 0, want 1 to 1000"));
        assertThat(shell.refused("push x --tag a"), containsString("KEY=VALUE"));
        assertThat(shell.refused("push x --queue 'a b'"), containsString("queue is 'a b', want a letter"));
        assertThat(shell.refused("push x --queue"), containsString("'--queue'"));
        assertThat(shell.refused("push x --backoff 1h..5s"), containsString("backoff most"));
        assertThat(shell.refused("push"), containsString("there is no script"));
        assertThat(shell.refused("push ''"), containsString("the script is empty"));
        assertThat(shell.refused("push x -f y"), containsString("give one of them"));
        assertThat(shell.refused("push 'say a;' b"), containsString("put it in quotes"));
        assertThat(shell.refused("push $unset"), containsString("is a variable not set?"));
        assertThat(shell.refused("push -f no-such-file"), containsString("there is no file '"));
        assertThat(shell.refused("push -f /"), containsString("is a directory"));
    }

    @Test
    public void helpIsPrintedAndNothingIsPushed() throws Exception {
        String help = shell.shown("push --help");

        assertThat(help, startsWith("Usage: push "));
        assertThat(help, containsString("--max-attempts=N"));
        assertTrue(shell.queue.jobs.isEmpty());
    }

    @Test
    public void withoutAServerTheMessageSaysWhatWasWaitedFor() {
        shell.queue.failure = new QueueUnavailableException("no queue-server is in sight");

        assertEquals(
                "no queue-server is in sight, tried for 5s: is a queue-server running, and is its ZooKeeper the one of this node?",
                shell.refused("push x"));
    }

    @Test
    public void ifItIsNotKnownWhetherItHappenedTheMessageSaysHowToRepeatIt() {
        shell.queue.failure = new IndeterminateException("the connection broke");

        assertThat(
                shell.refused("push x --id j1"),
                containsString(
                        "not known whether the queue did it (the connection broke): repeat the push with --id j1"));
        String refused = shell.refused("push x --id j1 --deadline 2h");
        assertTrue(
                "a time from now would be another one then: " + refused,
                refused.matches(".* repeat the push with --id j1 --deadline [-0-9]+T[:.0-9]+Z"));
    }

    private JobSpec spec(Submitted job) {
        return shell.queue.jobs.get(job.jobId()).spec();
    }
}
