/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Rules;

/** Jobs that come together, in the order in which they would go if they waited: see {@link Waiting}. */
final class Newcomers {
    /** Those of one tenant in queues of one class; they are of one age. */
    private static final class Lane {
        final int order;
        final String tenant;
        final List<JobSpec> jobs = new ArrayList<>(1);
        Turns.Turn turn;
        int next;

        Lane(int order, String tenant) {
            this.order = order;
            this.tenant = tenant;
        }
    }

    private static final Comparator<JobSpec> BY_PRIORITY =
            Comparator.comparingInt(JobSpec::priority).reversed();

    private final Turns turns;
    private final PriorityQueue<Lane> lanes = new PriorityQueue<>(
            Comparator.comparingInt((Lane lane) -> -lane.order).thenComparing(lane -> lane.turn, Turns.NEXT));
    /** Out of its place while its tenant may have had a turn. */
    private Lane last;

    Newcomers(List<JobSpec> specs, Rules rules, Turns turns) {
        this.turns = turns;
        // In the order in which tenants came, since that decides between those that had as many turns.
        Map<Integer, Map<String, Lane>> byOrder = new HashMap<>();
        for (JobSpec spec : specs) {
            int order = rules.orderOf(spec.queue());
            byOrder.computeIfAbsent(order, one -> new LinkedHashMap<>())
                    .computeIfAbsent(spec.tenant(), tenant -> new Lane(order, tenant))
                    .jobs
                    .add(spec);
        }
        for (Map<String, Lane> ofClass : byOrder.values()) {
            for (Lane lane : ofClass.values()) {
                lane.jobs.sort(BY_PRIORITY);
                line(lane);
            }
        }
    }

    /** The one that goes next; null if there is none. */
    JobSpec next() {
        if (last != null) line(last);
        last = lanes.poll();
        return last == null ? null : last.jobs.get(last.next++);
    }

    private void line(Lane lane) {
        if (lane.next >= lane.jobs.size()) return;
        lane.turn = turns.turn(lane.order, lane.tenant);
        lanes.add(lane);
    }
}
