/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** The schedules by name, and which of them comes next. */
final class ScheduleBook {
    private record Next(long millis, String name) implements Comparable<Next> {
        @Override
        public int compareTo(Next other) {
            int byMillis = Long.compare(millis, other.millis);
            return byMillis != 0 ? byMillis : name.compareTo(other.name);
        }
    }

    private final TreeMap<String, Schedule> byName = new TreeMap<>();
    private final TreeSet<Next> next = new TreeSet<>();
    private long nextRevision = 1;
    private long weight;

    int size() {
        return byName.size();
    }

    long weight() {
        return weight;
    }

    Schedule get(String name) {
        return byName.get(name);
    }

    /** By name. */
    Collection<Schedule> all() {
        return byName.values();
    }

    /** Those behind a name. */
    Collection<Schedule> behind(String name) {
        return byName.tailMap(name, false).values();
    }

    /** The names of those whose time has come, the most overdue first. */
    List<String> due(long now, int most) {
        return next.headSet(new Next(now, "\uffff"), true).stream()
                .limit(most)
                .map(Next::name)
                .toList();
    }

    long nextRevision() {
        return nextRevision;
    }

    long takeRevision() {
        return nextRevision++;
    }

    void put(Schedule schedule) {
        remove(schedule.name());
        byName.put(schedule.name(), schedule);
        weight += schedule.weight();
        if (isTimed(schedule)) next.add(new Next(schedule.nextMillis(), schedule.name()));
    }

    void remove(String name) {
        Schedule old = byName.remove(name);
        if (old == null) return;
        weight -= old.weight();
        if (isTimed(old)) next.remove(new Next(old.nextMillis(), name));
    }

    void restore(Image.Schedules image) {
        nextRevision = image.nextRevision();
        image.all().forEach(this::put);
    }

    private static boolean isTimed(Schedule schedule) {
        return !schedule.paused() && schedule.nextMillis() != Long.MAX_VALUE;
    }
}
