/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.gridbatch.queue.core.Rules;

/**
 * Turns between tenants, one sequence for each class of queues: stride scheduling (Waldspurger and Weihl, 1995). Each
 * start moves a tenant on by a stride that is the shorter the higher its weight, and the tenant that is least far goes
 * next. One that comes back after a pause starts where the others are: time without jobs gives no credit.
 */
final class Turns {
    private static final long STRIDE = 1_000_000;

    /** How far one tenant is. */
    static final class Turn {
        final int order;
        final String tenant;
        final long number;
        final List<Bin.Lane> lanes = new ArrayList<>(1);
        long pass;

        private Turn(int order, String tenant, long number, long pass) {
            this.order = order;
            this.tenant = tenant;
            this.number = number;
            this.pass = pass;
        }
    }

    static final Comparator<Turn> NEXT =
            Comparator.comparingLong((Turn turn) -> turn.pass).thenComparingLong(turn -> turn.number);
    static final Comparator<Bin.Lane> NEXT_LANE = Comparator.comparing(lane -> lane.turn, NEXT);

    private final Map<Integer, Map<String, Turn>> byOrder = new HashMap<>();
    /** How far the last one was that had a turn, for each class. */
    private final Map<Integer, Long> reached = new HashMap<>();

    /** Tenants without jobs that are ahead of the others. */
    private final TreeSet<Turn> idle = new TreeSet<>(NEXT);

    private long nextNumber;

    /** A lane has jobs now. */
    void enter(Bin.Lane lane, String tenant) {
        Turn turn = turn(lane.bin.order, tenant);
        idle.remove(turn);
        turn.lanes.add(lane);
        lane.turn = turn;
        lane.bin.byTurn.add(lane);
    }

    /** A lane has no jobs any more. */
    void leave(Bin.Lane lane) {
        Turn turn = lane.turn;
        lane.bin.byTurn.remove(lane);
        lane.turn = null;
        turn.lanes.remove(lane);
        // One that has just had its turn must not get another by having no jobs for a moment.
        if (turn.lanes.isEmpty()) idle.add(turn);
    }

    /** A job of a tenant was promised to a worker. */
    void taken(int order, String tenant, Rules rules) {
        Turn turn = turn(order, tenant);
        reached.merge(order, turn.pass, Math::max);
        boolean isIdle = idle.remove(turn);
        for (Bin.Lane lane : turn.lanes) lane.bin.byTurn.remove(lane);
        turn.pass += STRIDE / rules.weight(tenant);
        for (Bin.Lane lane : turn.lanes) lane.bin.byTurn.add(lane);
        if (isIdle) idle.add(turn);
        forgetIdle();
    }

    private void forgetIdle() {
        while (!idle.isEmpty()) {
            Turn turn = idle.first();
            if (turn.pass > reached.getOrDefault(turn.order, 0L)) return;
            idle.pollFirst();
            byOrder.get(turn.order).remove(turn.tenant);
        }
    }

    /** That of a tenant; a new one starts where the others are. */
    Turn turn(int order, String tenant) {
        Map<String, Turn> turns = byOrder.computeIfAbsent(order, one -> new HashMap<>());
        Turn turn = turns.get(tenant);
        if (turn != null) return turn;
        turn = new Turn(order, tenant, nextNumber++, reached.getOrDefault(order, 0L));
        turns.put(tenant, turn);
        idle.add(turn);
        return turn;
    }
}
