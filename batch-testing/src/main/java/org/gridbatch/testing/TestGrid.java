/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.testing;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.LiveJobs;
import org.gridbatch.api.Operations;
import org.gridbatch.api.Schedules;
import org.gridbatch.api.WorkQueue;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.engine.QueueEngine;
import org.gridbatch.queue.engine.Settings;
import org.gridbatch.queue.remote.QueueService;

/**
 * A grid for unit tests: the real queue, with its rules, limits, matching and schedules, in the memory of the test. Time
 * stands still until {@link #advance} moves it, and what a call leads to has happened when the call returns, so that its
 * stage is done unless it waits for a job or for time. Nothing is written to disk, no thread is started, and there is no
 * history: final jobs stay in memory.
 *
 * <p>Workers are played by the test, see {@link #worker}; no script is run.
 *
 * <p>It can be called from any thread; calls are served one after the other. A stage's dependents run in the call that
 * completes it, and must not wait there for another thread that calls this grid.
 */
public final class TestGrid implements AutoCloseable {
    /** The first moment, unless a test wants another one. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** How long a lease holds that is not extended. */
    public static final Duration LEASE = Duration.ofSeconds(30);

    private static final int MAX_RESCUES = 3;
    private static final int MAX_SCRIPT_BYTES = 64 << 10;
    private static final int MAX_KEPT = 100_000;
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final int MOST_STEPS = 100_000;

    private final ManualClock clock;
    private final QueueEngine engine;
    private final QueueService service;
    private final List<TestWorker> workers = new CopyOnWriteArrayList<>();
    private final List<TestListener> listeners = new CopyOnWriteArrayList<>();

    /** Begins at {@link #START}. */
    public TestGrid() {
        this(START);
    }

    /** @param start what the grid takes for now at first */
    public TestGrid(Instant start) {
        clock = new ManualClock(start);
        Serial core = new Serial();
        Settings settings = new Settings(
                LEASE,
                MAX_RESCUES,
                MAX_SCRIPT_BYTES,
                Command.Room.AMPLE,
                MAX_KEPT,
                Duration.ofDays(3_650),
                Long.MAX_VALUE,
                Settings.Bounds.DEFAULT);
        engine = new QueueEngine(settings, new MemoryLog(core), clock, core, core, 1, broken -> {});
        service = new QueueService(engine, settings, core, null);
        try {
            engine.start().join();
        } catch (IOException e) {
            throw new IllegalStateException("a log in memory cannot fail", e);
        }
    }

    /** The queue as producers see it. */
    public JobQueue jobs() {
        return service;
    }

    /** The queue as workers see it, for those who find {@link #worker} too simple. */
    public WorkQueue work() {
        return service;
    }

    /** What operators may set. */
    public Operations operations() {
        return service;
    }

    /** The schedules. */
    public Schedules schedules() {
        return service;
    }

    /** What jobs tell while they are executed. */
    public LiveJobs live() {
        return service;
    }

    /** The jobs in the order in which they become final. */
    public FinalJobs finalJobs() {
        return service;
    }

    /**
     * Registers a listener, as a bundle does with a service. It hears of jobs in {@link #advance}, on the thread that calls
     * that: a moment is told when it is over. What it throws comes out there.
     *
     * @param properties of the service: {@link JobListener#FILTER} and {@link JobListener#AFTER}
     */
    public void listen(JobListener listener, Map<String, ?> properties) {
        listeners.add(new TestListener(service, listener, properties));
    }

    /** Registers a listener that hears of all jobs that become final from now on. */
    public void listen(JobListener listener) {
        listen(listener, Map.of());
    }

    /** What the grid takes for now. */
    public Instant now() {
        return clock.wall();
    }

    /**
     * Lets time pass, in steps of a second: what falls due within a step happens at its end, workers that were not killed
     * send heartbeats, and listeners hear of the jobs that became final before.
     *
     * @param by 1 ns to 100,000 s; more can be had with several calls
     * @throws IllegalArgumentException if it is not in that range
     */
    public void advance(Duration by) {
        if (by.isNegative() || by.isZero() || by.compareTo(STEP.multipliedBy(MOST_STEPS)) > 0) {
            throw new IllegalArgumentException(
                    "time is to pass for " + by + ", want more than nothing and at most " + MOST_STEPS + " s");
        }
        for (Duration left = by; !left.isZero(); ) {
            Duration step = left.compareTo(STEP) < 0 ? left : STEP;
            clock.advance(step);
            engine.tick();
            for (TestWorker worker : workers) worker.heartbeat();
            for (TestListener listener : listeners) listener.hear();
            left = left.minus(step);
        }
    }

    /**
     * A worker that the test plays.
     *
     * @param name unique in this grid
     * @param commands what it offers, each {@code scope:function}; jobs with scripts that call other commands do not come
     *     to it where the producer said what they need
     */
    public TestWorker worker(String name, String... commands) {
        TestWorker worker = new TestWorker(service, name, List.of(commands));
        workers.add(worker);
        return worker;
    }

    /** Ends it; calls that still wait fail. */
    @Override
    public void close() {
        engine.stop();
    }
}
