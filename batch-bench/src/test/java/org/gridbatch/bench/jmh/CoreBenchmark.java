/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What each command costs in {@link QueueMachine#apply}, for one job of 1 KiB, with the changes taken as the engine takes
 * them. An invocation is a thousand commands, long enough for its preparation not to disturb the measurement.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(CoreBenchmark.COMMANDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CoreBenchmark {
    static final int COMMANDS = 1_000;

    @Benchmark
    public void apply(Prepared prepared, Blackhole sink) {
        for (Command command : prepared.commands) {
            sink.consume(prepared.machine.apply(command, prepared.time()));
            sink.consume(prepared.machine.drainChanges());
        }
    }
}
