/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench.jmh;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.Ad;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Placement;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.match.Leases;
import org.gridbatch.queue.match.Matchmaker;
import org.gridbatch.queue.match.Proposal;
import org.gridbatch.queue.match.Workers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to bring one job and one worker together: a claim is opened, a job is found for it, granted and
 * completed, and another takes its place, with nothing but the core and the matchmaker. A parameter for each kind of
 * matching belongs here.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class MatchBenchmark {
    private static final Command.Prune FORGET = new Command.Prune(Long.MAX_VALUE, 0, 0, Integer.MAX_VALUE);

    /** Jobs that are available. */
    @Param({"1000", "100000"})
    public int waiting;

    /** How many different things the jobs require; the measured worker meets them all. */
    @Param({"1", "100", "1000"})
    public int shapes;

    /** Claims that are open all the time, of workers that meet nothing; no two of them advertise the same. */
    @Param({"0", "1000", "10000"})
    public int parked;

    private QueueMachine machine;
    private Leases leases;
    private Workers workers;
    private Matchmaker matchmaker;
    private long millis = 1_000_000_000_000L;
    private long claimId;
    private long number;

    @Setup(Level.Trial)
    public void fill() {
        machine = new QueueMachine();
        leases = new Leases(machine, Duration.ofDays(1), Duration.ofDays(1), 0);
        workers = new Workers(Duration.ofDays(1), Duration.ofDays(1), this::time);
        matchmaker = new Matchmaker(machine, leases, workers, Runnable::run, parked + 10);
        for (int i = 0; i < waiting; i++) submit();
        for (int i = 0; i < parked; i++) {
            advertise("parked-" + i, 0);
            park("parked-" + i, 1, new CompletableFuture<>());
        }
        matchmaker.propose(List.of(), time());
        advertise("measured", shapes);
    }

    private void advertise(String worker, int cpus) {
        Map<String, String> labels = Map.of("cpus", Integer.toString(cpus), "host", worker);
        workers.advertise(worker, "incarnation", new Ad(1, labels, List.of("gogo:echo")), 0);
    }

    private void park(String worker, long id, CompletableFuture<List<Lease>> answer) {
        ClaimRequest claim =
                new ClaimRequest(worker, "incarnation", id, List.of(), "", "", 1, 1, 1, Duration.ofSeconds(60));
        workers.claims(claim, 0);
        matchmaker.park(claim, workers.offer(claim), false, answer, 0);
    }

    private Instant time() {
        return Instant.ofEpochMilli(millis++);
    }

    private Result apply(Command command) {
        Result result = machine.apply(command, time());
        for (Change change : machine.drainChanges()) {
            matchmaker.changed(change);
            leases.changed(change, 0);
        }
        return result;
    }

    private void submit() {
        JobSpec job = JobSpec.script("echo 1")
                .jobId("job-" + number)
                .placement(new Placement("(cpus>=" + (1 + number % shapes) + ")", List.of("echo"), ""))
                .build();
        number++;
        apply(new Command.Submit(List.of(job), Command.Room.AMPLE));
    }

    @Benchmark
    public List<Lease> claimToCompleted() {
        CompletableFuture<List<Lease>> answer = new CompletableFuture<>();
        park("measured", ++claimId, answer);
        for (Proposal proposal : matchmaker.propose(List.of(), time())) {
            matchmaker.decided(proposal, (Result.Granted) apply(proposal.command()), 0);
        }
        List<Lease> granted = answer.getNow(List.of());
        if (granted.size() != 1) throw new IllegalStateException(granted.size() + " leases, want 1");
        Lease lease = granted.get(0);
        apply(new Command.End(List.of(new Report(
                "measured",
                lease.leaseId(),
                lease.spec().jobId(),
                ReportKind.COMPLETE,
                Duration.ZERO,
                "",
                "",
                CapturedText.NONE,
                CapturedText.NONE))));
        apply(FORGET);
        submit();
        return granted;
    }
}
