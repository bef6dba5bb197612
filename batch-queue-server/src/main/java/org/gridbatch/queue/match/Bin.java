/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.Shape;
import org.osgi.framework.Filter;

/** The available jobs of one shape, by tenant. */
final class Bin {
    /** The available jobs of one tenant in one bin, the one that goes next first. */
    static final class Lane {
        final Bin bin;
        Turns.Turn turn;
        final TreeSet<Job> jobs = new TreeSet<>(Waiting.ORDER);

        Lane(Bin bin) {
            this.bin = bin;
        }
    }

    final Shape shape;
    final Filter requires;
    int index;
    /** The class of its queue, as the operator has set it. */
    int order;

    final Map<String, Lane> lanes = new HashMap<>();
    /** The lanes that have jobs, the one whose turn it is first. */
    final TreeSet<Lane> byTurn = new TreeSet<>(Turns.NEXT_LANE);
    /** Whether there may be a waiting claim for its jobs. */
    boolean fresh;
    /** No claim up to this number that waits fits. */
    long triedUpTo;

    Bin(Shape shape, int index, int order) {
        this.shape = shape;
        this.index = index;
        this.order = order;
        requires = Filters.of("requires", shape.placement().requires());
    }

    boolean isEmpty() {
        return byTurn.isEmpty();
    }
}
