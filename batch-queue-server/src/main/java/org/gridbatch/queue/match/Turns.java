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
        private final Sequence sequence;
        final String tenant;
        private final long number;
        private final List<Bin.Lane> lanes = new ArrayList<>(1);
        private long pass;

        private Turn(Sequence sequence, String tenant, long number) {
            this.sequence = sequence;
            this.tenant = tenant;
            this.number = number;
            this.pass = sequence.reached;
        }
    }

    /** The tenants of one class. */
    private static final class Sequence {
        private final Map<String, Turn> byTenant = new HashMap<>();
        /** Those without jobs that are ahead of the others. */
        private final TreeSet<Turn> idle = new TreeSet<>(NEXT);
        /** How far the last one was that had a turn. */
        private long reached;

        /** Those whom the others have caught up with are as good as new ones. */
        private void forgetIdle() {
            while (!idle.isEmpty() && idle.first().pass <= reached) byTenant.remove(idle.pollFirst().tenant);
        }
    }

    static final Comparator<Turn> NEXT =
            Comparator.comparingLong((Turn turn) -> turn.pass).thenComparingLong(turn -> turn.number);
    static final Comparator<Bin.Lane> NEXT_LANE = Comparator.comparing(lane -> lane.turn, NEXT);

    private final Map<Integer, Sequence> byOrder = new HashMap<>();
    private long nextNumber;

    /** A lane has jobs now. */
    void enter(Bin.Lane lane, String tenant) {
        Turn turn = turn(lane.bin.order, tenant);
        turn.sequence.idle.remove(turn);
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
        if (turn.lanes.isEmpty()) turn.sequence.idle.add(turn);
    }

    /** A job of a tenant was promised to a worker. */
    void taken(int order, String tenant, Rules rules) {
        Turn turn = turn(order, tenant);
        Sequence sequence = turn.sequence;
        sequence.reached = Math.max(sequence.reached, turn.pass);
        boolean isIdle = sequence.idle.remove(turn);
        for (Bin.Lane lane : turn.lanes) lane.bin.byTurn.remove(lane);
        turn.pass += STRIDE / rules.weight(tenant);
        for (Bin.Lane lane : turn.lanes) lane.bin.byTurn.add(lane);
        if (isIdle) sequence.idle.add(turn);
        sequence.forgetIdle();
    }

    /** That of a tenant; a new one starts where the others are. */
    Turn turn(int order, String tenant) {
        Sequence sequence = byOrder.computeIfAbsent(order, one -> new Sequence());
        Turn turn = sequence.byTenant.get(tenant);
        if (turn != null) return turn;
        turn = new Turn(sequence, tenant, nextNumber++);
        sequence.byTenant.put(tenant, turn);
        sequence.idle.add(turn);
        return turn;
    }
}
