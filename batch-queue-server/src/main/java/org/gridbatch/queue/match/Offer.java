/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.Ad;
import org.gridbatch.api.Placement;
import org.osgi.framework.Filter;

/** A worker's ad in the form in which it is matched; it remembers which bins it fits. */
final class Offer {
    /** Of one who takes a job by hand, and knows best. */
    static final Offer ANYTHING = new Offer("", null);

    final Ad ad;
    private final Map<String, Object> attributes = new HashMap<>();
    private final Set<String> commands = new HashSet<>();
    private final BitSet known = new BitSet();
    private final BitSet fitting = new BitSet();
    /** How often it was held against a bin: what matching costs. */
    private long comparisons;

    Offer(String worker, Ad ad) {
        this.ad = ad;
        if (ad == null) return;
        ad.labels().forEach((key, value) -> attributes.put(key, Filters.value(value)));
        attributes.put("worker", worker);
        attributes.put("command", List.copyOf(ad.commands()));
        for (String command : ad.commands()) {
            commands.add(command);
            commands.add(command.substring(command.indexOf(':') + 1));
        }
    }

    boolean fits(Bin bin) {
        comparisons++;
        if (ad == null) return true;
        if (!known.get(bin.index)) {
            known.set(bin.index);
            fitting.set(bin.index, hasCommands(bin.shape.placement()) && meets(bin));
        }
        return fitting.get(bin.index);
    }

    long comparisons() {
        return comparisons;
    }

    /** The bins have got new numbers. */
    void forget() {
        known.clear();
    }

    boolean meets(Bin bin) {
        return meets(bin.requires);
    }

    /** @param filter null if any offer will do */
    boolean meets(Filter filter) {
        return filter == null || filter.matches(attributes);
    }

    boolean hasCommands(Placement placement) {
        return commands.containsAll(placement.needs());
    }

    boolean has(String command) {
        return commands.contains(command);
    }

    /** The number in a label; a worker without it is the least liked. */
    double rank(String rank) {
        boolean lowest = rank.startsWith("-");
        Object value = attributes.get(lowest ? rank.substring(1) : rank);
        if (!(value instanceof Number number)) return Double.NEGATIVE_INFINITY;
        return lowest ? -number.doubleValue() : number.doubleValue();
    }
}
