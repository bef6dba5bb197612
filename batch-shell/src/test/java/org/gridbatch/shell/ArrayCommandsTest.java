/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Canary;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Placement;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.WorkerView;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Arrays as users push, watch and change them. */
public class ArrayCommandsTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private List<String> items(String id) {
        return shell.queue.arrays.get(id).items;
    }

    private ArraySpec spec(String id) {
        return shell.queue.arrays.get(id).spec;
    }

    private Path file(String text) throws Exception {
        return Files.writeString(folder.newFile().toPath(), text);
    }

    @Test
    public void theWordsBehindEachAreItems() throws Exception {
        Submitted pushed = (Submitted) shell.execute("push --id a 'say $1' --each one 'two words' 3");
        assertEquals("a", pushed.jobId());
        assertEquals(List.of("one", "two words", "3"), items("a"));
        assertEquals("say $1", spec("a").template().script());
        assertTrue(shell.queue.arrays.get("a").sealed);
        assertEquals(List.of("say"), spec("a").template().placement().needs());
    }

    @Test
    public void aListBehindEachEndsWithItselfWhateverItsElementsLookLike() throws Exception {
        shell.execute("push --id a --each [-x --wait 7] { say $it } --queue q");
        assertEquals(List.of("-x", "--wait", "7"), items("a"));
        assertEquals("say $it", spec("a").template().script());
        assertEquals("q", spec("a").template().queue());
        shell.execute("push --id b 'say' --each []");
        assertEquals(List.of(), items("b"));
        assertThat(shell.printed(), containsString("note: there were no items, so nothing runs"));
    }

    @Test
    public void pushEachTakesAListOrWordsAndTheScriptLast() throws Exception {
        shell.execute("push-each --id a [zurich -5 bern] { say $it } --throttle 2");
        shell.execute("shops = [zurich bern]; push-each $shops { say $it } --id b");
        shell.execute("push-each zurich bern 'say $1' --id c");
        Path script = file("say file");
        shell.execute("push-each zurich bern -f " + script + " --id d");
        shell.execute("push-each [x] -f " + script + " --id e");
        shell.execute("push-each [] { say } --id f");
        assertEquals(List.of("zurich", "bern"), items("b"));
        assertEquals(List.of("zurich", "bern"), items("c"));
        assertEquals("say $1", spec("c").template().script());
        assertEquals(List.of("zurich", "bern"), items("d"));
        assertEquals("say file", spec("e").template().script());
        assertEquals(List.of("x"), items("e"));
        assertEquals(List.of(), items("f"));
    }

    @Test
    public void aListInFrontOfOptionsIsTakenAsItIs() throws Exception {
        shell.execute("push-each [zurich -5 bern] { say $it } --throttle 2 --id a");
        assertEquals(List.of("zurich", "-5", "bern"), items("a"));
        assertEquals(2, spec("a").throttle());
    }

    @Test
    public void theLinesOfAFileAreItemsButNotTheBlankOnes() throws Exception {
        Path file = file("\ufeffone\r\n\n  two words \n   \n3");
        shell.execute("push --id a 'say $1' --lines " + file);
        assertEquals(List.of("one", "  two words ", "3"), items("a"));
    }

    @Test
    public void linesComeFromStandardInput() throws Exception {
        shell.session("one\ntwo\n").execute("push --id a 'say $1' --lines -");
        assertEquals(List.of("one", "two"), items("a"));
    }

    @Test
    public void manyLinesAreSentInPieces() throws Exception {
        String text =
                IntStream.range(0, 45_000).mapToObj(i -> "item-" + i + "\n").collect(Collectors.joining());
        shell.execute("push --id a 'say $1' --lines " + file(text));
        assertEquals(List.of(20_000, 20_000, 5_000), shell.queue.pieces);
        assertEquals("item-44999", items("a").get(44_999));
        shell.queue.pieces.clear();
        String wide = ("x".repeat(1_000) + "\n").repeat(4_000);
        shell.execute("push --id b 'say $1' --lines " + file(wide));
        assertEquals(List.of(2_097, 1_903), shell.queue.pieces);
    }

    @Test
    public void aPushOfAnArrayCanBeRepeated() throws Exception {
        shell.execute("push --id a say --each one two");
        assertEquals("a (known already, available)", shell.shown("push --id a say --each one two"));
        assertEquals(List.of("one", "two"), items("a"));
    }

    @Test
    public void theOptionsOfAnArrayComeWithThoseOfItsJobs() throws Exception {
        shell.execute("push --id a say --each x -q q --tenant t --key shop- --key-each --throttle 20 --canary 10:5"
                + " --then { slurp } --max-attempts 2");
        ArraySpec spec = spec("a");
        assertEquals("shop-", spec.template().exclusiveKey());
        assertEquals(2, spec.template().maxAttempts());
        assertTrue(spec.keyPerItem());
        assertEquals(20, spec.throttle());
        assertEquals(new Canary(10, 5), spec.canary());
        JobSpec then = spec.then();
        assertEquals("a-then", then.jobId());
        assertEquals("slurp", then.script());
        assertEquals("q", then.queue());
        assertEquals("t", then.tenant());
        assertEquals(new Placement("", List.of("slurp"), ""), then.placement());
        assertEquals("", then.exclusiveKey());
        shell.execute("push --id b say --each x --canary 3");
        assertEquals(new Canary(3, 0), spec("b").canary());
        assertFalse(spec("b").keyPerItem());
    }

    @Test
    public void onEachRunsOnWorkersThatMeetAFilter() throws Exception {
        shell.queue.workers.add(new WorkerView("w1", 4, List.of(), List.of(), "", Map.of(), 0, false, Duration.ZERO));
        shell.execute("on-each '(site=zurich)' { say $it } --id a --throttle 1");
        shell.execute("on-each all say hello --id b");
        assertEquals("(site=zurich)", spec("a").onEach());
        assertEquals(1, spec("a").throttle());
        assertEquals("(worker=*)", spec("b").onEach());
        assertEquals("say hello", spec("b").template().script());
        assertEquals(List.of("w1"), items("b"));
        assertThat(shell.refused("on-each site=x { say }"), startsWith("on-each: 'site=x' is no filter"));
        assertThat(shell.refused("on-each all"), startsWith("on-each: there is no script"));
        shell.queue.workers.clear();
        shell.execute("on-each all say");
        assertThat(shell.printed(), containsString("note: no worker in sight meets the filter, so nothing runs"));
    }

    @Test
    public void whatDoesNotFitIsRefusedBeforeAnythingIsPushed() throws Exception {
        Path long1025 = file("short\n" + "x".repeat(1_025) + "\n");
        assertThat(shell.refused("push say --throttle 3"), containsString("--throttle is there, but no --each"));
        assertThat(shell.refused("push say --then say"), containsString("--then is there, but no --each"));
        assertThat(shell.refused("push --each a say"), containsString("put it before --each"));
        assertThat(shell.refused("push say --each a --lines x"), containsString("give one of them"));
        assertThat(shell.refused("push - --lines -"), containsString("both to come from standard input"));
        assertThat(shell.refused("push-each say"), containsString("there are no items"));
        assertThat(shell.refused("push say --each a --canary x"), containsString("want one like 10 or 10:20"));
        assertThat(shell.refused("push say --each a --canary 5:100"), containsString("want 0 to 99"));
        assertThat(shell.refused("push say --each a --then 'say {'"), containsString("the script of --then"));
        assertThat(shell.refused("push say --lines /no/such"), containsString("there is no file '/no/such'"));
        assertTrue(shell.queue.arrays.isEmpty());
        assertThat(
                shell.refused("push --id a say --then say --lines " + long1025),
                containsString("line 2 of '" + long1025 + "' has more than 1024 characters"));
    }

    @Test
    public void anArrayWhoseItemsAreRefusedIsCancelledAndTheJobBehindItFirst() throws Exception {
        shell.queue.refusedItem = "bad";
        String message = shell.refused("push --id a say --then say --each good bad");
        assertEquals("item 'bad' is bad; array a was cancelled", message);
        assertEquals(JobState.CANCELLED, shell.queue.jobs.get("a").view().state());
        assertEquals(JobState.CANCELLED, shell.queue.jobs.get("a-then").view().state());
        assertEquals("a-then", shell.queue.audits.get(0).subject());
    }

    @Test
    public void anArrayThatAnotherPushHasOpenedIsLeftAlone() throws Exception {
        shell.queue.openArray(ArraySpec.of(JobSpec.script("say").jobId("a").build()));
        shell.queue.refusedItem = "bad";
        assertEquals("item 'bad' is bad", shell.refused("push --id a say --each bad"));
        assertEquals(JobState.BLOCKED, shell.queue.jobs.get("a").view().state());
    }

    @Test
    public void whenTheServerIsAwayThePushCanGoOn() throws Exception {
        shell.queue.whenAdded = new IndeterminateException("connection lost");
        String message = shell.refused("push --id a say --each x");
        assertThat(message, containsString("array a does not have all its items: repeat the push with --id a"));
        assertEquals(JobState.BLOCKED, shell.queue.jobs.get("a").view().state());
        shell.queue.whenAdded = null;
        shell.execute("push --id a say --each x");
        assertEquals(JobState.AVAILABLE, shell.queue.jobs.get("a").view().state());
    }

    @Test
    public void jobsShowsAnArrayInOneRowAndItsItemsIfAsked() throws Exception {
        shell.execute("push --id a say --each x y 'z z'; push --id single say");
        shell.queue.end("a", 0, JobState.COMPLETED);
        shell.queue.end("a", 1, JobState.DISCARDED);
        assertEquals("""
                ID      STATE      QUEUE    ITEMS  ATTEMPT  WHEN
                a       available  default  2/3             1m 30s ago
                single  available  default         0/5      now""", shell.shown("jobs"));
        assertEquals("""
                ID   STATE      QUEUE    ITEM  ATTEMPT  WHEN
                a:0  completed  default  x     0/5      now
                a:1  discarded  default  y     0/5      now
                a:2  available  default  z z   0/5      1m 30s ago""", shell.shown("jobs --array a"));
        assertThat(shell.shown("jobs --array a -s discarded"), containsString("a:1  discarded"));
        assertThat(shell.shown("jobs --items"), containsString("a:2"));
        assertEquals(
                "no such items in memory; those that have left it: history --array a",
                shell.shown("jobs --array a -s cancelled"));
        shell.execute("pause --array a");
        assertThat(shell.shown("jobs"), containsString("available, paused"));
    }

    @Test
    public void jobShowsHowFarAnArrayIs() throws Exception {
        shell.execute("push --id a 'say $1' --each 1 2 3 4 5 6 7 8 9 10 --throttle 4 --canary 2");
        for (int i = 0; i < 5; i++) shell.queue.end("a", i, JobState.COMPLETED);
        shell.queue.end("a", 5, JobState.DISCARDED);
        shell.queue.end("a", 6, JobState.EXECUTING);
        String shown = shell.shown("job a");
        assertThat(shown, startsWith("""
                array      a
                state      executing
                items      10: 3 available, 1 executing, 5 completed, 1 discarded
                progress   [##########!!........] 60 %
                canary     the first 2 run alone
                throttle   4 at a time
                queue      default
                attempts   at most 5 of each item
                submitted"""));
        assertThat(shown, containsString("\nscript     say $1"));
        assertThat(shell.shown("job a:5"), startsWith("job        a:5\narray      a\nitem       6\n"));
        assertThat(shell.refused("log a"), containsString("a is an array, and only its items print"));
    }

    @Test
    public void anArrayIsThrottledPausedAndResumed() throws Exception {
        shell.execute("push --id a say --each x");
        assertEquals("array a: 7 at a time", shell.shown("throttle a 7"));
        assertEquals(7, shell.queue.arrays.get("a").throttle);
        assertEquals("array a: no throttle", shell.shown("throttle a 0"));
        assertEquals("array a: paused", shell.shown("pause --array a"));
        assertTrue(shell.queue.arrays.get("a").paused);
        assertThat(shell.shown("resume q --array a"), containsString("array  a     not paused"));
        assertFalse(shell.queue.arrays.get("a").paused);
        assertEquals("no array 'b'", shell.refused("throttle b 7"));
        assertEquals("no array 'b'", shell.refused("pause --array b"));
        assertThat(shell.refused("pause"), startsWith("pause: there is no queue and no array"));
    }

    @Test
    public void waitFailsUnlessAllItemsCompleted() throws Exception {
        shell.execute("push --id a say --each x y; push --id b say --each x");
        shell.queue.end("a", 0, JobState.COMPLETED);
        assertEquals("wait: array a is still available after 0ms", shell.refused("wait a --for 0s"));
        shell.queue.end("a", 1, JobState.DISCARDED);
        shell.queue.end("b", 0, JobState.COMPLETED);
        assertEquals("wait: array a is discarded: 1 of 2 items completed", shell.refused("wait a"));
        assertThat(shell.shown("wait b"), containsString("1/1"));
    }

    @Test(timeout = 60_000)
    public void whoWaitsAtATerminalHearsHowFarItIs() throws Exception {
        shell.execute("push --id a say --each x y");
        shell.queue.end("a", 0, JobState.COMPLETED);
        shell.session.put("COLUMNS", 80);
        shell.queue.awaitPause = Duration.ofMillis(100);
        shell.queue.end("a", 1, JobState.EXECUTING);
        Thread later = new Thread(() -> {
            await("a line")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> shell.printed().contains("a: "));
            shell.queue.end("a", 1, JobState.COMPLETED);
        });
        later.start();
        shell.execute("wait a");
        later.join();
        assertEquals("\r\u001b[Ka: 1/2 items, 1 executing\r\u001b[K", shell.printed());
    }

    @Test
    public void idsOfArraysAreCompleted() throws Exception {
        shell.execute("push --id a say --each x; push --id single say");
        assertEquals(List.of("a"), complete("throttle ", 1));
        assertEquals(List.of("a"), complete("pause --array ", 2));
        assertEquals(List.of("single", "a"), complete("why ", 1));
    }

    private Object complete(String line, int index) throws Exception {
        List<String> words = List.of(line.split(" "));
        shell.session.put("words", words);
        shell.session.put("index", index);
        return shell.execute("_completions $words $index");
    }

    @Test
    public void theHistoryOfAnArrayIsAskedFor() throws Exception {
        shell.execute("history --array a -s discarded");
        assertEquals("a", shell.queue.queries.get(0).array());
        assertFalse(shell.queue.queries.get(0).items());
        shell.execute("history --items");
        assertTrue(shell.queue.queries.get(1).items());
    }
}
