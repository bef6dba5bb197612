/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Submitted;
import org.junit.Assume;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/**
 * Real processes at full speed, and kill -9 of the server and the workers again and again, also while they start. In the
 * end nothing is asked but three files and the history: what producers sent, what was acknowledged to them, what
 * scripts wrote themselves, each line with one write at the end of the file. {@link CrashEvidence} has the claims.
 *
 * <p>{@code -Dcrash.minutes=N} goes on killing for so long, with nodes as users run them, and {@code -Dcrash.seed=N}
 * makes the choices of the run that printed it again; what the machine does with them differs.
 *
 * <p>It does so with the history in H2, and for a shorter time with a PostgreSQL that is started for it.
 * {@code -Dcrash.archive=h2} or {@code embedded} does one of the two, and {@code -Dcrash.archive=jdbc:postgresql:…} takes
 * an empty database that is there, whose user and password are "postgres".
 *
 * <p>It can fail: in the end of every run mistakes are made in the evidence, and each has to be found. Two servers with a
 * bug were tried by hand and found out as well: one that loses every hundredth final job on its way to the history, and one
 * that acknowledges jobs a third of a second before it logs them. What it cannot see is whether the disk was forced: what
 * a killed process has written stays with the operating system.
 */
@RunWith(Parameterized.class)
public class CrashIT {
    private static final String H2 = "h2";
    private static final String EMBEDDED = "embedded";
    private static final long MINUTES = Long.getLong("crash.minutes", 0);
    private static final List<String> WORKERS = List.of("worker-1", "worker-2", "worker-3");
    private static final int PRODUCERS = 3;
    /** Jobs that may wait, about: what is left in the end has to run, too. */
    private static final int MOST_WAITING = 400;

    @Rule(order = 0)
    public final Grid grid = new Grid();

    @Rule(order = 1)
    public final Timeout limit;

    private final String archive;
    private final Duration killing;
    private final long seed = Long.getLong("crash.seed", System.nanoTime() & 0xffff_ffffL);
    private final Random random = new Random(seed);
    private final Map<String, Integer> kills = new LinkedHashMap<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicLong repeated = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    private long read;
    private long linesRead;
    private Path runs;
    private Path sentFile;
    private Path acknowledgedFile;

    @Parameters(name = "{0}")
    public static List<String> archives() {
        String one = System.getProperty("crash.archive", "");
        return one.isEmpty() ? List.of(H2, EMBEDDED) : List.of(one);
    }

    public CrashIT(String archive) {
        this.archive = archive;
        killing = MINUTES > 0 ? Duration.ofMinutes(MINUTES) : Duration.ofSeconds(archive.equals(H2) ? 15 : 8);
        limit = Timeout.seconds(killing.toSeconds() + 300);
    }

    @Test
    public void whatWasAcknowledgedRunsAndIsInTheHistoryOnceWhateverIsKilled() throws Exception {
        Assume.assumeTrue(
                !archive.equals(EMBEDDED) || System.getProperty("os.name").equals("Linux"));
        System.out.println("crash.seed=" + seed + " crash.archive=" + archive + " for " + killing);
        long started = System.nanoTime();
        runs = Files.createFile(grid.home().resolve("runs"));
        sentFile = Files.createFile(grid.home().resolve("sent"));
        acknowledgedFile = Files.createFile(grid.home().resolve("acknowledged"));
        try (EmbeddedPostgres postgres =
                archive.equals(EMBEDDED) ? EmbeddedPostgres.builder().start() : null) {
            startGrid(postgres == null ? archive : "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres");
            killAndCompare(started);
        }
    }

    private void killAndCompare(long started) throws Exception {
        try (RemoteCaller caller = new RemoteCaller(
                grid.zookeeper(), Files.createDirectories(grid.home().resolve("caller")), Duration.ofSeconds(90))) {
            List<Thread> producers = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) producers.add(producer(caller, i));
            producers.forEach(Thread::start);
            long begun = System.nanoTime();
            killForAWhile();
            stop.set(true);
            // Each sends until what it has sent last is acknowledged, so there is no job of which nobody knows.
            for (Thread producer : producers) producer.join(120_000);
            assertFalse("producers end", producers.stream().anyMatch(Thread::isAlive));
            assertEquals(
                    "crash.seed=" + seed + " after " + kills + "\n"
                            + grid.node("server").log(),
                    List.of(),
                    failures);
            double seconds = (System.nanoTime() - begun) / 1e9;

            CrashEvidence evidence = evidence(caller);
            report(evidence, seconds, (System.nanoTime() - started) / 1e9);
            assertEquals("crash.seed=" + seed + " crash.archive=" + archive, List.of(), evidence.contradictions());
            assertEquals("all that was sent", evidence.sent(), new HashSet<>(evidence.acknowledged()));
            assertTrue("there was something to lose: " + acknowledged, acknowledged.get() > 20);
            assertMistakesAreFound(evidence);
        }
    }

    private void startGrid(String archiveUrl) throws IOException {
        String archiving = archiveUrl.equals(H2)
                ? ""
                : " \"archive.url\": \"" + archiveUrl + "\", \"archive.user\": \"postgres\",";
        if (MINUTES > 0) grid.commands().asUsersDo(Path.of(System.getProperty("java.home")));
        // Little stays in memory and in the log, so that jobs leave both while servers are killed.
        Files.writeString(
                grid.home().resolve("crash.json"),
                "{\"org.gridbatch.queue\": {\"lease.seconds\": 3, \"max.rescues\": 1000, \"keep.final.jobs\": 100,"
                        + archiving
                        + " \"snapshot.mb\": 1}}");
        if (!archiving.isEmpty()) grid.commands().with("GRIDBATCH_QUEUE_ARCHIVE_PASSWORD", "postgres");
        grid.start("zookeeper", "zookeeper");
        startNode("server");
        for (String worker : WORKERS) startNode(worker);
        grid.awaitUp("zookeeper", "server");
    }

    private void startNode(String name) throws IOException {
        if (name.equals("server")) {
            grid.start(
                    "server",
                    name,
                    "--config",
                    grid.home().resolve("crash.json").toString(),
                    "--set",
                    "transport.port=" + grid.transportPort());
        } else {
            grid.start("worker", name, "--set", "worker.slots=6");
        }
    }

    private void killForAWhile() throws Exception {
        long end = System.nanoTime() + killing.toNanos();
        // However slow the machine is, the server and a worker are killed, and then at least one more.
        for (int round = 0; System.nanoTime() < end || round < 3; round++) {
            assertEquals(List.of(), failures);
            List<String> victims = victims(round);
            if (victims.contains("server") && (round == 0 || random.nextInt(3) > 0)) afterAnAcknowledgement();
            for (String victim : victims) kill(victim);
            pause(0, 800);
            for (String victim : victims) startNode(victim);
            if (!victims.contains("server")) {
                pause(500, 2_500);
            } else if (random.nextInt(4) == 0) {
                // Killed again while it starts, or just after.
                pause(500, 3_500);
            } else {
                grid.awaitUp("server");
                long before = linesOfScripts();
                Batch.awaitTrue(
                        "after " + kills + " scripts run again; producers failed: " + failures,
                        60,
                        () -> linesOfScripts() > before || waiting() <= 0 || !failures.isEmpty());
                pause(0, 3_000);
            }
        }
    }

    private List<String> victims(int round) {
        String worker = WORKERS.get(random.nextInt(WORKERS.size()));
        int dice = round == 0 ? 0 : round == 1 ? 3 : random.nextInt(6);
        return switch (dice) {
            case 0, 1, 2 -> List.of("server");
            case 3, 4 -> List.of(worker);
            default -> List.of("server", worker);
        };
    }

    /** What was just promised is what a server would lose that promises too early. */
    private void afterAnAcknowledgement() throws InterruptedException {
        int before = acknowledged.get();
        // Producers pause while much waits; then this kill is like any other.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (acknowledged.get() == before && System.nanoTime() < end) TimeUnit.MILLISECONDS.sleep(2);
        pause(0, 50);
    }

    private void kill(String name) throws Exception {
        Process process = grid.node(name).process();
        assertTrue(name + " ended by itself:\n" + grid.node(name).log(), process.isAlive());
        grid.kill(name);
        kills.merge(name, 1, Integer::sum);
    }

    private void pause(int least, int most) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(least + random.nextInt(most - least));
    }

    private Thread producer(RemoteCaller caller, int number) {
        Random choices = new Random(seed + 1 + number);
        return new Thread(
                () -> {
                    try {
                        for (int next = 0; !stop.get(); ) {
                            List<JobSpec> jobs = new ArrayList<>();
                            for (int i = 1 + choices.nextInt(40); i > 0; i--) jobs.add(job(number, next++, choices));
                            append(sentFile, jobs);
                            submit(caller, jobs);
                            append(acknowledgedFile, jobs);
                            acknowledged.addAndGet(jobs.size());
                            // Whoever is not sure sends again, also what was acknowledged and maybe has run.
                            if (choices.nextInt(10) == 0) {
                                for (Submitted answer : submit(caller, jobs)) {
                                    if (!answer.repeated()) failures.add("taken twice: " + answer);
                                }
                            }
                            while (!stop.get() && waiting() > MOST_WAITING) TimeUnit.MILLISECONDS.sleep(20);
                        }
                    } catch (Exception | AssertionError e) {
                        failures.add("producer " + number + ": " + e);
                    }
                },
                "producer-" + number);
    }

    private List<Submitted> submit(RemoteCaller caller, List<JobSpec> jobs) throws Exception {
        List<Submitted> answers = caller.call(queue -> queue.submit(jobs));
        for (int i = 0; i < jobs.size(); i++) {
            assertEquals(jobs.get(i).jobId(), answers.get(i).jobId());
            if (answers.get(i).repeated()) repeated.incrementAndGet();
        }
        return answers;
    }

    /** About how many jobs have yet to run: each leaves two lines or more. Only the files are asked. */
    private long waiting() throws IOException {
        return acknowledged.get() - linesOfScripts() / 2;
    }

    private synchronized long linesOfScripts() throws IOException {
        try (InputStream lines = Files.newInputStream(runs)) {
            lines.skipNBytes(read);
            byte[] more = lines.readAllBytes();
            read += more.length;
            for (byte each : more) if (each == '\n') linesRead++;
        }
        return linesRead;
    }

    private JobSpec job(int producer, int number, Random choices) {
        int dice = choices.nextInt(20);
        CrashEvidence.Kind kind = dice == 0
                ? CrashEvidence.Kind.SLOW
                : dice == 1 ? CrashEvidence.Kind.FLAKY : dice == 2 ? CrashEvidence.Kind.BAD : CrashEvidence.Kind.OK;
        // The stream appends, and hands all bytes to the system at once: lines of several processes never mix.
        String say = "id = ($job id); n = ($job attempt); file = $1; nl = $2; "
                + "say = { f = (new java.io.FileOutputStream $file true); "
                + "$f write (\"$id $n $1 $nl\" getBytes); $f close }; ";
        String script = say + "say begin; "
                + switch (kind) {
                    case OK -> "say end";
                    case SLOW -> "sleep 1; say end";
                    case FLAKY -> "if { \"$n\" equals \"1\" } { throw first }; say end";
                    case BAD -> "say end; throw always";
                };
        // No attempt to spare: one that a crash used up is found as a job that was discarded.
        int attempts = kind == CrashEvidence.Kind.FLAKY || kind == CrashEvidence.Kind.BAD ? 2 : 1;
        return JobSpec.script(script)
                .jobId("p" + producer + "-" + number + "-" + kind)
                .args(List.of(runs.toString(), "\n"))
                .maxAttempts(attempts)
                .backoff(Backoff.fixed(Duration.ofMillis(100)))
                .build();
    }

    private static void append(Path file, List<JobSpec> jobs) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (JobSpec job : jobs) lines.append(job.jobId()).append('\n');
        Files.writeString(file, lines, StandardOpenOption.APPEND);
    }

    /** Waits until nothing is left to do, and gathers what there is to see then. */
    private CrashEvidence evidence(RemoteCaller caller) throws Exception {
        if (!grid.node("server").process().isAlive())
            throw new AssertionError(grid.node("server").log());
        await("everything is final")
                .atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(250))
                .until(() -> caller.call(queue -> queue.status()).counts().entrySet().stream()
                                .filter(entry -> !entry.getKey().isFinal())
                                .mapToLong(Map.Entry::getValue)
                                .sum()
                        == 0);
        Set<String> sent = new HashSet<>(Files.readAllLines(sentFile));
        List<String> acks = Files.readAllLines(acknowledgedFile);
        List<List<JobView>> last = new ArrayList<>();
        try {
            await("the history has it all")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        last.clear();
                        last.add(caller.wholeHistory());
                        return last.get(0).size() >= acks.size();
                    });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            // The evidence says what is missing.
        }
        List<JobView> rows = last.get(0);
        Map<String, JobDetail> details = new LinkedHashMap<>();
        // All of a short run; of a long one those that tell most, which failed or were rescued, and some of the others.
        for (int i = 0; i < rows.size(); i++) {
            JobView row = rows.get(i);
            if (row.rescues() > 0 || i < 2_000) {
                details.put(row.jobId(), caller.history(history -> history.get(row.jobId())));
            }
        }
        return new CrashEvidence(sent, acks, CrashEvidence.runs(runs), rows, details);
    }

    private void report(CrashEvidence evidence, double killingSeconds, double allSeconds) {
        long rescued = evidence.rows().stream().filter(row -> row.rescues() > 0).count();
        System.out.printf(
                "crash test with %s: kills %s, %d jobs acknowledged (%.0f/s), %d answered as repeated, history %d rows, "
                        + "rescued %d, jobs by number of runs %s, %.0f s in all%n",
                archive,
                kills,
                evidence.acknowledged().size(),
                evidence.acknowledged().size() / killingSeconds,
                repeated.get(),
                evidence.rows().size(),
                rescued,
                evidence.jobsByRuns(),
                allSeconds);
    }

    /** Each of these is what a bug would leave. */
    private static void assertMistakesAreFound(CrashEvidence good) {
        String victim = good.acknowledged().get(good.acknowledged().size() / 2);
        JobView row = good.rows().stream()
                .filter(each -> each.jobId().equals(victim))
                .findFirst()
                .orElseThrow();
        List<JobView> without = new ArrayList<>(good.rows());
        without.remove(row);
        assertFound("is not in the history", victim, good.withRows(without));
        List<JobView> twice = new ArrayList<>(good.rows());
        twice.add(row);
        assertFound("more than once", victim, good.withRows(twice));
        List<JobView> otherwise = new ArrayList<>(without);
        otherwise.add(in(row, row.state() == JobState.COMPLETED ? JobState.DISCARDED : JobState.COMPLETED));
        assertFound("want " + row.state(), victim, good.withRows(otherwise));
        List<String> silent = new ArrayList<>(good.runs());
        silent.removeIf(line -> line.startsWith(victim + " "));
        assertFound("acknowledged and never ran", victim, good.withRuns(silent));
        List<String> unfinished = new ArrayList<>(good.runs());
        unfinished.removeIf(line -> line.startsWith(victim + " ") && line.endsWith(" end"));
        assertFound("never ran to its end", victim, good.withRuns(unfinished));
        List<String> stranger = new ArrayList<>(good.runs());
        stranger.add("p9-1-OK 1 begin");
        assertFound("ran and was never sent", "p9-1-OK", good.withRuns(stranger));
        List<String> forgotten = new ArrayList<>(good.acknowledged());
        forgotten.remove(victim);
        assertFound("jobs were acknowledged, and the history has", "", good.withAcknowledged(forgotten));
        String detailed = good.details().keySet().iterator().next();
        List<String> free = new ArrayList<>(good.runs());
        for (int i = 0; i < 50; i++) free.add(detailed + " 1 begin");
        assertFound("leases", detailed, good.withRuns(free));
    }

    private static void assertFound(String what, String id, CrashEvidence bad) {
        List<String> wrong = bad.contradictions();
        assertTrue(
                what + " " + id + " in " + wrong,
                wrong.stream().anyMatch(sentence -> sentence.contains(what) && sentence.contains(id)));
    }

    private static JobView in(JobView row, JobState state) {
        return new JobView(
                row.jobId(),
                row.queue(),
                row.tenant(),
                row.name(),
                state,
                row.attempt(),
                row.maxAttempts(),
                row.rescues(),
                row.worker(),
                row.submittedAt(),
                row.scheduledAt(),
                row.finalAt(),
                row.error(),
                row.result(),
                row.tags(),
                row.retryOf(),
                row.retriedAs(),
                row.arrayId(),
                row.item(),
                row.array(),
                row.by());
    }
}
