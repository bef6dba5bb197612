/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.engine.QueueEngine;
import org.gridbatch.queue.engine.Settings;
import org.gridbatch.queue.engine.Threads;
import org.gridbatch.queue.engine.Ticker;

/** An engine over a real log. */
final class TestServer implements AutoCloseable {
    private static final AtomicLong RUNS = new AtomicLong();

    final CommandLog log;
    final QueueEngine engine;
    final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private final Threads threads = new Threads();
    private boolean closed;

    TestServer(Path directory, long snapshotBytes) throws Exception {
        this(new RatisLog(directory, snapshotBytes, Duration.ofSeconds(20)), RUNS.incrementAndGet());
    }

    TestServer(CommandLog log, long run) throws Exception {
        this(log, run, settings(1_000, Settings.Archiving.OFF));
    }

    static Settings settings(int keepFinal, Settings.Archiving archiving) {
        return new Settings(
                Duration.ofSeconds(30),
                3,
                1 << 20,
                Command.Room.AMPLE,
                keepFinal,
                Duration.ofHours(24),
                Long.MAX_VALUE,
                archiving,
                Settings.Bounds.DEFAULT);
    }

    TestServer(CommandLog log, long run, Settings settings) throws Exception {
        this(log, run, settings, Ticker.system());
    }

    TestServer(CommandLog log, long run, Settings settings, Ticker ticker) throws Exception {
        this.log = log;
        engine = new QueueEngine(settings, log, ticker, threads.core(), threads.answers(), run, broken::complete);
        try {
            engine.start().get(20, TimeUnit.SECONDS);
        } catch (IOException e) {
            threads.close();
            throw e;
        }
        threads.tick(engine);
    }

    void submit(String... ids) throws Exception {
        List<JobSpec> jobs = new ArrayList<>();
        for (String id : ids)
            jobs.add(JobSpec.script("echo " + "x".repeat(600)).jobId(id).build());
        Result result =
                engine.execute(new Command.Submit(jobs, Command.Room.AMPLE)).get(10, TimeUnit.SECONDS);
        if (!(result instanceof Result.Accepted)) throw new AssertionError(result);
    }

    JobState stateOf(String id) throws Exception {
        return engine.get(id).get(10, TimeUnit.SECONDS).view().state();
    }

    long jobs() throws Exception {
        return engine.status().get(10, TimeUnit.SECONDS).counts().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        engine.stop().join();
        log.close();
        threads.close();
    }
}
