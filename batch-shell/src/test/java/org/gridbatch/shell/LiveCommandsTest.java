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
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Progress;
import org.junit.Rule;
import org.junit.Test;

/** What the commands show of jobs that execute. */
public class LiveCommandsTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Progress HALF = new Progress(5, 10, "shop 42");

    @Rule
    public final ShellFixture shell = new ShellFixture();

    /** Runs a line while the test goes on; the answer is empty, or what the line failed with. */
    private CompletableFuture<String> running(String line) {
        CompletableFuture<String> end = new CompletableFuture<>();
        new Thread(
                        () -> {
                            try {
                                Object result = shell.execute(line);
                                end.complete(result == null ? "" : result.toString());
                            } catch (Exception e) {
                                end.complete(e.toString());
                            }
                        },
                        "test-command")
                .start();
        return end;
    }

    private void awaitPrinted(String text) {
        await("it prints " + text).atMost(SOON).until(() -> shell.printed().contains(text));
    }

    private static AttemptView completed(int number, String out, String err) {
        return attempt(number, AttemptOutcome.COMPLETED, "", out, err);
    }

    @Test
    public void aLogIsFollowedUntilItsJobIsFinal() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x", attempt(1, AttemptOutcome.EXECUTING, "", "", ""));
        shell.queue.tells("j1", 1, HALF, "one ä😀\n", "");
        CompletableFuture<String> end = running("log -f j1");
        awaitPrinted("one ä😀\n");
        shell.queue.tells("j1", 1, HALF, "one ä😀\ntwo\n", "careful\n");
        awaitPrinted("careful\n");
        shell.queue.ends("j1", view("j1", JobState.COMPLETED), completed(1, "one ä😀\ntwo\nthree\n", "careful\n"));
        assertEquals("", end.get());
        assertEquals("one ä😀\ntwo\ncareful\nthree\n", shell.printed());
    }

    @Test
    public void itFailsAsWaitDoesWhenTheJobDidNotComplete() throws Exception {
        shell.queue.put(
                failed("j1", JobState.DISCARDED, "boom"), "x", attempt(1, AttemptOutcome.FAILED, "boom", "last\n", ""));
        assertEquals("log: job j1 is discarded: boom", shell.refused("log -f j1"));
        assertEquals("what it printed is shown all the same", "last\n", shell.printed());
        assertThat(shell.refused("log -f j1 --attempt 1"), containsString("cannot be followed"));
        assertEquals("no job 'x'", shell.refused("log -f x"));
    }

    @Test
    public void ofAnArrayItSaysAtOnceWhatCanBeFollowed() throws Exception {
        shell.execute("push-each [a b] x --id a1");

        assertEquals(
                "log: a1 is an array, and only its items print: follow one of 'jobs --array a1 --state executing' with"
                        + " 'log -f a1:0', or see how far all are with 'wait --bar a1'",
                shell.refused("log -f a1"));
        assertThat(shell.refused("log a1"), containsString("and then 'log a1:0'"));
    }

    @Test
    public void attemptsAreFollowedOneAfterTheOther() throws Exception {
        AttemptView old = attempt(1, AttemptOutcome.FAILED, "bang", "before\n", "");
        shell.queue.put(view("j1", JobState.AVAILABLE), "x", old);
        CompletableFuture<String> end = running("log -f j1");
        awaitPrinted("log: job j1 is available, waiting until it executes\n");
        shell.queue.put(view("j1", JobState.EXECUTING), "x", old, attempt(2, AttemptOutcome.EXECUTING, "", "", ""));
        shell.queue.tells("j1", 2, HALF, "second\n", "");
        awaitPrinted("second\n");
        AttemptView failed = attempt(2, AttemptOutcome.FAILED, "boom", "second\n", "");
        shell.queue.ends("j1", failed("j1", JobState.RETRYABLE, "boom"), old, failed);
        awaitPrinted("log: attempt 2 on w1 is over (failed: boom)\nlog: job j1 is retryable, waiting");
        AttemptView quick = attempt(3, AttemptOutcome.FAILED, "bum", "between two looks\n", "");
        AttemptView last = completed(4, "last\n", "");
        shell.queue.ends("j1", view("j1", JobState.COMPLETED), old, failed, quick, last);
        assertEquals("", end.get());
        assertTrue(shell.printed(), shell.printed().endsWith("between two looks\nlast\n"));
        assertThat("what was over is not shown", shell.printed(), not(containsString("before")));
    }

    @Test
    public void whatWasNotKeptIsSaid() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x", attempt(1, AttemptOutcome.EXECUTING, "", "", ""));
        shell.queue.tells("j1", 1, HALF, "head ", "");
        CompletableFuture<String> end = running("log -f j1");
        awaitPrinted("head ");
        AttemptView one = completed(1, "", "");
        CapturedText out = new CapturedText("head m", "é tail\n", 1_000);
        shell.queue.ends(
                "j1",
                view("j1", JobState.COMPLETED),
                new AttemptView(
                        one.number(),
                        one.leaseId(),
                        one.worker(),
                        one.startedAt(),
                        one.endedAt(),
                        one.outcome(),
                        "",
                        "",
                        out,
                        null));
        assertEquals("", end.get());
        assertEquals("head m\n… some of it was not kept …\né tail\n", shell.printed());
    }

    @Test
    public void ofATailOnlyWhatWasNotShownYetFollows() {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        FollowedStream stream = FollowedStream.to(new java.io.PrintStream(bytes, true));
        String all = "x".repeat(100) + "0123456789";
        stream.show(new org.gridbatch.api.LiveText(0, all.substring(0, 105)));
        stream.rest(new CapturedText(all.substring(0, 20), all.substring(90), all.length()));
        assertEquals(all, bytes.toString());
    }

    @Test
    public void asJsonEachPieceIsALineOnStandardOutput() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x", attempt(1, AttemptOutcome.EXECUTING, "", "", ""));
        shell.queue.tells("j1", 1, HALF, "one\n", "careful\u001b\n");
        CompletableFuture<String> end = running("log -f j1 --json");
        awaitPrinted("careful");
        shell.queue.ends("j1", view("j1", JobState.COMPLETED), completed(1, "one\ntwo\n", "careful\u001b\n"));
        assertEquals("", end.get());
        assertEquals("""
                {"jobId":"j1","attempt":1,"stream":"out","offset":0,"text":"one\\n"}
                {"jobId":"j1","attempt":1,"stream":"err","offset":0,"text":"careful\\u001B\\n"}
                {"jobId":"j1","attempt":1,"stream":"out","offset":4,"text":"two\\n"}
                """, shell.printed());
    }

    @Test
    public void followingIsStoppedByAnInterruptAndTheJobGoesOn() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x");
        shell.queue.tells("j1", 1, HALF, "one\n", "");
        CompletableFuture<String> end = running("log -f j1");
        awaitPrinted("one\n");
        await("the command ends").atMost(SOON).until(() -> {
            var job = shell.session.foregroundJob();
            if (job != null) job.interrupt();
            return end.isDone();
        });
        assertEquals(JobState.EXECUTING, shell.queue.jobs.get("j1").view().state());
    }

    @Test
    public void onlyStandardErrorIsFollowedOnRequest() throws Exception {
        shell.queue.put(view("j1", JobState.COMPLETED), "x", completed(1, "out\n", "err\n"));
        shell.execute("log -f --err j1");
        assertEquals("err\n", shell.printed());
    }

    @Test
    public void aJobThatExecutesShowsHowFarItIs() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x");
        shell.queue.tells("j1", 1, HALF, "one\n", "");
        assertThat(shell.shown("job j1"), containsString("""
                        progress   5/10 (50 %) shop 42
                        notes      shop=42
                        """));
        assertEquals("scripts still see a job", "j1", shell.execute("((job j1) view) jobId"));
        assertThat(shell.shown("cancel (job j1)"), containsString("j1  done"));
    }

    @Test
    public void jobsShowsHowFarThoseAreThatExecute() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.put(view("j2", JobState.EXECUTING), "x");
        shell.queue.tells("j2", 1, HALF, "", "");
        assertEquals("""
                ID  STATE      QUEUE    ATTEMPT  WHEN        PROGRESS
                j1  available  default  0/5      1m 30s ago
                j2  executing  default  0/5      1m 30s ago  5/10 (50 %) shop 42""", shell.shown("jobs"));
    }

    @Test
    public void progressIsPutIntoWords() {
        assertEquals("", Formats.progress(Progress.NONE));
        assertEquals("3/10 (30 %)", Formats.progress(new Progress(3, 10, "")));
        assertEquals("7 pages", Formats.progress(new Progress(7, 0, "pages")));
        assertEquals("copying", Formats.progress(new Progress(0, 0, "copying")));
        assertEquals(
                "9223372036854775807/9223372036854775807 (100 %)",
                Formats.progress(new Progress(Long.MAX_VALUE, Long.MAX_VALUE, "")));
    }

    @Test
    public void waitShowsHowFarItsJobIsAtATerminalOnly() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x");
        shell.queue.tells("j1", 1, HALF, "", "");
        assertThat(shell.refused("wait j1 --for 50ms"), containsString("still executing"));
        assertEquals("", shell.printed());
        shell.session.put("COLUMNS", 80);
        assertThat(shell.refused("wait j1 --for 50ms"), containsString("still executing"));
        assertEquals("\r\u001b[Kj1: 5/10 (50 %) shop 42\r\u001b[K", shell.printed());
    }

    @Test
    public void aJobWithoutProgressIsShownAsBefore() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x");
        assertTrue(shell.execute("job j1") instanceof JobDetail);
    }
}
