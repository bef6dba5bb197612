/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Collects the runs of one workload and hands its figures on, with the raw rate that was measured before it. */
final class Figures {
    private final Workload workload;
    private final String target;
    private final Raw raw;
    private final Map<Key, List<Double>> runs = new LinkedHashMap<>();

    private record Key(String how, String metric, int callers) {}

    /** Measures the raw rate first, since it changes from minute to minute on most machines. */
    Figures(Workload workload, String target, Path directory, Duration rawTime) throws Exception {
        this.workload = workload;
        this.target = target;
        this.raw = RawDisk.measure(directory, rawTime);
    }

    /** A value that compares with no raw rate. */
    void add(String how, String metric, double value) {
        add(how, metric, 0, value);
    }

    /** @param callers whose raw rate it compares with */
    void add(String how, String metric, int callers, double value) {
        // A rate of nothing is a broken benchmark, and must not look like a slow one.
        if (!(value > 0)) {
            throw new IllegalStateException(workload + " " + target + " " + how + ": " + metric + " is " + value);
        }
        put(new Key(how, metric, callers), value);
    }

    /** A duration that may be too short for the clock that measured it. */
    void addOrZero(String how, String metric, double value) {
        if (!(value >= 0)) throw new IllegalStateException(workload + " " + how + ": " + metric + " is " + value);
        put(new Key(how, metric, 0), value);
    }

    private void put(Key key, double value) {
        runs.computeIfAbsent(key, absent -> new ArrayList<>()).add(value);
    }

    /** The rate and the latencies of a closed loop. */
    void add(String how, int callers, Timing timing) {
        add(how, "jobs/s", callers, timing.perSecond());
        add(how, "p50 ms", timing.millis(50));
        add(how, "p99 ms", timing.millis(99));
    }

    void handOn(Consumer<Figure> consumer) {
        runs.forEach((key, values) -> consumer.accept(
                new Figure(workload.name(), target, key.how(), key.metric(), values, key.callers(), raw)));
    }
}
