/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.gridbatch.bench.Bench;
import org.gridbatch.bench.BenchException;
import org.gridbatch.bench.Options;
import org.gridbatch.bench.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Measures what this machine does with a queue. */
@Command(
        name = "bench",
        description = {
            "Measure a queue on this machine, in one process and over remote services.",
            "W1 submits one by one, W2 submits in bulks, W3 workers drain a full queue,",
            "W4 from submit to a waiting worker, W5 a million waiting jobs.",
            "Uses a fresh directory under --data, by default a temporary one on a disk."
        })
final class BenchCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "W1",
            description = "Only these workloads, such as W1,W3. Default: all")
    private List<Workload> only = List.of();

    @Option(names = "--in-process", description = "Only with the queue in the driver's process.")
    private boolean inProcess;

    @Option(names = "--rsa", description = "Only over remote services, with the driver in another process.")
    private boolean rsa;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "2", description = "Seconds of each run. Default: 2")
    private double seconds;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Runs of each workload, after one that does not count. Default: 3")
    private int runs;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Jobs that wait in W5. Default: 1000000")
    private int jobs;

    @Option(names = "--items", description = "Let those of W5 be items of arrays, and not jobs of their own.")
    private boolean items;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file as well.")
    private Path json;

    @Option(
            names = "--recordings",
            paramLabel = "DIR",
            description = "Write a flight recording of each process into this directory.")
    private Path recordings;

    @Option(names = "--jmh", description = "Run the JMH benchmarks of the core; in a clone only.")
    private boolean jmh;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (jmh) {
            throw new LaunchException(
                    "JMH is no part of the distribution, because of its licence: './batch bench --jmh'"
                            + " in a clone of the sources runs it, with --jmh first");
        }
        Home home = Home.current();
        Set<Workload> workloads = only.isEmpty() ? EnumSet.allOf(Workload.class) : EnumSet.copyOf(only);
        try {
            Options options = new Options(
                    home.directory(),
                    main.data == null ? null : Path.of(main.data),
                    workloads,
                    inProcess || !rsa,
                    rsa || !inProcess,
                    seconds,
                    runs,
                    jobs,
                    items,
                    json,
                    recordings);
            try (Bench bench = new Bench(options, System.err)) {
                Runtime.getRuntime().addShutdownHook(new Thread(bench::close, "gridbatch-stop"));
                bench.run(home.version(), System.out);
            }
            return 0;
        } catch (BenchException e) {
            throw new LaunchException(e.getMessage(), e);
        }
    }
}
