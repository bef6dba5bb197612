/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench.jmh;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Schedule;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A machine with jobs that only wait, and, before each invocation, a thousand commands that will all succeed. */
@State(Scope.Benchmark)
public class Prepared {
    private static final Command.Prune FORGET = new Command.Prune(Long.MAX_VALUE, 0, 0, Integer.MAX_VALUE);
    private static final long FIRST_TICK = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();
    private static final long MINUTE = 60_000;

    @Param
    public CommandKind command;

    @Param({"0", "100000"})
    public int waiting;

    QueueMachine machine;
    List<Command> commands;
    private final List<String> ids = new ArrayList<>();
    private final List<Long> leaseIds = new ArrayList<>();
    private long millis = 1_000_000_000_000L;
    private long claimId;
    /** The sequence of the last job that only waits. */
    private long last;

    @Setup(Level.Trial)
    public void fill() {
        machine = new QueueMachine();
        for (int i = 0; i < waiting; i++) apply(submit(job("waiting-" + i)));
        for (Job job : machine.beyond(Long.MAX_VALUE, true)) {
            last = job.sequence();
            break;
        }
        for (int i = 0; i < CoreBenchmark.COMMANDS; i++) ids.add("measured-" + i);
    }

    @Setup(Level.Invocation)
    public void prepare() {
        leaseIds.clear();
        command.prepare(this);
        commands = new ArrayList<>(CoreBenchmark.COMMANDS);
        for (int i = 0; i < CoreBenchmark.COMMANDS; i++) commands.add(command.command(this, i));
    }

    /** Back to the jobs that only wait. */
    @TearDown(Level.Invocation)
    public void clear() {
        for (Job job : List.copyOf(machine.executing())) {
            if (job.tenure() != null) apply(end(job.tenure().leaseId(), job.id()));
        }
        for (Job job : machine.beyond(last, false)) {
            if (!job.state().isFinal() && !job.isItem()) apply(new Command.Cancel(List.of(job.id()), ""));
        }
        while (machine.hasUnswept()) apply(new Command.Sweep(Integer.MAX_VALUE));
        apply(FORGET);
        for (Schedule schedule : List.copyOf(machine.schedulesBehind(""))) {
            apply(new Command.RemoveSchedule(schedule.name(), ""));
        }
        for (QueueSettings set : machine.rules().queues()) {
            apply(new Command.Configure(QueueSettings.of(set.queue()), ""));
        }
        for (String tenant : machine.rules().weights().keySet()) apply(new Command.Weigh(tenant, 1, ""));
        for (String key : machine.rules().limits().keySet()) apply(new Command.Restrict(key, Limit.NONE, ""));
        for (String worker : machine.rules().drained()) apply(new Command.Drain(worker, false, ""));
        if (machine.jobs().size() != waiting || !machine.arrays().isEmpty()) {
            throw new IllegalStateException(machine.jobs().size() + " jobs and "
                    + machine.arrays().size() + " arrays are left, want " + waiting + " and none");
        }
    }

    Result apply(Command next) {
        Result result = machine.apply(next, time());
        machine.drainChanges();
        if (result instanceof Result.Refused refused) throw new IllegalStateException(refused.message());
        return result;
    }

    Instant time() {
        return Instant.ofEpochMilli(millis++);
    }

    String id(int index) {
        return ids.get(index);
    }

    void forEach(Consumer<String> action) {
        ids.forEach(action);
    }

    void submitAll() {
        for (String id : ids) apply(submit(job(id)));
    }

    void snoozeAll(Duration delay) {
        submitAll();
        for (String id : ids) apply(new Command.Snooze(List.of(id), delay));
    }

    void cancelAll() {
        submitAll();
        apply(new Command.Cancel(ids, ""));
    }

    void grantAll() {
        submitAll();
        for (String id : ids) {
            Result.Granted granted = (Result.Granted) apply(grant(id));
            leaseIds.add(granted.leases().get(0).leaseId());
        }
    }

    long leaseId(int index) {
        return leaseIds.get(index);
    }

    /** The number of a final job on its way to the archive. */
    long outbox(int index) {
        return machine.job(id(index)).outbox();
    }

    Command.Grant grant(String id) {
        return new Command.Grant("worker", "incarnation", ++claimId, List.of(id));
    }

    void open(String arrayId) {
        apply(new Command.OpenArray(array(arrayId), Items.NONE, Command.Room.AMPLE));
    }

    void openWithItems(String arrayId, int count) {
        open(arrayId);
        apply(new Command.AddItems(arrayId, 0, Items.of(Collections.nCopies(count, "an item")), Command.Room.AMPLE));
    }

    void sealed(String arrayId, int count) {
        openWithItems(arrayId, count);
        apply(new Command.SealArray(arrayId, count));
    }

    Command.Fire fire(String schedule, int index) {
        long tick = FIRST_TICK + index * MINUTE;
        long revision = machine.schedule(schedule).revision();
        return new Command.Fire(schedule, revision, tick, false, tick + MINUTE, Command.Room.AMPLE);
    }

    static Command.PutSchedule putSchedule(String name) {
        ScheduleSpec spec = new ScheduleSpec(name, "* * * * *", "UTC", job("template"), null, null);
        return new Command.PutSchedule(spec, FIRST_TICK, Integer.MAX_VALUE, Long.MAX_VALUE, "");
    }

    static ArraySpec array(String id) {
        return ArraySpec.of(job(id));
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
