/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a run with all that they depend on, as a table and as JSON. */
record Report(String version, Instant startedAt, Machine machine, Place place, Options options, List<Figure> figures) {
    private static final String ROW = "%-3s %-11s %-45s %-18s %12s %23s %7s   %s%n";

    Report {
        figures = List.copyOf(figures);
    }

    void print(PrintStream out) {
        out.println("Gridbatch " + version + ", " + startedAt);
        out.println("machine:   " + machine);
        out.println("data:      " + place.directory() + " on " + place.fileSystem());
        if (place.inMemory()) {
            out.println("WARNING:   this file system is in memory: nothing is forced to a disk, no figure is durable");
        }
        out.printf(
                Locale.ROOT,
                "runs:      %d of %.1f s for each figure, after one that does not count; 1 KiB jobs; %,d waiting in W5%n",
                options.runs(),
                options.seconds(),
                options.jobs());
        out.println("raw:       1 KiB appends a second that were forced, by 1 / 16 / 64 callers, in the same process,");
        out.println("           just before the workload; share: the figure's part of the raw rate of as many callers");
        out.println();
        out.printf(ROW, "", "queue", "what", "", "median", "least .. most", "share", "raw 1 / 16 / 64");
        for (Figure figure : figures) {
            Raw raw = figure.raw();
            out.printf(
                    ROW,
                    figure.workload(),
                    figure.target(),
                    figure.how(),
                    figure.metric(),
                    number(figure.median()),
                    figure.runs().size() == 1 ? "" : number(figure.least()) + " .. " + number(figure.most()),
                    figure.callers() == 0 ? "" : String.format(Locale.ROOT, "%.2f", figure.share()),
                    number(raw.one()) + " / " + number(raw.sixteen()) + " / " + number(raw.sixtyFour()));
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    void writeJson(Path file) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("version", version);
        all.put("startedAt", startedAt.toString());
        all.put("machine", machine);
        all.put("fileSystem", place.fileSystem());
        all.put("inMemory", place.inMemory());
        all.put("seconds", options.seconds());
        all.put("runs", options.runs());
        all.put("jobs", options.jobs());
        all.put("figures", figures.stream().map(Report::withMedian).toList());
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValue(file.toFile(), all);
    }

    private static Map<String, Object> withMedian(Figure figure) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("workload", figure.workload());
        all.put("target", figure.target());
        all.put("how", figure.how());
        all.put("metric", figure.metric());
        all.put("median", figure.median());
        all.put("runs", figure.runs());
        all.put("callers", figure.callers());
        all.put("raw", figure.raw());
        return all;
    }
}
