/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench.jmh;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
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

    /** A machine with jobs that only wait, and, before each invocation, a thousand commands that will all succeed. */
    @State(Scope.Benchmark)
    public abstract static class Prepared {
        @Param({"0", "100000"})
        public int waiting;

        QueueMachine machine;
        List<Command> commands;
        private List<String> ids;
        private List<Long> leaseIds;
        private long millis = 1_000_000_000_000L;
        private long claimId;

        @Setup(Level.Trial)
        public void fill() {
            machine = new QueueMachine();
            for (int i = 0; i < waiting; i++) apply(submit(job("waiting-" + i)));
        }

        @Setup(Level.Invocation)
        public void prepare() {
            commands = new ArrayList<>(COMMANDS);
            ids = new ArrayList<>(COMMANDS);
            leaseIds = new ArrayList<>(COMMANDS);
            for (int i = 0; i < COMMANDS; i++) ids.add("measured-" + i);
            prepareCommands();
        }

        /** Back to the jobs that only wait. */
        @TearDown(Level.Invocation)
        public void clear() {
            for (long leaseId : leaseIds) {
                if (machine.byLease(leaseId) != null)
                    apply(end(leaseId, machine.byLease(leaseId).id()));
            }
            apply(new Command.Cancel(ids, ""));
            apply(new Command.Prune(Long.MAX_VALUE, 0, 0, Integer.MAX_VALUE));
            if (machine.jobs().size() != waiting) {
                throw new IllegalStateException(machine.jobs().size() + " jobs are left, want " + waiting);
            }
        }

        abstract void prepareCommands();

        Instant time() {
            return Instant.ofEpochMilli(millis++);
        }

        Result apply(Command command) {
            Result result = machine.apply(command, time());
            machine.drainChanges();
            if (result instanceof Result.Refused refused) throw new IllegalStateException(refused.message());
            return result;
        }

        List<String> ids() {
            return ids;
        }

        void submitAll() {
            for (String id : ids) apply(submit(job(id)));
        }

        void grantAll() {
            for (String id : ids) {
                Result.Granted granted = (Result.Granted) apply(grant(id));
                leaseIds.add(granted.leases().get(0).leaseId());
            }
        }

        List<Long> leaseIds() {
            return leaseIds;
        }

        Command.Grant grant(String id) {
            return new Command.Grant("worker", "incarnation", ++claimId, List.of(id));
        }

        static JobSpec job(String id) {
            return JobSpec.script("echo '" + "x".repeat(1_017) + "'").jobId(id).build();
        }

        static Command.Submit submit(JobSpec job) {
            return new Command.Submit(List.of(job), Command.Room.AMPLE);
        }

        static Command.End end(long leaseId, String id) {
            return new Command.End(List.of(new Report(
                    "worker",
                    leaseId,
                    id,
                    ReportKind.COMPLETE,
                    Duration.ZERO,
                    "",
                    "",
                    CapturedText.NONE,
                    CapturedText.NONE)));
        }
    }

    public static class ToSubmit extends Prepared {
        @Override
        void prepareCommands() {
            for (String id : ids()) commands.add(submit(job(id)));
        }
    }

    public static class ToGrant extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            // Granting is the measurement, so the leases are found when it is over.
            for (String id : ids()) commands.add(grant(id));
        }

        /** Not annotated again: JMH would call it twice. */
        @Override
        public void clear() {
            for (String id : ids()) leaseIds().add(machine.job(id).tenure().leaseId());
            super.clear();
        }
    }

    public static class ToEnd extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            grantAll();
            for (int i = 0; i < COMMANDS; i++) {
                commands.add(end(leaseIds().get(i), ids().get(i)));
            }
        }
    }

    public static class ToExpire extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            grantAll();
            for (long leaseId : leaseIds()) commands.add(new Command.Expire(List.of(leaseId), 3, 0));
        }
    }

    public static class ToRelease extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            grantAll();
            for (long leaseId : leaseIds()) commands.add(new Command.Release(List.of(leaseId), "measured"));
        }
    }

    public static class ToSnooze extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            for (String id : ids()) commands.add(new Command.Snooze(List.of(id), Duration.ofHours(1)));
        }
    }

    public static class ToRetry extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            for (String id : ids()) apply(new Command.Snooze(List.of(id), Duration.ofHours(1)));
            for (String id : ids()) commands.add(new Command.Retry(List.of(id), Command.Room.AMPLE));
        }
    }

    public static class ToPromote extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            for (String id : ids()) apply(new Command.Snooze(List.of(id), Duration.ofMillis(1)));
            for (int i = 0; i < COMMANDS; i++) commands.add(new Command.Promote(1));
        }
    }

    public static class ToCancel extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            for (String id : ids()) commands.add(new Command.Cancel(List.of(id), "measured"));
        }
    }

    public static class ToPrune extends Prepared {
        @Override
        void prepareCommands() {
            submitAll();
            apply(new Command.Cancel(ids(), ""));
            for (int i = 0; i < COMMANDS; i++) commands.add(new Command.Prune(Long.MAX_VALUE, 0, 0, 1));
        }
    }

    @Benchmark
    public void submit(ToSubmit prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void grant(ToGrant prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void end(ToEnd prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void expire(ToExpire prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void release(ToRelease prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void snooze(ToSnooze prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void retry(ToRetry prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void promote(ToPromote prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void cancel(ToCancel prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    @Benchmark
    public void prune(ToPrune prepared, Blackhole sink) {
        applyAll(prepared, sink);
    }

    private static void applyAll(Prepared prepared, Blackhole sink) {
        for (Command command : prepared.commands) {
            sink.consume(prepared.machine.apply(command, prepared.time()));
            sink.consume(prepared.machine.drainChanges());
        }
    }
}
