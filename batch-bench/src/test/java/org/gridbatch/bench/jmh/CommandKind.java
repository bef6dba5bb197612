/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench.jmh;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.Rate;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Command.Room;
import org.gridbatch.queue.core.Items;

/**
 * Each command of the core: what must be there before, and one command of it for the place and the id of each measured
 * job. Commands that set something set it to another value each time.
 */
public enum CommandKind {
    SUBMIT(Command.Submit.class, p -> {}, (p, i) -> Prepared.submit(Prepared.job(p.id(i)))),
    OPEN_ARRAY(
            Command.OpenArray.class,
            p -> {},
            (p, i) -> new Command.OpenArray(Prepared.array(p.id(i)), Items.NONE, Room.AMPLE)),
    ADD_ITEMS(
            Command.AddItems.class,
            p -> p.open("array"),
            (p, i) -> new Command.AddItems("array", i, Items.of(List.of(p.id(i))), Room.AMPLE)),
    SEAL_ARRAY(
            Command.SealArray.class,
            p -> p.forEach(id -> p.openWithItems(id, 10)),
            (p, i) -> new Command.SealArray(p.id(i), 10)),
    PAUSE_ARRAY(
            Command.PauseArray.class,
            p -> p.sealed("array", 10),
            (p, i) -> new Command.PauseArray("array", i % 2 == 0, "")),
    THROTTLE_ARRAY(
            Command.ThrottleArray.class,
            p -> p.sealed("array", 10),
            (p, i) -> new Command.ThrottleArray("array", 1 + i % 2, "")),
    /** With nothing to end: every command ends a hundred items when it has done its own, so it seldom has more to do. */
    SWEEP(Command.Sweep.class, p -> {}, (p, i) -> new Command.Sweep(1)),
    GRANT(Command.Grant.class, Prepared::submitAll, (p, i) -> p.grant(p.id(i))),
    END(Command.End.class, Prepared::grantAll, (p, i) -> Prepared.end(p.leaseId(i), p.id(i))),
    EXPIRE(Command.Expire.class, Prepared::grantAll, (p, i) -> new Command.Expire(List.of(p.leaseId(i)), 3, 0)),
    RELEASE(
            Command.Release.class,
            Prepared::grantAll,
            (p, i) -> new Command.Release(List.of(p.leaseId(i)), "measured")),
    CANCEL(Command.Cancel.class, Prepared::submitAll, (p, i) -> new Command.Cancel(List.of(p.id(i)), "measured")),
    RETRY(
            Command.Retry.class,
            p -> p.snoozeAll(Duration.ofHours(1)),
            (p, i) -> new Command.Retry(List.of(p.id(i)), Room.AMPLE)),
    RETRY_ARCHIVED(
            Command.RetryArchived.class,
            p -> {},
            (p, i) -> new Command.RetryArchived(Prepared.job(p.id(i)), false, Room.AMPLE, "")),
    SNOOZE(
            Command.Snooze.class,
            Prepared::submitAll,
            (p, i) -> new Command.Snooze(List.of(p.id(i)), Duration.ofHours(1))),
    PROMOTE(Command.Promote.class, p -> p.snoozeAll(Duration.ofMillis(1)), (p, i) -> new Command.Promote(1)),
    PRUNE(Command.Prune.class, Prepared::cancelAll, (p, i) -> new Command.Prune(Long.MAX_VALUE, 0, 0, 1)),
    ARCHIVED(Command.Archived.class, Prepared::cancelAll, (p, i) -> new Command.Archived(p.outbox(i))),
    /** With nobody to tell: every command tells a thousand when it has done its own, so it seldom has more to do. */
    TELL(Command.Tell.class, p -> {}, (p, i) -> new Command.Tell(1)),
    CONFIGURE(
            Command.Configure.class,
            p -> {},
            (p, i) -> new Command.Configure(
                    new QueueSettings("q", false, 1 + i % 2, Limit.NONE, 0, Backoff.DEFAULT, Duration.ZERO), "")),
    ADJUST(
            Command.Adjust.class,
            p -> {},
            (p, i) -> new Command.Adjust(
                    new QueueChange("q", false, 1 + i % 2, LimitChange.NOTHING, null, null, null), "")),
    ADJUST_LIMIT(
            Command.AdjustLimit.class,
            p -> {},
            (p, i) -> new Command.AdjustLimit("key", new LimitChange(1 + i % 2, null), "")),
    PAUSE(Command.Pause.class, p -> {}, (p, i) -> new Command.Pause("q", i % 2 == 0, "")),
    WEIGH(Command.Weigh.class, p -> {}, (p, i) -> new Command.Weigh("tenant", 2 + i % 2, "")),
    RESTRICT(
            Command.Restrict.class,
            p -> {},
            (p, i) -> new Command.Restrict("key", new Limit(1 + i % 2, Rate.UNLIMITED), "")),
    DRAIN(Command.Drain.class, p -> {}, (p, i) -> new Command.Drain("worker", i % 2 == 0, "")),
    PUT_SCHEDULE(Command.PutSchedule.class, p -> {}, (p, i) -> Prepared.putSchedule(p.id(i))),
    REMOVE_SCHEDULE(
            Command.RemoveSchedule.class,
            p -> p.forEach(id -> p.apply(Prepared.putSchedule(id))),
            (p, i) -> new Command.RemoveSchedule(p.id(i), "")),
    PAUSE_SCHEDULE(
            Command.PauseSchedule.class,
            p -> p.apply(Prepared.putSchedule("schedule")),
            (p, i) -> new Command.PauseSchedule("schedule", i % 2 == 0, "")),
    RUN_SCHEDULE(
            Command.RunSchedule.class,
            p -> p.apply(Prepared.putSchedule("schedule")),
            (p, i) -> new Command.RunSchedule("schedule", p.id(i), Room.AMPLE, "")),
    FIRE(Command.Fire.class, p -> p.apply(Prepared.putSchedule("schedule")), (p, i) -> p.fire("schedule", i));

    private final Class<? extends Command> type;
    private final Consumer<Prepared> before;
    private final BiFunction<Prepared, Integer, Command> one;

    CommandKind(Class<? extends Command> type, Consumer<Prepared> before, BiFunction<Prepared, Integer, Command> one) {
        this.type = type;
        this.before = before;
        this.one = one;
    }

    Class<? extends Command> type() {
        return type;
    }

    void prepare(Prepared prepared) {
        before.accept(prepared);
    }

    Command command(Prepared prepared, int index) {
        return one.apply(prepared, index);
    }
}
