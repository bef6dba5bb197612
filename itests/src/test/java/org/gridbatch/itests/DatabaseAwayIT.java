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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.QueueLimitException;
import org.junit.Assume;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/**
 * Takes PostgreSQL away from a working queue-server of 512 MiB and gives it back: {@code -Dcrash.minutes=N} keeps it
 * away for so long while pushes go on; by default jobs are so large that the outbox is full after seconds, and a server
 * that kept all of them would need more heap than it has.
 */
public class DatabaseAwayIT {
    private static final long MINUTES = Long.getLong("crash.minutes", 0);
    private static final Duration AWAY = Duration.ofMinutes(MINUTES).plusSeconds(8);
    /** Of the script; its output comes to about as much, of which the queue keeps a part. */
    private static final int BYTES_OF_A_SCRIPT = MINUTES > 0 ? 5_000 : 100_000;
    /** How many jobs wait for the database at most: by default as many as fit into the outbox, a quarter of the heap. */
    private static final int OUTBOX_JOBS = MINUTES > 0 ? 20_000 : (128 << 20) / BYTES_OF_A_SCRIPT;
    /** With what has to be in memory besides: classes, buffers, the outbox and the jobs that wait. */
    private static final int MOST_HEAP_MB = 400;

    private static final int AT_ONCE = 50;

    @ClassRule
    public static final Grid grid = new Grid();

    @Rule
    public final Timeout limit = Timeout.seconds(2 * AWAY.toSeconds() + 240);

    private final List<String> acknowledged = new ArrayList<>();
    private boolean full;

    @Test
    public void pushesGoOnWithoutTheDatabaseTheHeapStaysBoundedAndAllArrivesLater() throws Exception {
        Assume.assumeTrue(System.getProperty("os.name").equals("Linux"));
        Path data = Files.createDirectories(grid.home().resolve("postgres"));
        EmbeddedPostgres postgres = postgres(data, Grid.freePort());
        int port = postgres.getPort();
        try {
            startGrid(port);
            try (RemoteCaller caller = new RemoteCaller(
                    grid.zookeeper(), Files.createDirectories(grid.home().resolve("caller")), Duration.ofSeconds(40))) {
                push(caller);
                await("the first jobs are in PostgreSQL")
                        .atMost(Duration.ofSeconds(40))
                        .until(() -> caller.wholeHistory().size() == acknowledged.size());

                postgres.close();
                int archived = acknowledged.size();
                withoutDatabase(caller, archived);

                postgres = postgres(data, port);
                await("all has arrived")
                        .atMost(AWAY.plusSeconds(60))
                        .pollInterval(Duration.ofMillis(500))
                        .until(() -> unfinished(caller.call(JobQueue::status).counts()) == 0
                                && caller.wholeHistory().size() >= acknowledged.size());
                List<JobView> rows = caller.wholeHistory();
                assertEquals("once each", acknowledged.size(), rows.size());
                assertEquals(
                        new TreeSet<>(acknowledged),
                        rows.stream().map(JobView::jobId).collect(Collectors.toCollection(TreeSet::new)));
                for (JobView row : rows) assertEquals(row.toString(), JobState.COMPLETED, row.state());
                assertHeapIsBounded();
                System.out.println("database away for " + AWAY.toSeconds() + " s: " + acknowledged.size() + " jobs, "
                        + (acknowledged.size() - archived) + " of them meanwhile" + (full ? " until it was full" : ""));
            }
        } finally {
            postgres.close();
        }
    }

    private void withoutDatabase(RemoteCaller caller, int archived) throws Exception {
        long end = System.nanoTime() + AWAY.toNanos();
        int largest = 0;
        // More than fit into the outbox and, if all of them were kept, into the heap.
        while (System.nanoTime() < end || acknowledged.size() < archived + 5 * OUTBOX_JOBS && !full) {
            push(caller);
            if (acknowledged.size() % (20 * AT_ONCE) == 0) largest = Math.max(largest, assertHeapIsBounded());
        }
        await("the outbox is full: nothing is executing, and jobs wait")
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    Map<JobState, Long> counts = caller.call(JobQueue::status).counts();
                    return counts.getOrDefault(JobState.EXECUTING, 0L) == 0
                            && counts.getOrDefault(JobState.AVAILABLE, 0L) > 0;
                });
        if (!full) push(caller);
        largest = Math.max(largest, assertHeapIsBounded());
        Map<JobState, Long> counts = caller.call(JobQueue::status).counts();
        long waiting = counts.get(JobState.COMPLETED) - archived;
        System.out.println("without the database: " + counts + ", heap at most " + largest + " MiB");
        assertTrue("work stops at the bound, about: " + counts, waiting <= OUTBOX_JOBS + 50);
        assertTrue("work goes on until then: " + counts, waiting > OUTBOX_JOBS / 4);
        assertTrue(grid.node("server").log(), grid.node("server").process().isAlive());
    }

    private void startGrid(int port) throws IOException {
        grid.commands()
                .with(
                        "GRIDBATCH_JAVA_OPTS",
                        "-Duser.home=" + grid.home() + " -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
                                + " -XX:+ExitOnOutOfMemoryError")
                .with("GRIDBATCH_QUEUE_ARCHIVE_PASSWORD", "postgres");
        grid.start("zookeeper", "zookeeper");
        grid.start(
                "server",
                "server",
                "--set",
                "queue.archive.url=jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                "--set",
                "queue.archive.user=postgres",
                "--set",
                // Without the flag it is the bytes that count, with the bounds that a server has by itself.
                "queue.archive.outbox.jobs=" + (MINUTES > 0 ? OUTBOX_JOBS : 100_000),
                "--set",
                "queue.lease.seconds=10");
        grid.start("worker", "worker", "--set", "worker.slots=8");
        grid.awaitUp("zookeeper", "server", "worker");
    }

    private static EmbeddedPostgres postgres(Path data, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .start();
    }

    private void push(RemoteCaller caller) throws Exception {
        List<JobSpec> jobs = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            // Equal scripts would be kept once.
            String id = "job-" + (acknowledged.size() + i);
            jobs.add(JobSpec.script("echo " + id + "x".repeat(BYTES_OF_A_SCRIPT))
                    .jobId(id)
                    .build());
        }
        try {
            caller.call(queue -> queue.submit(jobs));
            for (JobSpec job : jobs) acknowledged.add(job.jobId());
        } catch (QueueLimitException e) {
            // The queue has no room for more, and says so.
            full = true;
            Thread.sleep(1_000);
        }
    }

    private static long unfinished(Map<JobState, Long> counts) {
        return counts.entrySet().stream()
                .filter(entry -> !entry.getKey().isFinal())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Collects the server's garbage and returns how many MiB are left. */
    private static int assertHeapIsBounded() throws IOException {
        String[] bytes = grid.line(
                        "server",
                        "class = (((\"\" getClass) getClass) forName java.lang.Runtime); jvm = ($class getRuntime); "
                                + "$jvm gc; echo ($jvm totalMemory) ($jvm freeMemory)")
                .ok()
                .strip()
                .split(" ");
        int mb = (int) (Long.parseLong(bytes[0]) - Long.parseLong(bytes[1]) >> 20);
        assertTrue("heap in MiB: " + mb, mb <= MOST_HEAP_MB);
        assertFalse(grid.node("server").log(), grid.node("server").printed("OutOfMemoryError"));
        return mb;
    }
}
