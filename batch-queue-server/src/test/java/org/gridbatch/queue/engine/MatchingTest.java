/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Placement;
import org.gridbatch.api.Reason;
import org.gridbatch.api.UnknownAdException;
import org.gridbatch.api.WorkerFit;
import org.gridbatch.queue.core.Command;
import org.junit.Test;

public class MatchingTest {
    private final TestEngine queue = new TestEngine();

    private static Placement requires(String filter) {
        return new Placement(filter, List.of(), "");
    }

    private static Placement needs(String... commands) {
        return new Placement("", List.of(commands), "");
    }

    private static String only(CompletableFuture<List<Lease>> claim) {
        assertTrue("the claim is answered", claim.isDone());
        assertEquals(1, claim.join().size());
        return claim.join().get(0).spec().jobId();
    }

    @Test
    public void aJobGoesToAWorkerThatMeetsWhatItRequires() {
        queue.advertise("small", Map.of("cpus", "4"));
        queue.advertise("big", Map.of("cpus", "16"));
        CompletableFuture<List<Lease>> small = queue.claim("small", 1);
        CompletableFuture<List<Lease>> big = queue.claim("big", 1);
        queue.submit(job("hard").placement(requires("(cpus>=8)")));
        assertEquals("16 is more than 8 as a number", "hard", only(big));
        assertFalse(small.isDone());
        queue.submit(job("easy"));
        assertEquals("easy", only(small));
    }

    @Test
    public void aJobGoesToAWorkerThatOffersTheCommandsThatItNeeds() {
        queue.advertise("plain", Map.of(), "gogo:echo");
        queue.advertise("ace", Map.of(), "ace:cw", "ace:rw");
        CompletableFuture<List<Lease>> plain = queue.claim("plain", 1);
        queue.submit(job("a").placement(needs("cw", "ace:rw")), job("b").placement(needs("gogo:echo")));
        assertEquals("b", only(plain));
        assertEquals("a", queue.take("ace"));
    }

    @Test
    public void aCommandThatComesLaterBringsTheJobToAClaimThatWaits() {
        queue.advertise("w", Map.of(), "gogo:echo");
        CompletableFuture<List<Lease>> claim = queue.claim("w", 1);
        queue.submit(job("a").placement(needs("ace:cw")));
        assertFalse(claim.isDone());
        queue.advertise("w", Map.of(), "gogo:echo", "ace:cw");
        assertEquals("a", only(claim));
    }

    @Test
    public void ofTheWaitingWorkersTheBestRankedGetsTheJob() {
        for (String speed : List.of("3", "20", "7")) {
            queue.advertise("w" + speed, Map.of("speed", speed));
        }
        var w3 = queue.claim("w3", 1);
        var w20 = queue.claim("w20", 1);
        var w7 = queue.claim("w7", 1);
        queue.submit(job("a").placement(new Placement("", List.of(), "speed")));
        assertEquals("a", only(w20));
        queue.submit(job("b").placement(new Placement("", List.of(), "-speed")));
        assertEquals("b", only(w3));
        queue.submit(job("c").placement(new Placement("", List.of(), "speed")));
        assertEquals("a job is not held back for a better worker", "c", only(w7));
    }

    @Test
    public void aClaimTakesWhatItsFilterAcceptsOfThatWhichWaitsAndOfThatWhichComes() {
        queue.submit(
                job("a").tags(Map.of("shop", "7")),
                job("b").tags(Map.of("shop", "9")),
                job("c").tenant("acme").tags(Map.of("shop", "9")));
        assertEquals("b", only(queue.claim("w1", 1, "(shop>=8)", List.of())));
        assertEquals("c", only(queue.claim("w2", 1, "(tenant=acme)", List.of())));
        CompletableFuture<List<Lease>> waiting = queue.claim("w3", 1, "(&(shop=11)(queue=default))", List.of());
        assertFalse(waiting.isDone());
        queue.submit(job("d").tags(Map.of("shop", "10")), job("e").tags(Map.of("shop", "11")));
        assertEquals("e", only(waiting));
    }

    @Test
    public void aFilterThatMatchesTheLastOfManyJobsFindsIt() {
        var jobs = new org.gridbatch.api.JobSpec.Builder[20_000];
        for (int i = 0; i < jobs.length; i++) jobs[i] = job("j" + i).tags(Map.of("n", "" + i));
        queue.submit(jobs);
        assertEquals("j19999", only(queue.claim("w", 1, "(n=19999)", List.of())));
    }

    @Test
    public void aFilterThatIsNoneIsRefused() {
        CompletableFuture<List<Lease>> claim = queue.claim("w", 1, "cpus>=4", List.of());
        CompletionException e = assertThrows(CompletionException.class, claim::join);
        assertEquals(InvalidRequestException.class, e.getCause().getClass());
        assertTrue(e.getCause().getMessage(), e.getCause().getMessage().startsWith("accepts is 'cpus>=4', want"));
    }

    @Test
    public void aClaimWithAnAdThatTheServerDoesNotKnowIsToldSo() {
        CompletableFuture<List<Lease>> claim =
                queue.engine.claim(new ClaimRequest("w", "i", 1, List.of(), "", "", 1, 1, 5, Duration.ofSeconds(1)));
        queue.settle();
        CompletionException e = assertThrows(CompletionException.class, claim::join);
        assertEquals(UnknownAdException.class, e.getCause().getClass());
    }

    @Test
    public void aDrainedWorkerGetsNothingUntilItIsTakenBack() {
        queue.execute(new Command.Drain("w", true, "ann@n1"));
        CompletableFuture<List<Lease>> claim = queue.claim("w", 1);
        queue.submit(job("a"));
        assertFalse(claim.isDone());
        assertEquals(Reason.Kind.DRAINED, queue.why("a").kind());
        queue.execute(new Command.Drain("w", false, "ann@n1"));
        assertEquals("a", only(claim));
    }

    @Test
    public void whyNamesTheCommandThatIsMissingAndWhoHadItLast() {
        queue.advertise("w7", Map.of(), "tenant:backup");
        queue.claim("w7", 1);
        queue.advertise("w7", Map.of(), "gogo:echo");
        queue.submit(job("a").placement(needs("tenant:backup")));
        Reason reason = queue.why("a");
        assertEquals(Reason.Kind.COMMAND, reason.kind());
        assertEquals(
                "no worker offers tenant:backup; w7 did until " + queue.now().truncatedTo(ChronoUnit.SECONDS),
                reason.text());
    }

    @Test
    public void whyDoesNotCountOnAWorkerThatAsksForNothingAnyMore() {
        queue.advertise("w7", Map.of(), "tenant:backup");
        queue.claim("w7", 1);
        Instant heard = queue.now().truncatedTo(ChronoUnit.SECONDS);
        queue.pass(Duration.ofSeconds(66));
        queue.submit(job("a").placement(needs("tenant:backup")));
        assertEquals(
                "no worker asks for jobs now; w7 did until " + heard,
                queue.why("a").text());
        assertEquals(Reason.Kind.NO_WORKER, queue.why("a").kind());

        queue.advertise("w8", Map.of(), "gogo:echo");
        queue.claim("w8", 1);
        assertEquals(
                "no worker offers tenant:backup; w7 did until " + heard,
                queue.why("a").text());
        assertEquals(Reason.Kind.COMMAND, queue.why("a").kind());
    }

    @Test
    public void whySaysWhatKeepsAJobWaiting() {
        queue.submit(job("a"));
        assertEquals(Reason.Kind.NO_WORKER, queue.why("a").kind());
        queue.advertise("w", Map.of("cpus", "2"));
        assertEquals("a", queue.take("w"));
        assertEquals("worker w is executing it", queue.why("a").text());
        queue.submit(job("b").placement(requires("(cpus>=64)")), job("c").queue("other"), job("d"), job("e"));
        assertEquals("no worker meets (cpus>=64)", queue.why("b").text());
        assertEquals(
                "all 1 slots that could run it are busy, on w; 1 job of its tenant and kind goes before it",
                queue.why("e").text());
        queue.claim("w", 1, "", List.of("mail"));
        assertEquals(
                "no worker that could run it serves queue other; it could run on w",
                queue.why("c").text());
        queue.execute(new Command.Pause("other", true, "ann@n1"));
        assertEquals("queue other is paused", queue.why("c").text());
        queue.submit(job("f").delay(Duration.ofHours(1)));
        assertEquals(
                "it is scheduled for " + queue.now().plusSeconds(3_600),
                queue.why("f").text());
    }

    @Test
    public void eachWorkerIsToldWhetherItCouldRunAJobAndAllThatKeepsItFromIt() {
        JobSpec job = job("a").queue("mail")
                .tags(Map.of("shop", "7"))
                .placement(new Placement("(cpus>=4)", List.of("ace:cw", "rw"), ""))
                .build();
        assertEquals(List.of(), queue.fits(job));
        queue.advertise("able", Map.of("cpus", "8"), "ace:cw", "ace:rw");
        queue.claim("able", 1);
        queue.advertise("other", Map.of("cpus", "2"), "ace:rw");
        queue.claim("other", 1, "(shop=8)", List.of("reports"));
        queue.execute(new Command.Drain("other", true, "ann@n1"));

        assertEquals(
                List.of(
                        new WorkerFit("able", WorkerFit.Fit.NOW, List.of(), List.of()),
                        new WorkerFit(
                                "other",
                                WorkerFit.Fit.NO,
                                List.of("ace:cw"),
                                List.of(
                                        "it is drained",
                                        "it does not offer ace:cw",
                                        "it does not meet (cpus>=4)",
                                        "it does not serve queue mail",
                                        "it accepts only (shop=8)"))),
                queue.fits(job));
        assertNull("nothing is kept", queue.machine().job("a"));

        queue.submit(job("b"));
        assertEquals(
                new WorkerFit("able", WorkerFit.Fit.BUSY, List.of(), List.of("all 1 slots are busy")),
                queue.fits(job).get(0));
        queue.complete("b");
        queue.pass(Duration.ofSeconds(66));
        assertEquals(List.of("it asks for no jobs now"), queue.fits(job).get(0).reasons());
    }
}
