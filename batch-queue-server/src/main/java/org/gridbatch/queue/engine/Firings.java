/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Schedule;
import org.gridbatch.queue.cron.Cron;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees which schedules are due, and computes the times that the machine is told. It decides one time after the other of
 * each schedule, the next when the one before is in the log: so none is left out when one is refused.
 */
final class Firings {
    /** Logs a command of the engine's own. */
    interface Chores {
        void add(Command command, Consumer<Result> decided, Consumer<RuntimeException> failed);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Firings.class);
    private static final int MOST_AT_ONCE = 100;
    /** Of those that were missed, by the policy that fires all. */
    private static final int MOST_CAUGHT_UP = 100;

    private static final int MOST_PARSED = 10_000;
    /** Who is later has missed its time: the queue was down, or the schedule paused, or the queue full. */
    private static final Duration ON_TIME = Duration.ofMinutes(1);

    private static final Duration HOLD_WHEN_FULL = Duration.ofSeconds(5);
    private static final Duration HOLD_WHEN_UNREADABLE = Duration.ofHours(1);

    private record Parsed(long revision, Cron cron) {}

    private record CatchUp(long revision, long fromMillis) {}

    private final QueueMachine machine;
    private final Command.Room room;
    private final Ticker ticker;
    private final Supplier<Instant> now;
    private final Chores chores;
    private final Set<String> inFlight = new HashSet<>();
    /** Until when not to try again, in nanoseconds. */
    private final Map<String, Long> held = new HashMap<>();
    /** Whose refusal was told of: a full queue may stay full for hours. */
    private final Set<String> refusals = new HashSet<>();

    /** Where the times begin that are not too many to catch up with. */
    private final Map<String, CatchUp> catchUps = new HashMap<>();

    private final Map<String, Parsed> parsed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Parsed> eldest) {
            return size() > MOST_PARSED;
        }
    };

    /** @param now the time that is believed; null if the queue does not run any more */
    Firings(QueueMachine machine, Command.Room room, Ticker ticker, Supplier<Instant> now, Chores chores) {
        this.machine = machine;
        this.room = room;
        this.ticker = ticker;
        this.now = now;
        this.chores = chores;
    }

    /** Fires what is due. */
    void turn(Instant time) {
        long nanos = ticker.nanos();
        held.values().removeIf(until -> until - nanos <= 0);
        List<String> due = machine.dueSchedules(time, MOST_AT_ONCE + inFlight.size() + held.size());
        for (String name : due) fire(name, time);
        if (due.isEmpty()) {
            catchUps.clear();
            refusals.clear();
        }
    }

    private void fire(String name, Instant time) {
        Schedule schedule = machine.schedule(name);
        boolean due = schedule != null && !schedule.paused() && schedule.nextMillis() <= time.toEpochMilli();
        if (!due || inFlight.contains(name) || held.containsKey(name)) return;
        Command.Fire command;
        try {
            command = next(schedule, time.toEpochMilli());
        } catch (InvalidRequestException e) {
            // It was right when it was put: this Java has another list of zones, or this version another grammar.
            LOG.error("schedule {} does not fire: {}; put it anew", name, e.getMessage());
            held.put(name, ticker.nanos() + HOLD_WHEN_UNREADABLE.toNanos());
            return;
        }
        inFlight.add(name);
        chores.add(
                command,
                result -> {
                    inFlight.remove(name);
                    if (result instanceof Result.Refused refused) {
                        if (refusals.add(name)) {
                            LOG.warn(
                                    "schedule {} cannot fire now: {}; it is tried again every {} s",
                                    name,
                                    refused.message(),
                                    HOLD_WHEN_FULL.toSeconds());
                        }
                        held.put(name, ticker.nanos() + HOLD_WHEN_FULL.toNanos());
                        // While there is no room more times are missed, and still the last of them count.
                        catchUps.remove(name);
                        return;
                    }
                    if (!command.skip()) refusals.remove(name);
                    Instant then = now.get();
                    if (then != null) fire(name, then);
                },
                why -> inFlight.remove(name));
    }

    private Command.Fire next(Schedule schedule, long time) {
        Cron cron = cron(schedule);
        long tick = Math.max(schedule.nextMillis(), schedule.lastMillis() + 1);
        long first = cron.next(tick - 1);
        // Not one of its times: the rules of its zone have changed since, or it was put while it fired.
        if (first != tick) return fire(schedule, tick, true, first);
        long onTime = time - ON_TIME.toMillis();
        if (tick >= onTime) {
            catchUps.remove(schedule.name());
            return fire(schedule, tick, false, cron.next(tick));
        }
        switch (schedule.spec().missed()) {
            case SKIP:
                return fire(schedule, tick, true, cron.next(onTime - 1));
            case ONCE: {
                long last = cron.last(tick, onTime - 1, 1).get(0);
                return fire(schedule, last, false, cron.next(last));
            }
            default: {
                long from = catchUpFrom(schedule, cron, tick, onTime);
                return tick < from ? fire(schedule, tick, true, from) : fire(schedule, tick, false, cron.next(tick));
            }
        }
    }

    private long catchUpFrom(Schedule schedule, Cron cron, long tick, long onTime) {
        CatchUp known = catchUps.get(schedule.name());
        if (known == null || known.revision() != schedule.revision()) {
            long from = cron.last(tick, onTime - 1, MOST_CAUGHT_UP).get(0);
            known = new CatchUp(schedule.revision(), from);
            catchUps.put(schedule.name(), known);
        }
        return known.fromMillis();
    }

    private Command.Fire fire(Schedule schedule, long tick, boolean skip, long next) {
        return new Command.Fire(schedule.name(), schedule.revision(), tick, skip, next, room);
    }

    private Cron cron(Schedule schedule) {
        Parsed known = parsed.get(schedule.name());
        if (known == null || known.revision() != schedule.revision()) {
            known = new Parsed(
                    schedule.revision(),
                    Cron.of(schedule.spec().cron(), schedule.spec().zone()));
            parsed.put(schedule.name(), known);
        }
        return known.cron();
    }
}
