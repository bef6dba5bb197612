/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.endsWith;
import static org.hamcrest.CoreMatchers.is;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobState;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.ReportKind;
import org.gridbatch.shell.byhand.HeldJob;
import org.gridbatch.worker.gogo.Script;
import org.junit.Rule;
import org.junit.Test;

public class PullCommandTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void aJobIsPulledRunAndCompletedByHand() throws Exception {
        shell.execute("push 'say \"hi $1\" ; give done' --id j1 --arg you");

        shell.execute("j = (pull)");
        assertEquals("done", shell.execute("$j run"));
        assertEquals("accepted, the job is completed", shell.shown("$j complete"));

        assertEquals("hi you\n", shell.printed());
        assertEquals("done", shell.queue.reports.get(0).result());
        assertEquals("here-shell", shell.queue.reports.get(0).worker());
    }

    @Test
    public void aPulledJobIsARecordThatSaysWhatToDoNext() throws Exception {
        shell.execute("push 'say hi' --id j1 --queue mail");

        assertEquals("""
                job      j1
                state    held
                queue    mail
                attempt  1 of 5
                script   say hi
                next     run, then complete [RESULT], fail WHY, snooze TIME or release""", shell.shown("pull"));
    }

    @Test
    public void filtersReachTheQueueAndClaimIdsGrow() throws Exception {
        shell.execute("push x --id j1 --queue mail");
        shell.execute("push x --id j2");
        shell.execute("push x --id j3 --queue mail");

        assertEquals("j1", ((PulledJob) shell.execute("pull --queue mail --wait 2s")).jobId());
        assertEquals("j2", ((PulledJob) shell.execute("pull --id j2")).jobId());

        List<ClaimRequest> claims = shell.queue.claims;
        assertEquals(List.of("mail"), claims.get(0).queues());
        assertEquals(Duration.ofSeconds(2), claims.get(0).maxWait());
        assertEquals(claims.get(0).claimId() + 1, claims.get(1).claimId());
        assertEquals(claims.get(0).incarnation(), claims.get(1).incarnation());
        assertEquals("here-shell", claims.get(0).worker());
    }

    @Test
    public void nothingToPullSaysWhy() throws Exception {
        shell.execute("push x --id j1 --delay 5m");

        assertThat(shell.refused("pull"), containsString("no job is available: see 'jobs'"));
        assertThat(shell.refused("pull -q mail -q post"), containsString("no job is available in mail or post"));
        assertThat(
                shell.refused("pull --id j1"),
                containsString("job j1 is scheduled: only an available job can be pulled"));
        assertEquals("no job 'j9'", shell.refused("pull --id j9"));
        assertThat(shell.refused("pull --wait 2m"), containsString("--wait is 2m, want at most 1m"));
    }

    @Test
    public void theOtherOutcomesAreReported() throws Exception {
        for (String word : new String[] {"fail 'not my day'", "snooze 5m", "release"}) {
            shell.execute("push x");
            shell.execute("j = (pull)");
            shell.execute("$j " + word);
            shell.execute("cancel (jobs --state available,retryable,scheduled)");
        }

        assertEquals(List.of(ReportKind.FAIL, ReportKind.SNOOZE, ReportKind.RELEASE), shell.queue.reportKinds());
        assertEquals("not my day", shell.queue.reports.get(0).error());
        assertEquals(Duration.ofMinutes(5), shell.queue.reports.get(1).delay());
    }

    @Test
    public void failTakesTheReasonFromTheRunAndWantsOneOtherwise() throws Exception {
        shell.execute("push 'fail boom'");
        shell.execute("j = (pull)");

        assertEquals("say why it failed: fail 'why'", shell.refused("$j fail"));
        assertThat(shell.refused("$j run"), containsString("IllegalStateException: boom"));
        shell.execute("$j fail");

        assertThat(shell.queue.reports.get(0).error(), containsString("IllegalStateException: boom"));
    }

    @Test
    public void whatTheScriptPrintsIsShownAndReported() throws Exception {
        shell.execute("push 'say one ; say two ; give done' --id j1");
        shell.execute("j = (pull)");
        shell.execute("$j run");

        assertEquals("one\ntwo\n", shell.printed());
        shell.execute("$j complete");

        assertEquals("one\ntwo\n", shell.queue.reports.get(0).out().head());
    }

    @Test
    public void whatTheScriptPrintsIsShownWhileItRuns() throws Exception {
        shell.execute("push 'say one ; nap 60000' --id j1");
        shell.execute("j = (pull)");
        CompletableFuture<String> run = CompletableFuture.supplyAsync(() -> shell.refused("$j run"));

        await("the first line is shown").atMost(SOON).until(shell::printed, is("one\n"));

        shell.pulled.close();
        await("the script ends").atMost(SOON).until(run::isDone);
        assertThat(run.join(), containsString("the node that pulled it stopped"));
    }

    @Test
    public void ofLongOutputTheHeadAndTheTailAreShown() throws Exception {
        shell.execute("push 'say one ; flood 40000 ; say two' --id j1");
        shell.execute("j = (pull)");
        shell.execute("$j run");

        assertThat(shell.printed(), startsWith("one\n000"));
        assertThat(shell.printed(), containsString("0\n… some of it was not kept …\n0"));
        assertThat(shell.printed(), endsWith("000\ntwo\n"));
    }

    @Test
    public void aFailureInTheMiddleOfAPipelineIsSeen() throws Exception {
        shell.execute("push 'fail early | slurp' --id j1");
        shell.execute("j = (pull)");

        assertThat(shell.refused("$j run"), containsString("early"));
        shell.execute("$j fail");

        assertThat(shell.queue.reports.get(0).error(), containsString("in line 1, column 1: fail early | slurp"));
    }

    @Test
    public void aScriptThatTakesTooLongIsStopped() throws Exception {
        shell.execute("push 'nap 60000' --timeout 300ms");
        shell.execute("j = (pull)");

        assertEquals(
                "job " + shell.execute("$j jobId") + " failed: timed out after 300ms, in: nap 60000",
                shell.refused("$j run"));
        shell.execute("$j fail");

        assertEquals(
                "timed out after 300ms, in: nap 60000",
                shell.queue.reports.get(0).error());
    }

    @Test
    public void theScriptsOwnDecisionIsWhatIsReported() throws Exception {
        shell.execute("push '$job snooze 5m'");
        shell.execute("j = (pull)");
        assertEquals("the script asks for a snooze of 5m: say snooze", shell.execute("$j run"));
        shell.execute("$j snooze");
        shell.execute("push '$job failForGood \"no such shop\"'");
        shell.execute("j = (pull)");
        assertThat(shell.refused("$j run"), containsString("failed: no such shop"));
        shell.execute("$j fail");

        assertEquals(List.of(ReportKind.SNOOZE, ReportKind.FAIL_FOR_GOOD), shell.queue.reportKinds());
        assertEquals(Duration.ofMinutes(5), shell.queue.reports.get(0).delay());
        assertEquals("no such shop", shell.queue.reports.get(1).error());
    }

    @Test
    public void aSnoozeWithoutATimeWantsOne() throws Exception {
        shell.execute("push x");
        shell.execute("j = (pull)");

        assertEquals("say for how long: snooze 5m", shell.refused("$j snooze"));
    }

    @Test
    public void theUserStopsTheScriptAndKeepsTheJob() throws Exception {
        shell.execute("push 'nap 60000' --id j1");
        shell.execute("j = (pull)");
        CompletableFuture<Exception> end =
                CompletableFuture.supplyAsync(() -> assertThrows(Exception.class, () -> shell.execute("$j run")));
        await("the script runs").atMost(SOON).until(() -> isRunning());

        shell.session.foregroundJob().interrupt();

        await("the command ends").atMost(SOON).until(end::isDone);
        await("the script ends").atMost(SOON).until(() -> !isRunning());
        assertEquals("held", shell.execute("$j state"));
        await("the end is known").atMost(SOON).until(() -> shell.execute("$j fail") != null);
        assertEquals(
                "stopped by its user, in: nap 60000", shell.queue.reports.get(0).error());
    }

    @Test
    public void aJobIsReportedOnOnce() throws Exception {
        shell.execute("push x --id j1");
        shell.execute("j = (pull)");
        shell.execute("$j complete 5");

        assertEquals("5", shell.queue.reports.get(0).result());
        assertEquals("job j1 was reported on already", shell.refused("$j complete"));
        assertEquals("job j1 was reported on already", shell.refused("$j run"));
    }

    @Test
    public void aReportThatDidNotArriveCanBeRepeated() throws Exception {
        shell.execute("push x --id j1");
        shell.execute("j = (pull)");
        shell.queue.failure = new QueueUnavailableException("no queue-server is in sight");
        assertThat(shell.refused("$j complete"), containsString("no queue-server is in sight"));

        shell.queue.failure = null;
        shell.execute("$j complete");

        assertEquals(JobState.COMPLETED, shell.queue.jobs.get("j1").view().state());
    }

    @Test
    public void theLeaseIsKeptAliveWhileTheSessionIsOpen() throws Exception {
        shell.queue.leaseFor = Duration.ofSeconds(3);
        shell.execute("push x --id j1");
        shell.execute("j = (pull)");

        await("two heartbeats").atMost(SOON).until(() -> shell.queue.heartbeats.size() >= 2);

        assertEquals(List.of(1L), shell.queue.heartbeats.get(0).leaseIds());
        assertEquals("held", shell.execute("$j state"));
    }

    @Test
    public void aLeaseThatIsLostIsNotReportedOn() throws Exception {
        shell.execute("push x --id j1");
        shell.execute("j = (pull)");
        shell.queue.lost = List.of(1L);

        String message = shell.refused("$j complete");

        assertThat(message, containsString("the report was refused; the job is available."));
        assertThat(message, containsString("does not hold job j1 any more: lease is no longer current"));
        assertEquals("lost", shell.execute("$j state"));
    }

    @Test
    public void aLeaseThatCannotBeExtendedIsGivenUpInTime() throws Exception {
        shell.queue.leaseFor = Duration.ofMillis(1_500);
        shell.execute("push x --id j1");
        shell.execute("j = (pull)");
        shell.queue.failure = new QueueUnavailableException("no queue-server is in sight");

        await("the lease is given up").atMost(SOON).until(() -> shell.execute("$j state"), is("lost"));
        assertThat(shell.refused("$j run"), containsString("was not reached while the lease held"));
    }

    @Test
    public void aScriptIsStoppedWithASixthOfTheLeaseLeft() throws Exception {
        shell.queue.leaseFor = Duration.ofSeconds(4);
        shell.execute("push 'nap 60000' --id j1");
        long pulled = System.nanoTime();
        shell.execute("j = (pull)");
        shell.queue.failure = new QueueUnavailableException("no queue-server is in sight");

        assertThat(shell.refused("$j run"), containsString("was not reached while the lease held"));

        Duration ran = Duration.ofNanos(System.nanoTime() - pulled);
        assertTrue("it ran for " + ran, ran.compareTo(shell.queue.leaseFor) < 0);
    }

    @Test
    public void aCancelledJobStopsAndIsReportedAsCancelled() throws Exception {
        shell.queue.leaseFor = Duration.ofSeconds(3);
        shell.execute("push 'nap 60000' --id j1");
        shell.execute("j = (pull)");
        CompletableFuture<String> run = CompletableFuture.supplyAsync(() -> shell.refused("$j run"));
        await("the script runs").atMost(SOON).until(() -> isRunning());

        shell.queue.cancelled = List.of(1L);

        await("the script ends").atMost(SOON).until(run::isDone);
        assertEquals("job j1 was cancelled while it ran", run.join());
        await("the end is reported")
                .atMost(SOON)
                .until(() -> shell.queue.reportKinds(), is(List.of(ReportKind.CANCELLED)));
        assertThat(shell.refused("$j complete"), containsString("any more: it was cancelled"));
    }

    @Test
    public void aJobThatComesAfterItsUserGaveUpIsGivenBack() throws Exception {
        shell.execute("push x --id j1");
        shell.queue.claimAnswer = new CompletableFuture<>();
        CompletableFuture<Exception> end = CompletableFuture.supplyAsync(
                () -> assertThrows(Exception.class, () -> shell.execute("pull --wait 60s")));
        await("the claim is sent").atMost(SOON).until(() -> !shell.queue.claims.isEmpty());
        await("the command ends").atMost(SOON).until(() -> {
            var job = shell.session.foregroundJob();
            if (job != null) job.interrupt();
            return end.isDone();
        });

        shell.queue.claimAnswer.complete(null);

        await("the job is given back")
                .atMost(SOON)
                .until(() -> shell.queue.reportKinds(), is(List.of(ReportKind.RELEASE)));
    }

    @Test
    public void aClosedSessionGivesItsJobsBack() throws Exception {
        shell.execute("push x --id j1");
        shell.session.execute("pull");

        shell.session.close();

        await("the job is given back")
                .atMost(SOON)
                .until(() -> shell.queue.reportKinds(), is(List.of(ReportKind.RELEASE)));
    }

    @Test
    public void aJobThatAJobsScriptPulledIsHeldAsLongAsTheScriptGoesOn() throws Exception {
        shell.execute("push 'k = (batch:pull --id j2) ; nap 2500 ; $k complete' --id j1");
        shell.execute("push x --id j2");
        shell.execute("j = (pull --id j1)");

        shell.execute("$j run");

        assertEquals(List.of(ReportKind.COMPLETE), shell.queue.reportKinds());
        assertEquals("j2", shell.queue.reports.get(0).jobId());
    }

    @Test
    public void aJobThatAJobsScriptPulledGoesBackWhenTheScriptHasEnded() throws Exception {
        shell.execute("push 'k = (batch:pull --id j2)' --id j1");
        shell.execute("push x --id j2");
        shell.execute("j = (pull --id j1)");

        shell.execute("$j run");

        await("the job is given back")
                .atMost(SOON)
                .until(() -> shell.queue.reportKinds(), is(List.of(ReportKind.RELEASE)));
        assertEquals("j2", shell.queue.reports.get(0).jobId());
    }

    @Test
    public void aJobThatAJobsScriptPulledIsHeldToTheListsOfThatScriptsWorker() throws Exception {
        shell.execute("push 'say hi' --id denied");
        shell.execute("push 'give hi' --id unlisted");
        shell.execute("push \"j = (batch:pull --id innermost) ; \\$j run\" --id between");
        shell.execute("push 'say hi' --id innermost");

        assertThat(errorOfPulling("denied"), containsString("denied.commands has test:say"));
        assertThat(errorOfPulling("unlisted"), containsString("allowed.commands has only batch:*, test:say"));
        assertThat(errorOfPulling("between"), containsString("denied.commands has test:say"));
        assertEquals("", shell.printed());
    }

    /** As a worker with lists of its own runs a script that pulls a job and runs it. */
    private String errorOfPulling(String jobId) throws Exception {
        Script script = Script.of("j = (batch:pull --id " + jobId + ") ; $j run")
                .withAllowed(List.of("batch:*", "test:say"))
                .withDenied(List.of("test:say"));
        return shell.scripts
                .start(script)
                .result()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .error();
    }

    @Test
    public void aJobIsSettledByWhatItsRunCameTo() throws Exception {
        for (String script : new String[] {"give done", "fail boom", "$job failForGood no", "$job snooze 5m"}) {
            shell.execute("push '" + script + "'");
            HeldJob job = (HeldJob) shell.execute("j = (pull)");
            assertEquals(
                    "the script of job " + job.spec().jobId() + " has not run to an end yet",
                    assertThrows(CommandFailed.class, job::settle).toString());
            try {
                job.run();
            } catch (CommandFailed e) {
                // It is settled all the same.
            }
            job.settle();
            assertEquals("ended", job.state());
        }

        assertEquals(
                List.of(ReportKind.COMPLETE, ReportKind.FAIL, ReportKind.FAIL_FOR_GOOD, ReportKind.SNOOZE),
                shell.queue.reportKinds());
        assertEquals("done", shell.queue.reports.get(0).result());
    }

    @Test
    public void theEndOfTheBundleGivesAllBack() throws Exception {
        shell.execute("push x");
        shell.execute("push x");
        shell.execute("a = (pull)");
        shell.execute("b = (pull)");

        shell.pulled.close();

        assertEquals(List.of(ReportKind.RELEASE, ReportKind.RELEASE), shell.queue.reportKinds());
        assertThat(
                assertThrows(CommandFailed.class, () -> shell.execute("$a complete"))
                        .getMessage(),
                containsString("the node that pulled it stopped"));
    }

    private static boolean isRunning() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("pipe-nap"));
    }
}
