/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.Limit;
import org.gridbatch.api.Placement;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Reason;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.junit.Test;

/** What {@code why} says, word for word. */
public class ExplainerTest {
    private final Set<Reason.Kind> said = EnumSet.noneOf(Reason.Kind.class);
    private TestEngine queue = new TestEngine();

    private void says(String jobId, Reason.Kind kind, String text) {
        said.add(kind);
        assertEquals(new Reason(kind, text), queue.why(jobId));
    }

    private void order(String name, int order) {
        queue.execute(new Command.Configure(
                new QueueSettings(name, false, order, Limit.NONE, 0, null, Duration.ZERO), "ann@n1"));
    }

    /** Of the reasons for a job those that say whose turn comes first. */
    private List<String> turns(String jobId) {
        List<Reason> reasons = new ArrayList<>(queue.reasons(jobId));
        assertEquals(Reason.Kind.BUSY, reasons.remove(0).kind());
        for (Reason one : reasons) assertEquals(Reason.Kind.TURN, one.kind());
        return reasons.stream().map(Reason::text).toList();
    }

    @Test
    public void everyKindOfReasonIsSaidInWords() {
        sayStates();
        sayRules();
        sayKeys();
        sayWorkers();
        sayHistory();
        said.add(Reason.Kind.TURN);
        assertEquals("TURN has its own tests", EnumSet.allOf(Reason.Kind.class), said);
    }

    private void sayStates() {
        queue.submit(job("a").maxAttempts(2).backoff(Backoff.fixed(Duration.ofSeconds(5))));
        says("a", Reason.Kind.NO_WORKER, "no worker was heard of in the last ten minutes");
        assertEquals("a", queue.take("w"));
        says("a", Reason.Kind.EXECUTING, "worker w is executing it");
        queue.submit(
                job("after").after(List.of(new Dependency("a", Dependency.When.COMPLETED, Dependency.Otherwise.HOLD))));
        says("after", Reason.Kind.JOBS, "it waits until job a, which is executing, completes");
        queue.end("a", ReportKind.FAIL);
        says(
                "a",
                Reason.Kind.TIME,
                "it failed once and is tried again at "
                        + Instant.ofEpochMilli(queue.machine().job("a").scheduledAtMillis()) + "; last: it broke");
        queue.submit(job("late").delay(Duration.ofHours(1)));
        says("late", Reason.Kind.TIME, "it is scheduled for " + queue.now().plusSeconds(3_600));
        queue.execute(new Command.Cancel(List.of("late"), ""));
        says("late", Reason.Kind.FINAL, "it is cancelled since " + queue.now());
        queue.engine.openArray(ArraySpec.of(job("array").build()), "");
        queue.settle();
        says("array", Reason.Kind.ARRAY, "array array is not sealed, and has 0 items so far");
    }

    private void sayRules() {
        queue = new TestEngine();
        Rate rate = new Rate(1, Duration.ofSeconds(10));
        queue.execute(new Command.Pause("paused", true, "ann@n1"));
        queue.execute(new Command.Configure(
                new QueueSettings("few", false, 0, new Limit(1, Rate.UNLIMITED), 0, null, Duration.ZERO), "ann@n1"));
        queue.execute(new Command.Configure(
                new QueueSettings("slow", false, 0, new Limit(0, rate), 0, null, Duration.ZERO), "ann@n1"));
        queue.execute(new Command.Restrict("few", new Limit(1, Rate.UNLIMITED), "ann@n1"));
        queue.execute(new Command.Restrict("slow", new Limit(0, rate), "ann@n1"));
        for (String one : List.of("1", "2")) {
            queue.submit(
                    job("few" + one).queue("few"),
                    job("slow" + one).queue("slow"),
                    job("fewOfKey" + one).limitKey("few"),
                    job("slowOfKey" + one).limitKey("slow"));
        }
        queue.submit(job("paused").queue("paused"));
        queue.claim("w", 8);
        Instant next = queue.now().plusSeconds(10);
        says("paused", Reason.Kind.PAUSED, "queue paused is paused");
        says("few2", Reason.Kind.LIMIT, "queue few has as many jobs executing as it may: 1");
        says("fewOfKey2", Reason.Kind.LIMIT, "limit key few has as many jobs executing as it may: 1");
        says("slow2", Reason.Kind.RATE, "queue slow may start the next job at " + next);
        says("slowOfKey2", Reason.Kind.RATE, "limit key slow may start the next job at " + next);
    }

    private void sayKeys() {
        queue = new TestEngine();
        queue.submit(job("a").exclusiveKey("k"), job("b").exclusiveKey("k"));
        assertEquals("a", queue.take("w1"));
        says("b", Reason.Kind.KEY, "key k is busy with job a");
        Instant lost = queue.now();
        while (queue.machine().job("a").tenure() != null) {
            queue.pass(Duration.ofSeconds(1));
            lost = queue.now();
        }
        says(
                "b",
                Reason.Kind.KEY,
                "key k is kept closed until " + lost.plus(TestEngine.TERM)
                        + ", since the worker of its last job was lost and may still be running it");
    }

    private void sayWorkers() {
        queue = new TestEngine();
        queue.advertise("w", Map.of("cpus", "2"), "gogo:echo");
        queue.claim("w", 1, "(tenant=t)", List.of("default"));
        queue.submit(
                job("needs").placement(new Placement("", List.of("ace:cw"), "")),
                job("requires").placement(new Placement("(cpus>=64)", List.of(), "")),
                job("both").placement(new Placement("(cpus>=64)", List.of("gogo:echo"), "")),
                job("other").queue("other"),
                job("refused"));
        says("needs", Reason.Kind.COMMAND, "no worker offers ace:cw");
        says("requires", Reason.Kind.REQUIRES, "no worker meets (cpus>=64)");
        says("both", Reason.Kind.REQUIRES, "no worker that offers its commands meets (cpus>=64)");
        says("other", Reason.Kind.NOT_SERVED, "no worker that could run it serves queue other; it could run on w");
        says("refused", Reason.Kind.NOT_SERVED, "no worker that could run it accepts it; it could run on w");
        queue.execute(new Command.Drain("w", true, "ann@n1"));
        queue.submit(job("drained").tenant("t"));
        says("drained", Reason.Kind.DRAINED, "the workers that could run it are drained: w");
        queue.execute(new Command.Drain("w", false, "ann@n1"));
        queue.submit(job("next").tenant("t"));
        says("next", Reason.Kind.BUSY, "all 1 slots that could run it are busy, on w; it is the next of its tenant");
        queue.complete("drained");
        says("next", Reason.Kind.NOTHING, "it is about to start: a slot is free on w");
    }

    private void sayHistory() {
        queue = new TestEngine(
                Command.Room.AMPLE, new Settings.Archiving(true, 1, Long.MAX_VALUE, 100, 100, Duration.ofDays(1)));
        queue.submit(job("a"));
        assertEquals("a", queue.take("w"));
        queue.complete("a");
        queue.submit(job("b"));
        says("b", Reason.Kind.HISTORY, "no job is started until the history has taken more of those that ended");
    }

    @Test
    public void theQueuesOfAHigherClassThatGoFirstAreNamed() {
        queue.advertise("w", Map.of("cpus", "2"));
        queue.submit(job("now"));
        assertEquals("now", queue.take("w"));
        for (int i = 1; i <= 7; i++) {
            order("q" + i, i);
            queue.submit(job("q" + i).queue("q" + i));
        }
        order("far", 9);
        order("paused", 9);
        queue.execute(new Command.Pause("paused", true, "ann@n1"));
        queue.submit(
                job("far").queue("far").placement(new Placement("(cpus>=64)", List.of(), "")),
                job("paused").queue("paused"),
                job("a"));
        assertEquals(
                "what no worker of its own could run does not go first, nor what is paused",
                List.of("queues of a higher class than its queue's 0 go first: q7 (class 7), q6 (class 6),"
                        + " q5 (class 5), q4 (class 4), q3 (class 3) and 2 more"),
                turns("a"));
        assertEquals(List.of(), turns("q7"));
    }

    @Test
    public void theTenantsThatHaveTheirTurnBeforeAreNamed() {
        queue.submit(job("now").tenant("mine"));
        assertEquals("now", queue.take("w"));
        queue.submit(job("a").tenant("mine"));
        assertEquals(List.of(), turns("a"));
        for (int i = 1; i <= 7; i++) queue.submit(job("t" + i).tenant("t" + i));
        assertEquals(
                List.of("other tenants have their turn before its own: t1, t2, t3, t4, t5 and 2 more"), turns("a"));
        assertEquals(List.of(), turns("t1"));
        queue.complete("now");
        assertEquals("t1", queue.take("w"));
        assertEquals(
                List.of("other tenants have their turn before its own: t2, t3, t4, t5, t6 and 1 more"), turns("a"));
    }
}
