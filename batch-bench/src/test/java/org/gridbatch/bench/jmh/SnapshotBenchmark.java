/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench.jmh;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.QueueMachine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long the core stands still for a snapshot, and not warm: a server makes one seldom. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 20)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
@State(Scope.Benchmark)
public class SnapshotBenchmark {
    private static final Instant TIME = Instant.ofEpochSecond(1_000_000_000L);

    @Param("1000000")
    private int waiting;

    private QueueMachine machine;

    @Setup
    public void fill() {
        machine = new QueueMachine();
        for (int i = 0; i < waiting; i++) {
            JobSpec job = JobSpec.script("echo").jobId("waiting-" + i).build();
            machine.apply(new Command.Submit(List.of(job), Command.Room.AMPLE), TIME);
            machine.drainChanges();
        }
    }

    @Benchmark
    public Image image() {
        return machine.image();
    }
}
