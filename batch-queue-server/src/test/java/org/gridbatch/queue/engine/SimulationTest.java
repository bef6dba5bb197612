/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
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
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.gridbatch.api.Ad;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.Placement;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;
import org.gridbatch.api.UnknownAdException;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.queue.archive.Archiver;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.JobArray;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Schedule;
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
    private static final Command.Room ROOM = new Command.Room(60, 100, Long.MAX_VALUE, 100, 100, 100, 100);
    private static final Set<ChangeOutcome> CANCELLING =
            EnumSet.of(ChangeOutcome.DONE, ChangeOutcome.ALREADY, ChangeOutcome.REQUESTED);

    @Test
    public void theQueueKeepsItsPromiseWhateverHappens() {
        Long only = Long.getLong("simulation.seed");
        String failure = only == null ? failure(1, SEEDS) : failure(only, only);
        if (failure != null) throw new AssertionError(failure);
    }

    /** What goes wrong with the first of these seeds with which something does; null if nothing does. */
    static String failure(long first, long last) {
        for (long seed = first; seed <= last; seed++) {
            try {
                new World(seed).run();
            } catch (Exception | AssertionError e) {
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                return "seed " + seed + ": " + trace;
            }
        }
        return null;
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

        private final Promises promises = new Promises();
        /** Claims that take some jobs only, and after how many entries the server was started. */
        private final Set<String> choosy = new HashSet<>();

        private final Set<Integer> restarts = new HashSet<>();
        private final SimulatedArrays arrays;
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
            arrays = new SimulatedArrays(random, ROOM);
            for (int i = 0; i < 4; i++) workers.add(new Worker(i));
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
            switch (random.nextInt(28)) {
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
                case 23, 24, 25 -> produce();
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
            restarts.add(log.entries().size());
            core.dropAll();
            calls.clear();
            workers.forEach(Worker::serverIsGone);
            Settings settings = new Settings(
                    term,
                    3,
                    1 << 20,
                    ROOM,
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
            archiver = new Archiver(engine, archive, log::grid, Duration.ofDays(1), 1);
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
            call(engine.execute(new Command.Submit(jobs, ROOM)), result -> {
                if (!(result instanceof Result.Accepted accepted)) return;
                for (int i = 0; i < jobs.size(); i++) {
                    Submitted one = accepted.jobs().get(i);
                    JobSpec spec = jobs.get(i);
                    if (one.jobId().equals(spec.jobId())) acknowledged.put(one.jobId(), spec);
                    else assertFalse(spec.unique().key().isEmpty());
                }
            });
        }

        private void produce() {
            // As for jobs: a pruned id is free again.
            if (prunes && !archives) return;
            if (arrays.isEmpty() || chance(0.15)) arrays.add(newJob());
            SimulatedArrays.Step step = arrays.next();
            if (step == null) return;
            CompletableFuture<Result> answer =
                    step.command() == null ? engine.openArray(step.open(), "") : engine.execute(step.command());
            if (!chance(0.1)) call(answer, step.then());
        }

        /** The id of a job, an array or an item that there may be. */
        private String anyId() {
            if (arrays.isEmpty() || chance(0.6)) return "job-" + random.nextInt(nextJob);
            return chance(0.5) ? arrays.any() : arrays.anyItem();
        }

        private JobSpec newJob() {
            return JobSpec.script("echo " + nextJob)
                    .jobId("job-" + nextJob++)
                    .queue("q" + random.nextInt(3))
                    .maxAttempts(1 + random.nextInt(3))
                    .backoff(Backoff.fixed(Duration.ofSeconds(random.nextInt(3))))
                    .delay(Duration.ofSeconds(chance(0.2) ? random.nextInt(20) : 0))
                    .tenant("t" + random.nextInt(3))
                    .priority(random.nextInt(3) - 1)
                    .exclusiveKey(chance(0.3) ? "k" + random.nextInt(2) : "")
                    .limitKey(chance(0.2) ? "l" : "")
                    .placement(placement())
                    .after(after())
                    .unique(
                            chance(0.1)
                                    ? new Unique("u" + random.nextInt(3), Duration.ofSeconds(20 * random.nextInt(2)))
                                    : Unique.NO)
                    .deadline(chance(0.05) ? ticker.wall().plusSeconds(random.nextInt(300)) : Instant.EPOCH)
                    .build();
        }

        private Placement placement() {
            String requires = chance(0.2) ? "(zone=" + random.nextInt(2) + ")" : "";
            List<String> needs = chance(0.1) ? List.of("cmd:a") : List.of();
            return new Placement(requires, needs, chance(0.2) ? "speed" : "");
        }

        private List<Dependency> after() {
            if (nextJob < 2 || !chance(0.25)) return List.of();
            List<Dependency> after = new ArrayList<>();
            for (int i = 1 + random.nextInt(2); i > 0; i--) {
                after.add(new Dependency(
                        "job-" + random.nextInt(nextJob - 1),
                        Dependency.When.values()[random.nextInt(2)],
                        Dependency.Otherwise.values()[random.nextInt(2)]));
            }
            return after;
        }

        private void alter() {
            if (nextJob == 0) return;
            List<String> ids = List.of(anyId());
            switch (random.nextInt(7)) {
                case 6 -> {
                    if (!arrays.isEmpty()) call(engine.execute(operateArray()), result -> {});
                }
                case 4, 5 -> schedule();
                case 0 ->
                    call(engine.execute(new Command.Cancel(ids, "", "ann@n1")), result -> {
                        if (CANCELLING.contains(
                                ((Result.Altered) result).jobs().get(0).outcome())) cancelled.addAll(ids);
                    });
                case 1 -> order(new Command.Retry(ids, Command.Room.AMPLE, promises.by()));
                case 2 -> order(operate());
                default -> order(new Command.Snooze(ids, Duration.ofSeconds(1 + random.nextInt(20)), promises.by()));
            }
        }

        /** The number of a schedule says how it overlaps. */
        private void schedule() {
            int number = random.nextInt(3);
            String name = "s" + number;
            Command command = switch (random.nextInt(8)) {
                case 0 -> new Command.RemoveSchedule(name, "ann@n1");
                case 1 -> new Command.PauseSchedule(name, true, "ann@n1");
                case 2 -> new Command.PauseSchedule(name, false, "ann@n1");
                case 3 -> new Command.RunSchedule(name, name + "-run-" + random.nextInt(100), ROOM, "ann@n1");
                default -> {
                    int minutes = 1 + random.nextInt(2);
                    long period = Duration.ofMinutes(minutes).toMillis();
                    long now = engine.machine().lastTime().toEpochMilli();
                    yield new Command.PutSchedule(
                            new ScheduleSpec(
                                    name,
                                    "*/" + minutes + " * * * *",
                                    "UTC",
                                    JobSpec.script("tick")
                                            .queue("q" + random.nextInt(3))
                                            .build(),
                                    ScheduleSpec.Missed.values()[random.nextInt(3)],
                                    ScheduleSpec.Overlap.values()[number]),
                            (now / period + 1) * period,
                            2 + random.nextInt(2),
                            1 << 20,
                            "ann@n1");
                }
            };
            call(engine.execute(command), result -> {});
        }

        private Command operateArray() {
            return chance(0.5)
                    ? new Command.PauseArray(arrays.any(), chance(0.3), "ann@n1")
                    : new Command.ThrottleArray(arrays.any(), random.nextInt(4), "ann@n1");
        }

        private Command operate() {
            String queue = "q" + random.nextInt(3);
            Rate rate = chance(0.3) ? new Rate(1 + random.nextInt(3), Duration.ofSeconds(5)) : Rate.UNLIMITED;
            Limit limit = new Limit(random.nextInt(3), rate);
            return switch (random.nextInt(5)) {
                case 0 -> new Command.Pause(queue, chance(0.5), promises.by());
                case 1 ->
                    new Command.Configure(
                            new QueueSettings(queue, false, random.nextInt(3), limit, 0, null, Duration.ZERO),
                            promises.by());
                case 2 -> new Command.Restrict("l", limit, promises.by());
                case 3 -> new Command.Weigh("t" + random.nextInt(3), 1 + random.nextInt(3), promises.by());
                default -> new Command.Drain("w" + random.nextInt(4), chance(0.5), promises.by());
            };
        }

        private void order(Command command) {
            promises.asked(command);
            call(engine.execute(command), result -> promises.answered(command, result));
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
                boolean isArray = machine.array(job.id()) != null;
                if (!isArray) truth.merge(job.state(), 1L, Long::sum);
                assertEquals(
                        "a lease while it executes, and only then",
                        job.state() == JobState.EXECUTING && !isArray,
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
            arrays.check(machine, truth, finals, prunes);
            checkGates(machine, truth);
            promises.check(machine.rules());
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
                    String key = held.exclusiveKey;
                    if (key.isEmpty()) continue;
                    other = running.put("key " + key, worker);
                    assertTrue("key " + key + " is held twice: by " + worker.name + " and " + other, other == null);
                }
            }
        }

        /** The counters of gates and queues equal the truth, and an exclusive key has one job that executes. */
        private void checkGates(QueueMachine machine, Map<JobState, Long> truth) {
            Map<String, Integer> ofQueue = new HashMap<>();
            Map<String, Integer> ofKey = new HashMap<>();
            Set<String> keys = new HashSet<>();
            for (Job job : machine.executing()) {
                ofQueue.merge(job.spec().queue(), 1, Integer::sum);
                ofKey.merge(job.spec().limitKey(), 1, Integer::sum);
                String key = job.spec().exclusiveKey();
                if (!key.isEmpty()) assertTrue("two jobs with key " + key, keys.add(key));
            }
            for (int i = 0; i < 3; i++) {
                assertEquals((int) ofQueue.getOrDefault("q" + i, 0), machine.executing("q" + i));
            }
            assertEquals((int) ofKey.getOrDefault("l", 0), machine.executingOfKey("l"));
            long counted = 0;
            for (QueueView view : machine.queueViews()) {
                for (long count : view.counts().values()) counted += count;
            }
            assertEquals(truth.values().stream().mapToLong(Long::longValue).sum(), counted);
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
            for (int i = 0; i < 3; i++) order(new Command.Pause("q" + i, false, promises.by()));
            for (Worker worker : workers) order(new Command.Drain(worker.name, false, promises.by()));
            core.runAll();
            call(engine.execute(new Command.Cancel(arrays.unsealed(engine.machine()), "", "ann@n1")), result -> {});
            for (JobArray array : engine.machine().arrays())
                call(engine.execute(new Command.PauseArray(array.id(), false, "ann@n1")), result -> {});
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
            for (Schedule one : engine.machine().schedulesBehind("")) {
                assertTrue(
                        "not fired: " + one,
                        one.paused()
                                || one.nextMillis()
                                        > ticker.wall().minusSeconds(10).toEpochMilli());
            }
            for (Job job : engine.machine().jobs()) assertTrue("not final: " + job, isAtItsEnd(job));
            if (archives) checkArchive();
        }

        private boolean allArchived() {
            return !archives
                    || engine.machine().unarchivedJobs() + engine.machine().unarchivedAudits() == 0;
        }

        /** Every acknowledged job that is final is in the archive once, as the machine has it or had it. */
        private void checkArchive() {
            assertTrue(allArchived());
            Map<String, Integer> rows = archive.rows();
            for (String id : acknowledged.keySet()) {
                if (!finals.containsKey(id)) continue;
                assertEquals("rows of " + id, 1, (int) rows.getOrDefault(id, 0));
                assertEquals(
                        id, finals.get(id), archive.get(id).orElseThrow().view().state());
            }
            for (Job job : engine.machine().jobs()) {
                if (!job.state().isFinal()) continue;
                assertEquals(engine.machine().detail(job), archive.get(job.id()).orElseThrow());
            }
            for (String id : arrays.endedItems(engine.machine())) {
                if (!endsOfArrays(id)) continue;
                assertEquals("rows of " + id, 1, (int) rows.getOrDefault(id, 0));
            }
            assertEquals("each once", rows.size(), archive.jobs.size());
        }

        /** One that is held by a job that did not complete never ends. */
        private boolean endsOfArrays(String itemId) {
            Job own = engine.machine().job(itemId.substring(0, itemId.lastIndexOf(':')));
            return own.state().isFinal();
        }

        private boolean allFinal() {
            return engine.machine().jobs().stream().allMatch(this::isAtItsEnd);
        }

        /** Final, or held by one that did not complete, until somebody decides. */
        private boolean isAtItsEnd(Job job) {
            if (job.state().isFinal()) return true;
            if (job.state() != JobState.BLOCKED) return false;
            return job.waitsFor().stream().anyMatch(one -> {
                Job other = engine.machine().job(one.jobId());
                if (other != null && other.state() == JobState.BLOCKED) return isAtItsEnd(other);
                return one.otherwise() == Dependency.Otherwise.HOLD
                        && one.when() == Dependency.When.COMPLETED
                        && (other == null || other.state().isFinal() && other.state() != JobState.COMPLETED);
            });
        }

        /** The log alone, from its first entry, gives the same state, and no command in it broke a rule. */
        private void replay() throws IOException {
            QueueMachine machine = new QueueMachine();
            Map<String, JobState> last = new HashMap<>();
            Starts starts = new Starts();
            Ticks ticks = new Ticks();
            PassedOver passedOver = new PassedOver(choosy, this::couldRun);
            int number = 0;
            for (byte[] bytes : log.entries()) {
                Entry entry = EntryCodec.decode(bytes);
                if (restarts.contains(number++)) passedOver.restarted();
                for (Command command : entry.commands()) {
                    passedOver.before(machine, command, entry.time());
                    starts.before(machine, command);
                    ticks.before(machine, command);
                    List<Boolean> current = starts.current(machine, command);
                    Result result = machine.apply(command, entry.time());
                    promises.logged(command, result);
                    if (result instanceof Result.Judged judged) checkVerdicts(judged, current);
                    List<Change> changes = machine.drainChanges();
                    for (Change change : changes) {
                        if (change.after() != null)
                            last.put(change.after().id(), change.after().state());
                    }
                    for (Change change : changes) checkChange(command, change, last);
                    starts.after(machine, command, changes);
                    passedOver.after(machine, command, changes);
                    ticks.after(machine, command, result, changes);
                }
            }
            promises.checkLogged();
            ByteArrayOutputStream replayed = new ByteArrayOutputStream();
            ImageCodec.write(machine.image(), replayed);
            assertArrayEquals(FakeLog.bytes(engine), replayed.toByteArray());
        }

        private boolean couldRun(String name, JobSpec spec) {
            Worker worker = workers.stream()
                    .filter(one -> one.name.equals(name))
                    .findFirst()
                    .orElseThrow();
            String requires = spec.placement().requires();
            return worker.commands.containsAll(spec.placement().needs())
                    && (requires.isEmpty() || requires.equals("(zone=" + worker.zone + ")"));
        }

        private static void checkVerdicts(Result.Judged judged, List<Boolean> current) {
            for (int i = 0; i < current.size(); i++) {
                boolean accepted = judged.verdicts().get(i).kind() == VerdictKind.ACCEPTED;
                assertTrue("a report under another lease counts", !accepted || current.get(i));
            }
        }

        private void checkChange(Command command, Change change, Map<String, JobState> last) {
            Job before = change.before();
            Job after = change.after();
            if (before == null || after == null) return;
            boolean freed = before.state() == JobState.BLOCKED
                    && (after.state() == JobState.AVAILABLE || after.state() == JobState.SCHEDULED);
            if (!freed || command instanceof Command.Retry) return;
            for (Dependency one : before.waitsFor()) {
                JobState other = last.get(one.jobId());
                boolean good = other == JobState.COMPLETED
                        || one.when() == Dependency.When.FINAL && other != null && other.isFinal();
                assertTrue(after.id() + " was freed while " + one + " is " + other, good);
            }
        }

        /** Each time of a schedule makes one job at most, and none is left out that must not be. */
        private static final class Ticks {
            private final Set<String> made = new HashSet<>();
            private final Map<String, Set<String>> jobs = new HashMap<>();
            private Schedule before;
            private int notFinal;

            void before(QueueMachine machine, Command command) {
                if (!(command instanceof Command.Fire fire)) return;
                before = machine.schedule(fire.name());
                notFinal = 0;
                for (String id : jobs.getOrDefault(fire.name(), Set.of())) {
                    Job job = machine.job(id);
                    if (job != null && !job.state().isFinal()) notFinal++;
                }
            }

            void after(QueueMachine machine, Command command, Result result, List<Change> changes) {
                if (command instanceof Command.RemoveSchedule remove) jobs.remove(remove.name());
                for (Change change : changes) {
                    if (change.before() != null) continue;
                    String id = change.after().id();
                    if (command instanceof Command.Fire fire) {
                        assertTrue("fired twice: " + id, made.add(id));
                        jobs.computeIfAbsent(fire.name(), name -> new HashSet<>())
                                .add(id);
                    } else if (command instanceof Command.RunSchedule run) {
                        jobs.computeIfAbsent(run.name(), name -> new HashSet<>())
                                .add(id);
                    }
                }
                if (command instanceof Command.Fire fire) fired(machine, fire, result);
            }

            private void fired(QueueMachine machine, Command.Fire fire, Result result) {
                Schedule after = machine.schedule(fire.name());
                if (before == null || after.lastMillis() == before.lastMillis()) {
                    assertTrue("a job for a time that does not count", before == null || !madeJob(result));
                    return;
                }
                assertTrue("the times only grow", after.lastMillis() > before.lastMillis());
                assertFalse("a paused schedule fires", before.paused());
                ScheduleSpec spec = before.spec();
                long period = spec.cron().startsWith("*/1") ? 60_000 : 120_000;
                long tick = (Math.max(before.nextMillis() - 1, before.lastMillis()) / period + 1) * period;
                long late = (machine.lastTime().toEpochMilli() - tick) / period;
                boolean wasTime = tick == fire.tickMillis();
                if (spec.missed() == ScheduleSpec.Missed.ALL && late < 100 && wasTime) {
                    assertFalse("a time is left out: " + fire, fire.skip());
                    assertEquals(tick + period, fire.nextMillis());
                }
                boolean missed = machine.lastTime().toEpochMilli() - tick > 60_000;
                if (!missed && wasTime) assertFalse("a time that is not missed is skipped: " + fire, fire.skip());
                boolean mayPass = fire.skip()
                        || spec.overlap() == ScheduleSpec.Overlap.SKIP && notFinal > 0
                        || spec.overlap() == ScheduleSpec.Overlap.ONE && notFinal > 1;
                assertTrue("no job for " + fire, madeJob(result) || mayPass);
                if (!madeJob(result)) return;
                int most = spec.overlap() == ScheduleSpec.Overlap.SKIP
                        ? 0
                        : spec.overlap() == ScheduleSpec.Overlap.ONE ? 1 : 1_000;
                assertTrue("too many jobs of " + fire, notFinal <= most);
            }

            private static boolean madeJob(Result result) {
                return result instanceof Result.Done done && done.jobs() == 1;
            }
        }

        /** Grants keep to limits and rates, to drained workers and to paused queues. */
        private static final class Starts {
            private final Map<String, Integer> executing = new HashMap<>();
            private final Map<String, List<Long>> times = new HashMap<>();
            private final Set<String> drained = new HashSet<>();
            private final Map<String, Long> closed = new HashMap<>();
            private final SimulatedArrays.Starts ofArrays = new SimulatedArrays.Starts();
            private long rulesVersion = -1;

            /** For each report of the command, whether its lease is the current one of its job. */
            List<Boolean> current(QueueMachine machine, Command command) {
                if (!(command instanceof Command.End end)) return List.of();
                Set<Long> ended = new HashSet<>();
                List<Boolean> current = new ArrayList<>();
                for (Report report : end.reports()) {
                    Job job = machine.job(report.jobId());
                    boolean is =
                            job != null && job.tenure() != null && job.tenure().leaseId() == report.leaseId();
                    current.add(is && ended.add(report.leaseId()));
                }
                return current;
            }

            void before(QueueMachine machine, Command command) {
                if (command instanceof Command.Drain drain) {
                    if (drain.on()) drained.add(drain.worker());
                    else drained.remove(drain.worker());
                }
                ofArrays.before(machine);
                executing.clear();
                for (int i = 0; i < 3; i++) executing.put("queue q" + i, machine.executing("q" + i));
                executing.put("limit key l", machine.executingOfKey("l"));
                if (rulesVersion != machine.rules().version()) times.clear();
                rulesVersion = machine.rules().version();
            }

            void after(QueueMachine machine, Command command, List<Change> changes) {
                if (command instanceof Command.Expire expire) {
                    long until = machine.lastTime().toEpochMilli() + expire.graceMillis();
                    for (Change change : changes) {
                        if (change.before().state() != JobState.EXECUTING) continue;
                        closed.put(change.before().spec().exclusiveKey(), until);
                    }
                }
                if (!(command instanceof Command.Grant)) return;
                for (Change change : changes) {
                    if (change.after() == null || change.after().tenure() == null) continue;
                    Job job = change.after();
                    ofArrays.after(machine, change);
                    String queue = job.spec().queue();
                    QueueSettings settings = machine.rules().queue(queue);
                    assertFalse(drained.contains(job.worker()));
                    String key = job.spec().exclusiveKey();
                    assertTrue(
                            "the key of a lost worker's job is open",
                            key.isEmpty()
                                    || closed.getOrDefault(key, 0L)
                                            <= job.tenure().startedAtMillis());
                    assertFalse(settings.paused());
                    long started = job.tenure().startedAtMillis();
                    checkLimit("queue " + queue, settings.limit(), machine.executing(queue), started);
                    String limitKey = job.spec().limitKey();
                    if (limitKey.isEmpty()) continue;
                    Limit limit = machine.rules().limit(limitKey);
                    checkLimit("limit key " + limitKey, limit, machine.executingOfKey(limitKey), started);
                }
            }

            private void checkLimit(String what, Limit limit, int now, long startedAtMillis) {
                int most = limit.concurrency();
                if (most > 0) {
                    assertTrue(what + " runs more than " + most, now <= Math.max(most, executing.get(what)));
                }
                checkRate(what, limit.rate(), startedAtMillis);
            }

            private void checkRate(String what, Rate rate, long now) {
                List<Long> started = times.computeIfAbsent(what, name -> new ArrayList<>());
                started.add(now);
                if (!rate.limits()) return;
                long from = now - rate.period().toMillis();
                long inPeriod = started.stream().filter(time -> time > from).count();
                // The cell rate algorithm lets a burst be followed by evenly spaced starts.
                assertTrue(what + " is too fast", inPeriod <= 2L * rate.starts());
            }
        }

        /** What a worker believes of a lease. */
        private static final class Held {
            final long leaseId;
            final String jobId;
            final String exclusiveKey;
            long untilNanos;
            Report report;
            CompletableFuture<Result> answer;

            Held(long leaseId, JobSpec spec) {
                this.leaseId = leaseId;
                this.jobId = spec.jobId();
                this.exclusiveKey = spec.exclusiveKey();
            }
        }

        /** A worker that keeps to the rules of the API, on a network that loses calls and answers. */
        private final class Worker {
            private final String name;
            private final Map<Long, Held> held = new LinkedHashMap<>();
            private final int slots = 1 + random.nextInt(3);
            private final int zone;
            private final List<String> commands;
            private final List<Report> sent = new ArrayList<>();
            private long ad = 1;
            private int incarnation = 1;
            private long claimId;
            private boolean claiming;
            private long claimSentNanos;
            private CompletableFuture<List<Lease>> claim;
            private long beatSentNanos = Long.MIN_VALUE / 2;
            private List<Long> listed = List.of();
            private CompletableFuture<HeartbeatReply> beat;
            private long frozenUntilNanos;

            Worker(int number) {
                name = "w" + number;
                zone = number % 2;
                commands = number < 2 ? List.of("cmd:a", "cmd:b") : List.of("cmd:b");
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
                if (chance(0.02)) advertise();
                if (!calm && chance(0.05)) repeatAnOldReport();
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

            /** A call that the network kept back for a while. */
            private void repeatAnOldReport() {
                if (!sent.isEmpty()) engine.execute(new Command.End(List.of(sent.get(random.nextInt(sent.size())))));
            }

            private void advertise() {
                Map<String, String> labels = Map.of("zone", "" + zone, "speed", "" + random.nextInt(10));
                engine.advertise(name, "i" + incarnation, new Ad(++ad, labels, commands));
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
                String accepts = chance(0.1) ? "(tenant=t" + random.nextInt(3) + ")" : "";
                if (calm) {
                    queues = List.of();
                    accepts = "";
                }
                if (!queues.isEmpty() || !accepts.isEmpty()) {
                    choosy.add(PassedOver.claim(name, "i" + incarnation, claimId));
                }
                claim = engine.claim(new ClaimRequest(
                        name,
                        "i" + incarnation,
                        claimId,
                        queues,
                        accepts,
                        "",
                        Math.max(1, slots - held.size()),
                        slots,
                        ad,
                        Duration.ofSeconds(random.nextInt(20))));
                if (!calm && chance(0.05)) claim = null;
            }

            private void finishSome() {
                for (Held one : held.values()) {
                    if (one.report == null && chance(0.4)) one.report = outcome(one);
                    if (one.report == null || one.answer != null || !calm && chance(0.2)) continue;
                    one.answer = engine.execute(new Command.End(List.of(one.report)));
                    sent.add(one.report);
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
                if (isOfUnknownAd(claim)) {
                    claim = null;
                    claiming = false;
                    advertise();
                    return;
                }
                if (!claim.isCompletedExceptionally()) {
                    claiming = false;
                    for (Lease lease : claim.join()) {
                        Held one = held.computeIfAbsent(lease.leaseId(), id -> new Held(id, lease.spec()));
                        one.untilNanos = claimSentNanos + lease.leaseFor().toNanos();
                    }
                }
                claim = null;
            }

            private boolean isOfUnknownAd(CompletableFuture<?> call) {
                try {
                    call.join();
                    return false;
                } catch (CompletionException e) {
                    return e.getCause() instanceof UnknownAdException;
                }
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
