/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Placement;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.junit.Test;

/** What matching costs, in comparisons of what a worker offers with what a kind of jobs requires. */
public class MatchingCostTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int SLOTS = 16;

    /** A machine and the matchmaker of it, with jobs whose shapes take turns. */
    private static final class Grid {
        private final QueueMachine machine = new QueueMachine();
        private final Leases leases = new Leases(machine, Duration.ofSeconds(30), Duration.ofSeconds(10), 0);
        private final Workers workers = new Workers(Duration.ofSeconds(30), Duration.ofSeconds(10), () -> NOW);
        private final Matchmaker matchmaker = new Matchmaker(machine, leases, workers, Runnable::run, 100);
        private int jobs;

        void submit(int count, int shapes) {
            List<JobSpec> specs = new ArrayList<>(count);
            for (int i = 0; i < count; i++, jobs++) {
                Placement placement = new Placement("(cpus>=" + (1 + jobs % shapes) + ")", List.of(), "");
                specs.add(JobSpec.script("echo")
                        .jobId("job-" + jobs)
                        .placement(placement)
                        .build());
            }
            apply(new Command.Submit(specs, Command.Room.AMPLE));
        }

        private Result apply(Command command) {
            Result result = machine.apply(command, NOW);
            for (Change change : machine.drainChanges()) {
                leases.changed(change, 0);
                matchmaker.changed(change);
            }
            return result;
        }

        Offer offer(String worker, int cpus) {
            return workers.advertise(worker, "i", new Ad(1, Map.of("cpus", "" + cpus), List.of()), 0);
        }

        CompletableFuture<List<Lease>> claim(String worker, Offer offer) {
            return claim(worker, offer, "");
        }

        CompletableFuture<List<Lease>> claim(String worker, Offer offer, String accepts) {
            CompletableFuture<List<Lease>> answer = new CompletableFuture<>();
            ClaimRequest request =
                    new ClaimRequest(worker, "i", 1, List.of(), accepts, "", SLOTS, SLOTS, 1, Duration.ofSeconds(60));
            matchmaker.park(request, offer, true, answer, 0);
            propose();
            return answer;
        }

        void propose() {
            for (Proposal proposal : matchmaker.propose(List.of(), NOW)) {
                matchmaker.decided(proposal, (Result.Granted) apply(proposal.command()), 0);
            }
        }
    }

    private static long ofAClaimAmong(int jobs, int shapes) {
        Grid grid = new Grid();
        for (int i = 0; i < jobs; i += 1_000) grid.submit(1_000, shapes);
        Offer offer = grid.offer("w", 1_000);
        assertEquals(SLOTS, grid.claim("w", offer).join().size());
        return offer.comparisons();
    }

    private static long ofAWaitingClaimThatNoneOf(int jobs, int shapes) {
        Grid grid = new Grid();
        Offer offer = grid.offer("w", 0);
        CompletableFuture<List<Lease>> claim = grid.claim("w", offer);
        for (int i = 0; i < jobs; i += 1_000) {
            grid.submit(1_000, shapes);
            grid.propose();
        }
        assertTrue("none fits", !claim.isDone());
        return offer.comparisons();
    }

    @Test
    public void aClaimCostsByTheShapesAndNotByTheJobs() {
        assertEquals("one for each slot and shape", SLOTS * 10, ofAClaimAmong(1_000, 10));
        assertEquals(SLOTS * 10, ofAClaimAmong(100_000, 10));
        assertEquals(SLOTS * 200, ofAClaimAmong(1_000, 200));
        assertEquals(SLOTS * 200, ofAClaimAmong(100_000, 200));
    }

    @Test
    public void jobsThatComeCostAWaitingClaimByTheirShapesAndNotByTheirNumber() {
        assertEquals("one for each shape", 10, ofAWaitingClaimThatNoneOf(1_000, 10));
        assertEquals(10, ofAWaitingClaimThatNoneOf(100_000, 10));
        assertEquals(200, ofAWaitingClaimThatNoneOf(1_000, 200));
        assertEquals(200, ofAWaitingClaimThatNoneOf(100_000, 200));
    }

    @Test
    public void claimsThatAcceptTheSameLookAtEachJobOnce() {
        Grid grid = new Grid();
        for (int i = 0; i < 20; i++) grid.submit(1_000, 1);
        for (int i = 0; i < 10; i++) {
            CompletableFuture<List<Lease>> claim = grid.claim("w" + i, grid.offer("w" + i, 1), "(tenant=acme)");
            while (grid.matchmaker.hasMore()) grid.propose();
            assertTrue("none is accepted", !claim.isDone());
        }
        assertEquals(20_000, grid.matchmaker.filtered());
        grid.apply(new Command.Submit(
                List.of(JobSpec.script("echo").jobId("acme").tenant("acme").build()), Command.Room.AMPLE));
        grid.propose();
        assertEquals("w0", grid.machine.job("acme").worker());
    }
}
