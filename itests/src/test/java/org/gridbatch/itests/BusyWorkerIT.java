/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobState;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/**
 * One worker with a small heap and much to do: a script that prints far more than there is memory, and as many scripts
 * that sleep as it has slots. {@code -Dflood.mebibytes=1024} for more of the first.
 */
public class BusyWorkerIT {
    private static final int MEBIBYTES = Integer.getInteger("flood.mebibytes", 200);
    private static final int HEAP_MEBIBYTES = 96;
    private static final int SLEEPING = 32;
    private static final String WORKER = "worker-1";

    @Rule(order = 0)
    public final Grid grid = new Grid();

    @Rule(order = 1)
    public final Timeout limit = Timeout.seconds(180);

    @Test
    public void aSmallHeapHoldsWhateverAScriptPrintsAndAFewThreadsHoldWhoSleeps() throws Exception {
        grid.start("server", "server", "--with-zookeeper");
        grid.commands()
                .with(
                        "GRIDBATCH_JAVA_OPTS",
                        "-Duser.home=" + grid.home() + " -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Xmx"
                                + HEAP_MEBIBYTES + "m");
        grid.start("worker", WORKER, "--set", "worker.slots=" + SLEEPING);
        grid.awaitUp("server", WORKER);
        CommandBundle.start(grid, WORKER, "site", 0, "flood");
        try (RemoteCaller caller = new RemoteCaller(
                        grid.zookeeper(),
                        Files.createDirectories(grid.home().resolve("caller")),
                        Duration.ofSeconds(30));
                NodeJvm worker = new NodeJvm(grid.node(WORKER).process())) {
            flood(caller, worker);
            sleep(caller, worker);
        }
    }

    private void flood(RemoteCaller caller, NodeJvm worker) throws Exception {
        NodeJvm.Look before = worker.live();
        long begun = System.nanoTime();
        String id = grid.push("site:flood " + MEBIBYTES);
        // Whoever looks while it prints is no reason to keep more.
        CompletableFuture<Integer> followed = CompletableFuture.supplyAsync(
                () -> grid.quick("log", "-f", id).ok().length());
        long most = 0;
        while (!caller.call(queue -> queue.get(id)).view().state().isFinal()) {
            most = Math.max(most, worker.usedKiB());
            TimeUnit.MILLISECONDS.sleep(20);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        NodeJvm.Look after = worker.live();
        JobDetail job = caller.call(queue -> queue.get(id));
        assertEquals(job.toString(), JobState.COMPLETED, job.view().state());
        AttemptView attempt = job.attempts().get(0);
        CapturedText out = attempt.out();
        assertEquals("one attempt, all of it counted", (long) MEBIBYTES << 20, out.bytes());
        String line = "é".repeat(511) + "x\n";
        assertTrue(out.head().startsWith(line + line));
        assertTrue(out.tail().endsWith(line + line));
        System.out.printf(
                "%d MiB of output in %.1f s from a worker with a heap of %d MiB: live heap %s before, %s after, at most %d"
                        + " MiB with garbage; who followed it saw %d characters%n",
                MEBIBYTES, seconds, HEAP_MEBIBYTES, before, after, most >> 10, followed.get(30, TimeUnit.SECONDS));
        assertTrue(before + ", then " + after, after.heapKiB() < before.heapKiB() + (8 << 10));
    }

    private void sleep(RemoteCaller caller, NodeJvm worker) throws Exception {
        List<String> before = worker.threads();
        List<String> ids = IntStream.range(0, SLEEPING)
                .mapToObj(i -> grid.push("sleep 300"))
                .toList();
        await("all sleep at once").atMost(Duration.ofSeconds(30)).until(() -> {
            for (String id : ids) {
                if (caller.call(queue -> queue.get(id)).view().state() != JobState.EXECUTING) return false;
            }
            return true;
        });
        // Until the last of them has begun, and pools have let go of what pushing needed.
        await("each sleeps in a thread of its own")
                .atMost(Duration.ofSeconds(30))
                .until(() -> worker.threads().stream()
                                .filter(name -> name.startsWith("gridbatch-slot-"))
                                .count()
                        >= SLEEPING);
        List<String> during = worker.threads();
        int more = during.size() - before.size();
        System.out.println(SLEEPING + " scripts sleep at once in a worker of " + during.size() + " threads, " + more
                + " more than before: " + kinds(during));
        assertTrue(kinds(during).toString(), more <= 2 * SLEEPING + 8);
        grid.quick(words("cancel", ids)).ok();
        await("threads of what was cancelled are gone")
                .atMost(Duration.ofSeconds(30))
                .until(() -> worker.threads().size() <= before.size() + 8);
    }

    private static String[] words(String first, List<String> more) {
        List<String> words = new ArrayList<>(List.of(first));
        words.addAll(more);
        return words.toArray(new String[0]);
    }

    private static Map<String, Long> kinds(List<String> threads) {
        return threads.stream()
                .collect(Collectors.groupingBy(
                        name -> name.replaceAll("[0-9]+", "N"), TreeMap::new, Collectors.counting()));
    }
}
