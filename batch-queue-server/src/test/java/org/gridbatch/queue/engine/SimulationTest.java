/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.queue.archive.Archiver;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.log.Entry;
import org.gridbatch.queue.log.EntryCodec;
import org.gridbatch.queue.log.ImageCodec;
import org.junit.Test;

/**
 * Core, engine, matchmaker and a fake log on one thread under a seeded mix of calls, lost calls and answers, crashes,
 * frozen workers, a full disk and jumping clocks. A failure names its seed; {@code -Dsimulation.seed=} runs that one
 * alone.
 */
public class SimulationTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 300);
    private static final int STEPS = 300;
    private static final Set<ChangeOutcome> CANCELLING =
            EnumSet.of(ChangeOutcome.DONE, ChangeOutcome.ALREADY, ChangeOutcome.REQUESTED);

    @Test
    public void theQueueKeepsItsPromiseWhateverHappens() throws Exception {
        Long only = Long.getLong("simulation.seed");
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try {
                new World(seed).run();
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
    }

    private static final class World {
        private final Random random;
        private final ManualTicker ticker = new ManualTicker();
        private final Tasks core = new Tasks();
        private final FakeLog log = new FakeLog(core);
        private final Duration term = Duration.ofSeconds(30);
        private final boolean prunes;
        private final boolean archives;
        private final FakeArchive archive = new FakeArchive();
        private Archiver archiver;

        /** What this test knows from answers, and what must be so for ever. */
        private final Map<String, JobSpec> acknowledged = new LinkedHashMap<>();

        private final Map<String, JobState> finals = new HashMap<>();
        private final Set<String> completions = new HashSet<>();
        private final Set<String> cancelled = new HashSet<>();

        private final List<JobSpec> submits = new ArrayList<>();
        private final List<Call<?>> calls = new ArrayList<>();
        private final List<Worker> workers = new ArrayList<>();
        private QueueEngine engine;
        private long runs;
        private int nextJob;
        private boolean calm;

        World(long seed) {
            random = new Random(seed * 7_919);
            prunes = chance(0.3);
            archives = chance(0.6);
            for (int i = 0; i < 4; i++) workers.add(new Worker("w" + i));
        }

        void run() throws Exception {
            restart();
            for (int step = 0; step < STEPS; step++) {
                act();
                check();
            }
            settle();
            replay();
        }

        private boolean chance(double p) {
            return random.nextDouble() < p;
        }

        private void act() throws Exception {
            switch (random.nextInt(25)) {
                case 0, 1, 2 -> submit();
                case 3, 4, 5, 6, 7, 8, 9 ->
                    workers.get(random.nextInt(workers.size())).act();
                case 10, 11 -> advance(Duration.ofMillis(random.nextInt(3_000)));
                case 12 -> alter();
                case 13 -> log.force();
                case 14 -> {
                    if (chance(0.3)) advance(Duration.ofMillis(random.nextInt(60_000)));
                }
                case 15 -> {
                    if (chance(0.25)) {
                        log.crash(random.nextInt(3));
                        restart();
                    }
                }
                case 16 -> log.snapshotSoon();
                case 17 -> {
                    if (chance(0.1)) ticker.jump(Duration.ofMinutes(random.nextInt(200) - 100L));
                }
                case 18 -> log.setFull(chance(0.2));
                case 19, 20 -> {
                    if (archives) archiver.turn();
                }
                case 21 -> archive.setAway(chance(0.3));
                case 22 -> {
                    if (chance(0.3)) archive.failAfterNextCommit();
                }
                default -> {
                    for (int i = random.nextInt(20); i > 0; i--) core.runOne();
                    while (chance(0.6) && log.force()) core.runAll();
                }
            }
            listen();
        }

        private void restart() throws IOException {
            core.dropAll();
            calls.clear();
            workers.forEach(Worker::serverIsGone);
            Settings settings = new Settings(
                    term,
                    3,
                    1 << 20,
                    new Command.Room(60, 100, Long.MAX_VALUE, 100, 100, 100),
                    prunes ? 5 : 10_000,
                    prunes ? Duration.ofMinutes(5) : Duration.ofDays(1_000),
                    Long.MAX_VALUE,
                    archives
                            ? new Settings.Archiving(true, 8, Long.MAX_VALUE, 20, 10_000, Duration.ofDays(1_000))
                            : Settings.Archiving.OFF,
                    new Settings.Bounds(50, 1 << 20, 20, 20, 100, 3));
            engine = new QueueEngine(settings, log, ticker, core, Runnable::run, ++runs, e -> {
                throw new AssertionError("the engine broke", e);
            });
            engine.start();
            core.runAll();
            archiver = new Archiver(engine, archive, log::grid, Duration.ofDays(1), 1, ticker::wall);
        }

        private void advance(Duration by) {
            ticker.advance(by);
            engine.tick();
        }

        private void submit() {
            // Without an archive a pruned id is free again: then it would be another job of the same name.
            boolean again = (archives || !prunes) && !submits.isEmpty() && chance(0.3);
            List<JobSpec> jobs = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                JobSpec spec = again ? submits.get(random.nextInt(submits.size())) : newJob();
                submits.add(spec);
                jobs.add(spec);
            }
            call(
                    engine.execute(new Command.Submit(jobs, new Command.Room(60, 100, Long.MAX_VALUE, 100, 100, 100))),
                    result -> {
                        if (!(result instanceof Result.Accepted accepted)) return;
                        for (Submitted one : accepted.jobs()) {
                            JobSpec spec = jobs.stream()
                                    .filter(job -> job.jobId().equals(one.jobId()))
                                    .findFirst()
                                    .orElseThrow();
                            acknowledged.put(one.jobId(), spec);
                        }
                    });
        }

        private JobSpec newJob() {
            return JobSpec.script("echo " + nextJob)
                    .jobId("job-" + nextJob++)
                    .queue("q" + random.nextInt(3))
                    .maxAttempts(1 + random.nextInt(3))
                    .backoff(Backoff.fixed(Duration.ofSeconds(random.nextInt(3))))
                    .delay(Duration.ofSeconds(chance(0.2) ? random.nextInt(20) : 0))
                    .build();
        }

        private void alter() {
            if (nextJob == 0) return;
            List<String> ids = List.of("job-" + random.nextInt(nextJob));
            switch (random.nextInt(3)) {
                case 0 ->
                    call(engine.execute(new Command.Cancel(ids, "", "ann@n1")), result -> {
                        if (CANCELLING.contains(
                                ((Result.Altered) result).jobs().get(0).outcome())) cancelled.addAll(ids);
                    });
                case 1 -> call(engine.execute(new Command.Retry(ids, Command.Room.AMPLE, "ann@n1")), result -> {});
                default ->
                    call(
                            engine.execute(new Command.Snooze(ids, Duration.ofSeconds(1 + random.nextInt(20)))),
                            result -> {});
            }
        }

        private <T> void call(CompletableFuture<T> answer, Consumer<T> then) {
            calls.add(new Call<>(answer, then));
        }

        /** Takes the answers that have come. */
        private void listen() {
            calls.removeIf(Call::done);
            workers.forEach(Worker::listen);
        }

        /** What must hold after every step. */
        private void check() {
            QueueMachine machine = engine.machine();
            Map<JobState, Long> truth = new HashMap<>();
            Set<Long> leases = new HashSet<>();
            for (Job job : machine.jobs()) {
                truth.merge(job.state(), 1L, Long::sum);
                assertEquals(
                        "a lease while it executes, and only then",
                        job.state() == JobState.EXECUTING,
                        job.tenure() != null);
                if (job.tenure() != null) {
                    assertTrue(leases.add(job.tenure().leaseId()));
                    assertTrue(machine.byLease(job.tenure().leaseId()) == job);
                }
                JobState before = finals.get(job.id());
                if (before != null) assertEquals("final stays final: " + job.id(), before, job.state());
                if (job.state().isFinal()) finals.put(job.id(), job.state());
            }
            assertEquals(leases.size(), machine.executing().size());
            for (JobState state : JobState.values()) {
                assertEquals(state.name(), (long) truth.getOrDefault(state, 0L), machine.count(state));
            }
            for (Map.Entry<String, JobSpec> entry : acknowledged.entrySet()) {
                Job job = machine.job(entry.getKey());
                if (job == null) {
                    assertTrue("lost " + entry.getKey(), prunes && wasFinal(entry.getKey()));
                } else {
                    assertEquals(entry.getValue(), job.spec());
                }
            }
            for (String id : completions) {
                Job job = machine.job(id);
                assertTrue(id, job == null ? prunes : job.state() == JobState.COMPLETED);
            }
            for (String id : cancelled) {
                Job job = machine.job(id);
                assertTrue(id, job == null || job.state().isFinal() || job.cancelRequested());
            }
            Map<String, Worker> running = new HashMap<>();
            for (Worker worker : workers) {
                for (Held held : worker.held.values()) {
                    if (!worker.runs(held)) continue;
                    Worker other = running.put(held.jobId, worker);
                    assertTrue(held.jobId + " runs twice: at " + worker.name + " and " + other, other == null);
                }
            }
        }

        /** Whether the log says that a job was final before it was pruned; both may happen between two checks. */
        private boolean wasFinal(String jobId) {
            if (finals.containsKey(jobId)) return true;
            QueueMachine machine = new QueueMachine();
            for (byte[] bytes : log.entries()) {
                Entry entry = EntryCodec.decode(bytes);
                for (Command command : entry.commands()) machine.apply(command, entry.time());
            }
            for (Change change : machine.drainChanges()) {
                if (change.after() != null || !change.before().id().equals(jobId)) continue;
                finals.put(jobId, change.before().state());
                return change.before().state().isFinal();
            }
            return false;
        }

        /** When the faults end, every job that was acknowledged comes to its end. */
        private void settle() throws Exception {
            calm = true;
            log.setFull(false);
            archive.setAway(false);
            log.crash(1);
            restart();
            // A wall clock that is behind the log's would stop the timers.
            ticker.setWall(engine.machine().lastTime().plusSeconds(1));
            log.crash(0);
            restart();
            for (Worker worker : workers) worker.thaw();
            for (int i = 0; i < 4_000 && !(allFinal() && allArchived()); i++) {
                if (archives) archiver.turn();
                for (Worker worker : workers) worker.act();
                do {
                    core.runAll();
                } while (log.force());
                listen();
                advance(Duration.ofMillis(500));
                core.runAll();
                check();
            }
            for (Job job : engine.machine().jobs())
                assertTrue("not final: " + job, job.state().isFinal());
            if (archives) checkArchive();
        }

        private boolean allArchived() {
            return !archives
                    || engine.machine().unarchivedJobs() + engine.machine().unarchivedAudits() == 0;
        }

        /** Every acknowledged job is in the archive once, as the machine has it or had it. */
        private void checkArchive() {
            assertTrue(allArchived());
            Map<String, Integer> rows = archive.rows();
            for (String id : acknowledged.keySet()) {
                assertEquals("rows of " + id, 1, (int) rows.getOrDefault(id, 0));
                assertEquals(
                        id, finals.get(id), archive.get(id).orElseThrow().view().state());
            }
            for (Job job : engine.machine().jobs()) {
                assertEquals(engine.machine().detail(job), archive.get(job.id()).orElseThrow());
            }
            assertEquals("each once", rows.size(), archive.jobs.size());
        }

        private boolean allFinal() {
            return engine.machine().jobs().stream().allMatch(job -> job.state().isFinal());
        }

        /** The log alone, from its first entry, gives the same state. */
        private void replay() throws IOException {
            QueueMachine machine = new QueueMachine();
            for (byte[] bytes : log.entries()) {
                Entry entry = EntryCodec.decode(bytes);
                for (Command command : entry.commands()) machine.apply(command, entry.time());
            }
            ByteArrayOutputStream replayed = new ByteArrayOutputStream();
            ImageCodec.write(machine.image(), replayed);
            assertArrayEquals(FakeLog.bytes(engine), replayed.toByteArray());
        }

        /** What a worker believes of a lease. */
        private static final class Held {
            final long leaseId;
            final String jobId;
            long untilNanos;
            Report report;
            CompletableFuture<Result> answer;

            Held(long leaseId, String jobId) {
                this.leaseId = leaseId;
                this.jobId = jobId;
            }
        }

        /** A worker that keeps to the rules of the API, on a network that loses calls and answers. */
        private final class Worker {
            private final String name;
            private final Map<Long, Held> held = new LinkedHashMap<>();
            private final int slots = 1 + random.nextInt(3);
            private int incarnation = 1;
            private long claimId;
            private boolean claiming;
            private long claimSentNanos;
            private CompletableFuture<List<Lease>> claim;
            private long beatSentNanos = Long.MIN_VALUE / 2;
            private List<Long> listed = List.of();
            private CompletableFuture<HeartbeatReply> beat;
            private long frozenUntilNanos;

            Worker(String name) {
                this.name = name;
            }

            @Override
            public String toString() {
                return name;
            }

            void act() {
                if (frozenUntilNanos > ticker.nanos()) return;
                listen();
                if (!calm && chance(0.02)) {
                    frozenUntilNanos = ticker.nanos()
                            + Duration.ofSeconds(random.nextInt(90)).toNanos();
                    return;
                }
                if (!calm && chance(0.02)) {
                    startAnew();
                    return;
                }
                held.values().removeIf(one -> one.untilNanos <= ticker.nanos());
                if (ticker.nanos() - beatSentNanos >= term.toNanos() / 3) heartbeat();
                finishSome();
                claimSome();
            }

            void thaw() {
                frozenUntilNanos = 0;
            }

            private void startAnew() {
                incarnation++;
                claimId = 0;
                claiming = false;
                claim = null;
                beat = null;
                held.clear();
            }

            void serverIsGone() {
                claim = null;
                beat = null;
                for (Held one : held.values()) one.answer = null;
            }

            /** A script runs while its worker is not frozen and believes in its lease. */
            boolean runs(Held one) {
                return frozenUntilNanos <= ticker.nanos() && one.untilNanos > ticker.nanos() && one.report == null;
            }

            private void heartbeat() {
                beatSentNanos = ticker.nanos();
                if (!calm && chance(0.1)) return;
                listed = List.copyOf(held.keySet());
                beat = engine.heartbeat(new Heartbeat(name, "i" + incarnation, listed));
                if (!calm && chance(0.1)) beat = null;
            }

            private void claimSome() {
                if (claiming && claim != null) return;
                if (!claiming && (held.size() >= slots || chance(0.3))) return;
                if (!claiming) {
                    claimId++;
                    claiming = true;
                }
                claimSentNanos = ticker.nanos();
                List<String> queues = chance(0.5) ? List.of() : List.of("q0", "q1");
                if (calm) queues = List.of();
                claim = engine.claim(new ClaimRequest(
                        name,
                        "i" + incarnation,
                        claimId,
                        queues,
                        "",
                        "",
                        Math.max(1, slots - held.size()),
                        slots,
                        0,
                        Duration.ofSeconds(random.nextInt(20))));
                if (!calm && chance(0.05)) claim = null;
            }

            private void finishSome() {
                for (Held one : held.values()) {
                    if (one.report == null && chance(0.4)) one.report = outcome(one);
                    if (one.report == null || one.answer != null || !calm && chance(0.2)) continue;
                    one.answer = engine.execute(new Command.End(List.of(one.report)));
                    if (!calm && chance(0.1)) one.answer = null;
                }
            }

            private Report outcome(Held one) {
                ReportKind kind = calm || chance(0.6) ? ReportKind.COMPLETE : ReportKind.values()[random.nextInt(5)];
                return report(one, kind);
            }

            private Report report(Held one, ReportKind kind) {
                return new Report(
                        name,
                        one.leaseId,
                        one.jobId,
                        kind,
                        Duration.ofSeconds(random.nextInt(10)),
                        "",
                        "",
                        CapturedText.NONE,
                        CapturedText.NONE);
            }

            void listen() {
                if (frozenUntilNanos > ticker.nanos()) return;
                hearClaim();
                hearBeat();
                hearReports();
            }

            private void hearClaim() {
                if (claim == null || !claim.isDone()) return;
                if (!claim.isCompletedExceptionally()) {
                    claiming = false;
                    for (Lease lease : claim.join()) {
                        Held one = held.computeIfAbsent(
                                lease.leaseId(), id -> new Held(id, lease.spec().jobId()));
                        one.untilNanos = claimSentNanos + lease.leaseFor().toNanos();
                    }
                }
                claim = null;
            }

            private void hearBeat() {
                if (beat == null || !beat.isDone()) return;
                if (!beat.isCompletedExceptionally()) {
                    HeartbeatReply reply = beat.join();
                    for (long leaseId : listed) {
                        Held one = held.get(leaseId);
                        if (one == null) continue;
                        one.untilNanos = Math.max(
                                one.untilNanos, beatSentNanos + reply.leaseFor().toNanos());
                    }
                    reply.lost().forEach(held::remove);
                    for (long leaseId : reply.cancelled()) {
                        Held one = held.get(leaseId);
                        if (one != null && one.report == null) one.report = report(one, ReportKind.CANCELLED);
                    }
                }
                beat = null;
            }

            private void hearReports() {
                Iterator<Held> all = held.values().iterator();
                while (all.hasNext()) {
                    Held one = all.next();
                    if (one.answer == null || !one.answer.isDone()) continue;
                    if (one.answer.isCompletedExceptionally()) {
                        one.answer = null;
                        continue;
                    }
                    Verdict verdict =
                            ((Result.Judged) one.answer.join()).verdicts().get(0);
                    assertNotNull(verdict);
                    if (verdict.kind() != VerdictKind.STALE && one.report.kind() == ReportKind.COMPLETE) {
                        assertEquals(JobState.COMPLETED, verdict.state());
                        completions.add(one.jobId);
                    }
                    all.remove();
                }
            }
        }
    }

    /** A call whose answer has not come yet. */
    private record Call<T>(CompletableFuture<T> answer, Consumer<T> then) {
        boolean done() {
            if (!answer.isDone()) return false;
            if (!answer.isCompletedExceptionally()) then.accept(answer.join());
            return true;
        }
    }
}
