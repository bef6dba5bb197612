/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.nio.file.Path;
import java.util.Set;

/**
 * What a run is to do.
 *
 * @param home the unpacked distribution
 * @param data where the run's directory is made; null for a usual place
 * @param seconds of one run of a workload
 * @param runs that count; one more comes first and does not
 * @param jobs that wait in W5
 * @param items whether they are items of arrays
 * @param json file for the figures as JSON; null for none
 * @param recordings directory for a flight recording of each process; null for none
 */
public record Options(
        Path home,
        Path data,
        Set<Workload> workloads,
        boolean inProcess,
        boolean overRsa,
        double seconds,
        int runs,
        int jobs,
        boolean items,
        Path json,
        Path recordings) {
    /** @throws BenchException if a value is out of its bounds */
    public Options {
        workloads = Set.copyOf(workloads);
        if (!(seconds >= 0.1 && seconds <= 600)) {
            throw new BenchException("--seconds is " + seconds + ", want 0.1 to 600");
        }
        if (runs < 1 || runs > 100) throw new BenchException("--runs is " + runs + ", want 1 to 100");
        if (jobs < 100 || jobs > 10_000_000) throw new BenchException("--jobs is " + jobs + ", want 100 to 10000000");
    }
}
