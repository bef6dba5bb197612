/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Placement;
import org.gridbatch.api.UnknownJobException;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/**
 * Jobs of all kinds on two workers, one of which is killed midway. In the end every job is in the history once, in the
 * state and after the attempts that its kind has, and the nodes hold no more memory and no more threads than after the
 * first third. {@code -Dsoak.jobs=100000} for more of them.
 */
public class SoakIT {
    private static final int JOBS = Integer.getInteger("soak.jobs", 3_000);
    private static final int PAGE = 500;
    /** Jobs that are not final at a time, about. */
    private static final int MOST_OPEN = 2_000;

    private static final int PRINTED_LINES = 20;
    private static final String LINE = "é23456789 ".repeat(10);
    private static final long PRINTED_BYTES = PRINTED_LINES * (LINE.length() + 10 + 1L);

    /** Pools of threads grow to what is busy at once, which chance decides. */
    private static final int MORE_THREADS = 12;

    /** What is used for the first time later, such as what rescues jobs. */
    private static final int MORE_CLASSES = 300;

    private static final long MORE_HEAP_KIB = 16 << 10;

    /** How a job behaves, what has to become of it, and how many of a hundred are so. */
    private enum Kind {
        QUICK(46, "echo $1", JobState.COMPLETED, 1, ""),
        PRINTING(
                14,
                "line = $1; each [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20] { echo $line }",
                JobState.COMPLETED,
                1,
                ""),
        FLAKY(8, "a = ($job attempt); if { %(a == 1) } { throw once }; echo worked", JobState.COMPLETED, 2, ""),
        BAD(5, "echo before; throw always", JobState.DISCARDED, 2, "always"),
        FOR_GOOD(4, "$job failForGood nobody", JobState.DISCARDED, 1, "nobody"),
        SLEEPING(4, "sleep 1", JobState.COMPLETED, 1, ""),
        /** Some wait and some execute when they are. */
        CANCELLED(6, "sleep 60", JobState.CANCELLED, -1, "enough"),
        TIMED_OUT(4, "sleep 60", JobState.DISCARDED, 1, "timed out after PT0.5S"),
        /** Code can submit what a shell would refuse. */
        BROKEN(3, "echo ( not closed", JobState.DISCARDED, 1, "syntax error in "),
        SNOOZED(
                4,
                "f = (new java.io.File $1); if { $f createNewFile } { $job snooze 300ms }; echo later",
                JobState.COMPLETED,
                1,
                ""),
        /** A shell refuses it: nobody will ever hear of it. */
        REFUSED(2, "echo ( not closed", null, 0, "");

        final int ofHundred;
        final String script;
        final JobState end;
        final int attempts;
        final String error;

        Kind(int ofHundred, String script, JobState end, int attempts, String error) {
            this.ofHundred = ofHundred;
            this.script = script;
            this.end = end;
            this.attempts = attempts;
            this.error = error;
        }

        /** Mixed: 37 and 100 have no divisor in common. */
        static Kind of(int number) {
            int place = number * 37 % 100;
            for (Kind kind : values()) {
                place -= kind.ofHundred;
                if (place < 0) return kind;
            }
            throw new AssertionError("the kinds are less than a hundred");
        }
    }

    @Rule(order = 0)
    public final Grid grid = new Grid();

    @Rule(order = 1)
    public final Timeout limit = Timeout.seconds(180 + JOBS / 50);

    private final Map<String, Kind> sent = new LinkedHashMap<>();
    private Path snoozed;

    @Test
    public void jobsOfAllKindsEndAsTheyHaveToAndLeaveNothingBehind() throws Exception {
        long begun = System.nanoTime();
        snoozed = Files.createDirectory(grid.home().resolve("snoozed"));
        grid.start(
                "server",
                "server",
                "--with-zookeeper",
                "--set",
                "queue.lease.seconds=4",
                // What is kept on purpose is full after a third.
                "--set",
                "queue.keep.final.jobs=300",
                "--set",
                "queue.known.ids=300",
                "--set",
                "queue.snapshot.mb=16");
        startWorker("worker-1");
        startWorker("worker-2");
        grid.awaitUp("server", "worker-1", "worker-2");
        try (RemoteCaller caller = new RemoteCaller(
                        grid.zookeeper(),
                        Files.createDirectories(grid.home().resolve("caller")),
                        Duration.ofSeconds(60));
                NodeJvm server = new NodeJvm(grid.node("server").process());
                NodeJvm worker = new NodeJvm(grid.node("worker-1").process())) {
            int third = JOBS * 3 / 10 / 100 * 100;
            int half = JOBS / 2 / 100 * 100;
            push(caller, 0, third);
            awaitAllFinal(caller);
            NodeJvm.Look serverAtThird = server.live();
            NodeJvm.Look workerAtThird = worker.live();
            say("server after " + third + " jobs", serverAtThird, begun);
            say("worker-1 after " + third + " jobs", workerAtThird, begun);

            push(caller, third, half);
            killAtWork(caller);
            push(caller, half, JOBS);
            awaitAllFinal(caller);
            NodeJvm.Look serverInTheEnd = server.live();
            NodeJvm.Look workerInTheEnd = worker.live();
            say("server after " + JOBS + " jobs", serverInTheEnd, begun);
            say("worker-1 after " + JOBS + " jobs", workerInTheEnd, begun);

            compare(caller);
            assertFlat("server", serverAtThird, serverInTheEnd);
            assertFlat("worker-1", workerAtThird, workerInTheEnd);
        }
    }

    private void startWorker(String name) throws Exception {
        grid.start("worker", name, "--set", "worker.slots=16");
    }

    private static void say(String who, NodeJvm.Look look, long begun) {
        System.out.printf("soak: %s: %s, at %d s%n", who, look, (System.nanoTime() - begun) / 1_000_000_000);
    }

    private void push(RemoteCaller caller, int from, int to) throws Exception {
        for (int next = from; next < to; next += PAGE) {
            List<JobSpec> page = new ArrayList<>();
            List<String> toCancel = new ArrayList<>();
            for (int i = next; i < Math.min(next + PAGE, to); i++) {
                Kind kind = Kind.of(i);
                String id = kind + "-" + i;
                sent.put(id, kind);
                if (kind == Kind.REFUSED) pushInVain(id);
                else page.add(job(id, kind));
                if (kind == Kind.CANCELLED) toCancel.add(id);
            }
            caller.call(queue -> queue.submit(page));
            caller.call(queue -> queue.cancel(toCancel, "enough"));
            while (open(caller) > MOST_OPEN) TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void pushInVain(String id) {
        Batch.Result result = grid.quick("push", "--id", id, Kind.REFUSED.script);
        assertNotEquals(result.toString(), 0, result.status());
        assertTrue(result.toString(), result.err().contains("line 1"));
    }

    private JobSpec job(String id, Kind kind) {
        JobSpec.Builder job = JobSpec.script(kind.script)
                .jobId(id)
                .name(kind.name())
                // No attempt to spare: one that is lost with a worker costs none.
                .maxAttempts(Math.max(1, kind.attempts))
                .backoff(Backoff.fixed(Duration.ofMillis(100)));
        return switch (kind) {
            case QUICK -> job.args(List.of(id)).build();
            case PRINTING -> job.args(List.of(LINE)).build();
            case TIMED_OUT -> job.timeout(Duration.ofMillis(500)).build();
            case SNOOZED -> job.args(List.of(snoozed.resolve(id).toString())).build();
            default -> job.build();
        };
    }

    /** Its jobs are given to the other one, and to itself when it has been started again. */
    private void killAtWork(RemoteCaller caller) throws Exception {
        String victim = "worker-2";
        JobSpec its = JobSpec.script("sleep 5")
                .jobId("its")
                .name(Kind.SLEEPING.name())
                .maxAttempts(1)
                .placement(new Placement("(worker=" + victim + ")", List.of(), ""))
                .priority(100)
                .build();
        sent.put(its.jobId(), Kind.SLEEPING);
        caller.call(queue -> queue.submit(List.of(its)));
        await(victim + " is at work")
                .atMost(Duration.ofSeconds(60))
                .until(() -> caller.call(queue -> queue.get(its.jobId())).view().state() == JobState.EXECUTING);
        grid.kill(victim);
        startWorker(victim);
    }

    private static long open(RemoteCaller caller) throws Exception {
        return caller.call(queue -> queue.status()).counts().entrySet().stream()
                .filter(entry -> !entry.getKey().isFinal())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static void awaitAllFinal(RemoteCaller caller) {
        await("all jobs are final and in the history")
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> open(caller) == 0
                        && caller.call(queue -> queue.status()).unarchived() == 0);
    }

    private void compare(RemoteCaller caller) throws Exception {
        List<JobView> rows = caller.wholeHistory();
        Map<String, JobView> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.jobId(), row));
        assertEquals("no job is in the history twice", rows.size(), byId.size());
        Map<Kind, Long> wanted = sent.values().stream()
                .filter(kind -> kind != Kind.REFUSED)
                .collect(Collectors.groupingBy(kind -> kind, TreeMap::new, Collectors.counting()));
        Map<Kind, Long> found = rows.stream()
                .collect(Collectors.groupingBy(row -> Kind.valueOf(row.name()), TreeMap::new, Collectors.counting()));
        System.out.println("soak: in the history: " + found);
        assertEquals(wanted, found);

        List<String> wrong = new ArrayList<>();
        int rescued = 0;
        for (Map.Entry<String, Kind> one : sent.entrySet()) {
            JobView row = byId.get(one.getKey());
            if (one.getValue() == Kind.REFUSED) {
                if (row != null) wrong.add("was refused and is here: " + row);
                continue;
            }
            if (row == null) wrong.add("is not in the history: " + one.getKey());
            else if (!isAsItHasToBe(row, one.getValue())) wrong.add(row.toString());
            else if (row.rescues() > 0) rescued++;
        }
        System.out.println("soak: " + rescued + " jobs were rescued from the worker that was killed");
        assertEquals(wrong.size() + " of " + sent.size(), List.of(), wrong.subList(0, Math.min(3, wrong.size())));
        assertTrue("the killed worker was at work", rescued > 0);
        compareAttempts(caller);

        String stats = grid.quick("stats").ok();
        System.out.println("soak: " + stats.replace("\n", "\nsoak: "));
        for (String open : List.of("blocked", "scheduled", "available", "executing", "retryable")) {
            assertTrue(stats, !stats.contains(" " + open));
        }
        assertTrue(stats, stats.contains("workers  2, 0 of 32 slots busy"));
    }

    private static boolean isAsItHasToBe(JobView row, Kind kind) {
        return row.state() == kind.end
                && (kind.attempts < 0 || row.attempt() == kind.attempts)
                && row.error().contains(kind.error)
                && (!kind.error.isEmpty() || kind == Kind.FLAKY || row.error().isEmpty());
    }

    /** Of some of each kind: how each time went that a worker had it. */
    private void compareAttempts(RemoteCaller caller) throws Exception {
        int each = Math.max(1, sent.size() / 2_000);
        Map<Kind, Integer> seen = new TreeMap<>();
        for (Map.Entry<String, Kind> one : sent.entrySet()) {
            Kind kind = one.getValue();
            if (seen.merge(kind, 1, Integer::sum) % each != 0) continue;
            if (kind == Kind.REFUSED) {
                assertUnknown(caller, one.getKey());
                continue;
            }
            JobDetail detail = caller.history(history -> history.get(one.getKey()));
            List<AttemptOutcome> outcomes = detail.attempts().stream()
                    .map(AttemptView::outcome)
                    // What a worker gives back has cost nothing, as what was lost with it.
                    .filter(outcome -> outcome != AttemptOutcome.LOST && outcome != AttemptOutcome.RELEASED)
                    .toList();
            List<AttemptOutcome> wanted = switch (kind) {
                case FLAKY -> List.of(AttemptOutcome.FAILED, AttemptOutcome.COMPLETED);
                case BAD -> List.of(AttemptOutcome.FAILED, AttemptOutcome.FAILED);
                case FOR_GOOD, TIMED_OUT, BROKEN -> List.of(AttemptOutcome.FAILED);
                case SNOOZED -> List.of(AttemptOutcome.SNOOZED, AttemptOutcome.COMPLETED);
                case CANCELLED -> outcomes.isEmpty() ? List.of() : List.of(AttemptOutcome.CANCELLED);
                default -> List.of(AttemptOutcome.COMPLETED);
            };
            boolean lostWhileItSnoozed = kind == Kind.SNOOZED && detail.view().rescues() > 0;
            if (!lostWhileItSnoozed) assertEquals(detail.toString(), wanted, outcomes);
            if (kind == Kind.PRINTING) {
                AttemptView last = detail.attempts().get(detail.attempts().size() - 1);
                assertEquals(detail.toString(), PRINTED_BYTES, last.out().bytes());
                assertEquals((LINE + "\n").repeat(PRINTED_LINES), last.out().text());
            }
        }
    }

    private static void assertUnknown(RemoteCaller caller, String id) throws Exception {
        try {
            JobDetail detail = caller.call(queue -> queue.get(id));
            throw new AssertionError("was refused and is here: " + detail);
        } catch (UnknownJobException e) {
            // As it has to be.
        }
    }

    private static void assertFlat(String who, NodeJvm.Look before, NodeJvm.Look after) {
        assertTrue(
                who + " has more threads: first " + before.threads() + ", then " + after.threads(),
                after.threads().size() <= before.threads().size() + MORE_THREADS);
        assertTrue(
                who + " holds more memory: first " + before + ", then " + after,
                after.heapKiB() <= before.heapKiB() + MORE_HEAP_KIB);
        assertTrue(
                who + " has more classes: first " + before + ", then " + after,
                after.classes() <= before.classes() + MORE_CLASSES);
    }
}
