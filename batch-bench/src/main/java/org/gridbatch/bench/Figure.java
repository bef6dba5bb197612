/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.util.List;

/**
 * One measured value with its single runs.
 *
 * @param target where the queue was: in the driver's process, or behind remote services
 * @param how the variant of the workload
 * @param metric what was measured, with its unit
 * @param runs the value of each run, in order
 * @param callers whose raw rate a rate compares with: 1, 16 or 64; 0 if it compares with none
 * @param raw measured by the same process just before the workload
 */
record Figure(String workload, String target, String how, String metric, List<Double> runs, int callers, Raw raw) {
    Figure {
        runs = List.copyOf(runs);
        if (runs.isEmpty()) throw new IllegalArgumentException(workload + " " + how + " has no run of " + metric);
    }

    double median() {
        double[] sorted =
                runs.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double least() {
        return runs.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double most() {
        return runs.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** The part of the raw rate that this is; NaN if it does not compare. */
    double share() {
        return median() / raw.of(callers);
    }
}
