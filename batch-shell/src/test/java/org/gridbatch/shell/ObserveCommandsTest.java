/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.awaitility.Awaitility.await;
import static org.gridbatch.shell.FakeQueue.attempt;
import static org.gridbatch.shell.FakeQueue.failed;
import static org.gridbatch.shell.FakeQueue.view;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.endsWith;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.WorkerView;
import org.junit.Rule;
import org.junit.Test;

public class ObserveCommandsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void jobsAreATable() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.put(failed("j2", JobState.RETRYABLE, "IllegalStateException: no such shop"), "x");

        assertEquals("""
                ID  STATE      QUEUE    ATTEMPT  WORKER  WHEN        ERROR
                j1  available  default  0/5              1m 30s ago
                j2  retryable  default  2/5      w1      in 10s      IllegalStateException: no such shop""", shell.shown("jobs"));
    }

    @Test
    public void aTableFitsTheWidthOfTheTerminal() throws Exception {
        shell.queue.put(failed("j2", JobState.RETRYABLE, "IllegalStateException: no such shop"), "x");
        shell.session.put("COLUMNS", 70);
        shell.session.put("NO_COLOR", "1");

        assertThat(shell.shown("jobs"), containsString("IllegalStateExceptio…"));
        shell.shown("jobs").lines().forEach(line -> assertEquals(line, true, line.length() <= 70));
    }

    @Test
    public void statesHaveColoursAtATerminalUnlessItsUserWantsNone() throws Exception {
        shell.queue.put(view("j1", JobState.COMPLETED), "x");
        assertThat(shell.shown("jobs"), not(containsString("\u001b")));
        shell.session.put("COLUMNS", 70);
        assertThat(shell.shown("jobs"), containsString("\u001b[32mcompleted\u001b[m"));
        shell.session.put("NO_COLOR", "1");
        assertThat(shell.shown("jobs"), not(containsString("\u001b")));
    }

    @Test
    public void whatGoesDownAPipeIsNeitherCutNorColoured() throws Exception {
        shell.queue.put(failed("j2", JobState.DISCARDED, "IllegalStateException: no such shop in all the town"), "x");
        shell.session.put("COLUMNS", 70);
        String piped = (String) shell.execute("jobs | slurp");
        assertThat(piped, containsString("no such shop in all the town"));
        assertThat(piped, not(containsString("\u001b")));
    }

    @Test
    public void theTextOfAJobCannotDriveTheTerminal() throws Exception {
        shell.queue.put(failed("j2", JobState.RETRYABLE, "a\u001b[2Jb\u009b2Jc"), "x");

        assertThat(shell.shown("jobs"), containsString("a[2Jb2Jc"));
    }

    @Test
    public void historyTakesATimeWithAnOffsetAndSaysWhatATimeIs() throws Exception {
        shell.execute("history --since 2026-01-31T03:00:00+01:00");
        assertEquals(
                Instant.parse("2026-01-31T02:00:00Z"),
                shell.queue.queries.get(0).since());
        assertThat(
                shell.refused("history --until soon"),
                containsString("history: --until: 'soon' is no time, want one like 2030-01-31T18:00:00Z"));
    }

    @Test
    public void theAuditTrailDoesNotPassOverOptionsThatItHasNoUseFor() {
        assertEquals(
                "history: --audit takes --by, --action, --subject, --since, --until, -n and --after, and nothing else",
                shell.refused("history --audit --queue mail"));
        assertEquals(
                "history: --action and --subject are for --audit, which is not there",
                shell.refused("history --subject j1"));
    }

    @Test
    public void historyListsWhatIsFinalAndPassesItsOptionsOn() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.put(view("j2", JobState.COMPLETED), "x");

        assertThat(shell.shown("history"), containsString("j2  completed"));
        assertEquals("[j2]", ids("history --queue default"));
        assertEquals("no jobs", shell.shown("history --queue mail"));
        shell.execute(
                "history -s discarded -q q --tenant t --name n --tag k=v --text x --until 2030-01-31T03:00:00Z -n 7"
                        + " --array a --items --by ann@n1");
        HistoryQuery query = shell.queue.queries.get(3);
        assertEquals(
                new HistoryQuery(
                        Set.of(JobState.DISCARDED),
                        "q",
                        "t",
                        "n",
                        "k=v",
                        "ann@n1",
                        "a",
                        true,
                        Instant.EPOCH,
                        Instant.parse("2030-01-31T03:00:00Z"),
                        "x",
                        7,
                        ""),
                query);
    }

    @Test
    public void theAuditTrailNamesWhoCancelled() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        assertEquals("no changes", shell.shown("history --audit"));
        shell.execute("cancel j1 --reason wrong");
        assertThat(shell.shown("history --audit"), containsString("ann@n1  cancel  j1       wrong"));
        String wanted = "history --audit --by ann@n1 --action cancel --subject ";
        assertThat(shell.shown(wanted + "j1"), containsString("ann@n1  cancel  j1       wrong"));
        assertEquals("no changes", shell.shown(wanted + "j2"));
    }

    @Test
    public void aJobTellsWhoPushedIt() throws Exception {
        shell.execute("push --id j1 echo");
        assertThat(shell.shown("job j1"), containsString(" by ann@n1"));
        assertThat(shell.shown("jobs --by ann@n1"), containsString("j1"));
        assertEquals("no jobs", shell.shown("jobs --by bob@n1"));
    }

    @Test
    public void jobsAreAListForScriptsAndAPipe() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.put(view("j2", JobState.COMPLETED), "x");

        List<?> jobs = (List<?>) shell.execute("jobs");
        assertEquals("j2", ((JobView) jobs.get(1)).jobId());
        assertEquals("j1", shell.execute("((jobs) get 0) jobId"));
        assertThat((String) shell.execute("jobs | slurp"), containsString("j2  completed"));
    }

    @Test
    public void jobsCanBeFiltered() throws Exception {
        shell.execute("push x --id j1 --queue mail --name first --tag shop=1");
        shell.execute("push x --id j2 --delay 5m");
        shell.execute("push x --id j3");

        assertEquals("[j1]", ids("jobs --queue mail"));
        assertEquals("[j1]", ids("jobs --name first"));
        assertEquals("[j1]", ids("jobs --tag shop=1"));
        assertEquals("[j2]", ids("jobs --state scheduled"));
        assertEquals("[j2]", ids("jobs -s SCHEDULED,completed --state executing"));
        assertEquals("[j3, j2, j1]", ids("jobs --newest"));
        assertEquals("no jobs", shell.shown("jobs --queue none"));
        assertThat(shell.refused("jobs --state waiting"), containsString("'--state'"));
        assertThat(shell.refused("jobs --tag shop"), containsString("want key=value"));
        assertThat(shell.refused("jobs --limit 0"), containsString("--limit is 0, want 1 to 100000"));
        assertThat(shell.refused("jobs mail"), containsString("there is no use for 'mail'"));
    }

    @Test
    public void aLongListGoesOnWhereItEnded() throws Exception {
        for (int i = 0; i < 5; i++) shell.execute("push x --id j" + i);

        assertEquals("[j0, j1]", ids("jobs -n 2"));
        assertEquals("[j2, j3]", ids("jobs --limit=2 --after j1"));
        assertEquals("[j4]", ids("jobs -n 2 --after j3"));
    }

    @Test
    public void whereAListGoesOnIsToldBelowItAtATerminalAndElseOnStandardError() throws Exception {
        for (int i = 0; i < 5; i++) shell.execute("push x --id j" + i);

        assertThat(shell.shown("jobs -n2"), not(containsString("more")));
        assertEquals("more: --after j1\n", shell.printed());
        shell.session.put("COLUMNS", 80);
        assertThat(shell.shown("jobs -n2"), endsWith("\nmore: --after j1"));
        assertEquals("more: --after j1\n", shell.printed());
    }

    @Test
    public void morePagesThanOneAreOneList() throws Exception {
        for (int i = 0; i < 1_005; i++) shell.queue.put(view("j" + i, JobState.AVAILABLE), "x");

        assertEquals(1_003, ((List<?>) shell.execute("jobs -n 1003")).size());
        assertEquals(20, ((List<?>) shell.execute("jobs")).size());
    }

    @Test
    public void whatAFailedAttemptComplainedOfFirstStandsBesideItsError() throws Exception {
        AttemptView failed = attempt(1, AttemptOutcome.FAILED, "Cannot coerce", "", "\nno such shop\n\tat x\n");
        shell.queue.put(failed("j1", JobState.RETRYABLE, "Cannot coerce"), "x", failed);
        assertThat(shell.shown("job j1"), containsString("""
                error      Cannot coerce
                stderr     no such shop
                back-off"""));

        shell.queue.put(
                view("j1", JobState.COMPLETED), "x", failed, attempt(2, AttemptOutcome.COMPLETED, "", "", "hm"));
        assertThat(shell.shown("job j1"), not(containsString("stderr")));
    }

    @Test
    public void aJobIsARecordWithItsAttempts() throws Exception {
        shell.queue.put(
                failed("j1", JobState.RETRYABLE, "boom"),
                "say one\nsay two",
                attempt(1, AttemptOutcome.FAILED, "bang", "", ""),
                attempt(2, AttemptOutcome.FAILED, "boom", "", ""));

        assertEquals("""
                job        j1
                state      retryable until 2030-01-31T18:00:10Z (in 10s)
                queue      default
                attempt    2 of 5
                worker     w1
                submitted  2030-01-31T17:58:30Z (1m 30s ago)
                error      boom
                back-off   5s..1h
                script     say one
                           say two

                #  WORKER  STARTED  TOOK  OUTCOME  ERROR
                1  w1      1m ago   10s   failed   bang
                2  w1      1m ago   10s   failed   boom""", shell.shown("job j1"));
    }

    @Test
    public void anUnknownJobIsNamed() {
        assertEquals("no job 'x'", shell.refused("job x"));
        assertEquals("no job 'x'", shell.refused("log x"));
        assertEquals("no job 'x'", shell.refused("wait x"));
        assertEquals("no job 'x'", shell.refused("cancel x"));
        assertThat(shell.refused("job"), containsString("missing required parameter: 'ID'"));
    }

    @Test
    public void theLogIsOfTheLastAttemptThatEnded() throws Exception {
        shell.queue.put(
                view("j1", JobState.EXECUTING),
                "x",
                attempt(1, AttemptOutcome.FAILED, "bang", "out one\n", "err one\n"),
                attempt(2, AttemptOutcome.FAILED, "boom", "out two\n", ""),
                attempt(3, AttemptOutcome.EXECUTING, "", "", ""));

        assertEquals("out two", shell.shown("log j1"));
        assertEquals("out one\n--- stderr ---\nerr one", shell.shown("log j1 --attempt 1"));
        assertEquals("err one", shell.shown("log j1 --err --attempt=1"));
        assertEquals("log: job j1 has no attempt 7, want one of [1, 2, 3]", shell.refused("log j1 --attempt 7"));
    }

    @Test
    public void aJobWithoutALogSaysWhy() {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");

        assertEquals("log: job j1 has printed nothing yet: it is available", shell.refused("log j1"));
    }

    @Test
    public void waitReturnsTheJobsWhenAllCompleted() throws Exception {
        shell.queue.put(view("j1", JobState.COMPLETED), "x");
        shell.queue.put(view("j2", JobState.COMPLETED), "x");

        assertEquals("[j1, j2]", ids("wait j1 j2 --for 1s"));
        assertEquals("[j1, j2]", ids("wait (jobs)"));
    }

    @Test
    public void waitFailsWhenOneDidNotComplete() {
        shell.queue.put(view("j1", JobState.COMPLETED), "x");
        shell.queue.put(failed("j2", JobState.DISCARDED, "boom\nat x"), "x");

        assertEquals("wait: job j2 is discarded: boom at x", shell.refused("wait j2"));
        assertEquals("wait: 1 of 2 jobs did not complete: job j2 is discarded: boom at x", shell.refused("wait j1 j2"));
    }

    @Test
    public void waitEndsWhenTheTimeIsUp() {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");

        assertEquals("wait: job j1 is still available after 50ms", shell.refused("wait j1 --for 50ms"));
    }

    @Test
    public void waitIsStoppedByAnInterrupt() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.awaits = new CompletableFuture<>();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread thread =
                new Thread(() -> end.complete(assertThrows(Exception.class, () -> shell.execute("wait j1"))), "waiter");
        thread.start();

        await("the command ends").atMost(SOON).until(() -> {
            var job = shell.session.foregroundJob();
            if (job != null) job.interrupt();
            return end.isDone();
        });

        // Gogo's own word for it, whatever the command says.
        assertEquals(InterruptedException.class, end.join().getClass());
    }

    @Test
    public void workersAreATable() throws Exception {
        shell.queue.workers.add(new WorkerView(
                "w1",
                4,
                List.of("j1", "j2"),
                List.of(),
                "",
                Map.of("os", "linux", "cpus", "8"),
                12,
                false,
                Duration.ofMillis(1_500)));

        assertEquals("""
                WORKER  BUSY  QUEUES  COMMANDS  HEARD     JOBS   LABELS
                w1      2/4   all     12        1.5s ago  j1 j2  cpus=8 os=linux""", shell.shown("workers"));

        shell.queue.workers.add(
                new WorkerView("w2", 1, List.of(), List.of("mail"), "(tenant=acme)", Map.of(), 0, true, Duration.ZERO));
        assertEquals("""
                WORKER  STATE    BUSY  QUEUES  ACCEPTS        COMMANDS  HEARD     JOBS   LABELS
                w1               2/4   all                    12        1.5s ago  j1 j2  cpus=8 os=linux
                w2      drained  0/1   mail    (tenant=acme)            0ms ago""", shell.shown("workers"));
    }

    @Test
    public void aJobShowsWhatWasAskedOfItsPlaceAndTime() throws Exception {
        shell.execute(
                "push 'w = (cw a b c); $w commit' --id j1 --tenant acme --priority 5 --key shop-42 --limit-key smtp"
                        + " --requires '(cpus>=4)' --rank -load --after j0 --after-any j9 --unique u --unique-for 1h"
                        + " --deadline 2030-01-31T20:00:00Z");

        assertThat(shell.shown("job j1"), containsString("""
                tenant     acme
                attempt    0 of 5
                submitted  2030-01-31T18:00:00Z (now) by ann@n1
                back-off   5s..1h
                priority   5
                key        shop-42
                limit key  smtp
                requires   (cpus>=4)
                needs      cw
                rank       -load
                after      j0, else cancelled
                           j9 however it ends
                unique     u for 1h
                deadline   2030-01-31T20:00:00Z (in 2h)
                script     w = (cw a b c); $w commit"""));
    }

    @Test
    public void withoutWorkersItSaysSo() throws Exception {
        assertEquals("no workers", shell.shown("workers"));
    }

    @Test
    public void statusShowsTheGridAndAllStates() throws Exception {
        shell.execute("push x");

        assertEquals("""
                grid        grid-1
                term        7
                blocked     0
                scheduled   0
                available   1
                executing   0
                retryable   0
                completed   0
                cancelled   0
                discarded   0
                unarchived  0
                script cap  10000 bytes""", shell.shown("status"));
    }

    @Test
    public void theStatusSaysWhatIsWrongWithTheServer() throws Exception {
        shell.queue.problem = "the archive cannot be used: connection refused";
        assertThat(
                shell.shown("status"),
                containsString("\nproblem     the archive cannot be used: connection refused\n"));
    }

    @Test
    public void everyCommandHasHelp() throws Exception {
        for (String name : ShellComponent.commands().keySet()) {
            assertThat(shell.shown(name + " --help"), containsString("Usage: " + name + " "));
            assertThat(
                    shell.refused(name + " --nonsense a 1"),
                    containsString("unknown option '--nonsense', want one of -"));
        }
    }

    private String ids(String line) throws Exception {
        return ((List<?>) shell.execute(line))
                .stream().map(job -> ((JobView) job).jobId()).toList().toString();
    }
}
