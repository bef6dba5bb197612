/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Where the time of an attempt goes in a worker, by what the node recorded of itself. */
final class Attempts {
    private static final String EVENT = "org.gridbatch.Attempt";

    /** The fields of the event, and what they are for people. */
    private static final Map<String, String> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("starting", "lease to start");
        PARTS.put("running", "script and session");
        PARTS.put("sending", "end to report");
        PARTS.put("answering", "report to answer");
    }

    private Attempts() {}

    /**
     * The median of each part, run by run.
     *
     * @param recording of a node that ended by itself
     * @param runs how many runs of so many jobs each count; they are the last ones
     * @param measured the figures are parts of this one
     */
    static List<Figure> parts(Path recording, int runs, int jobs, Figure measured) throws IOException {
        List<RecordedEvent> events = new ArrayList<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
            if (event.getEventType().getName().equals(EVENT)) events.add(event);
        }
        if (events.size() < runs * jobs) {
            throw new BenchException("the worker recorded " + events.size() + " attempts, want " + runs * jobs);
        }
        events.sort(Comparator.comparing(RecordedEvent::getStartTime));
        List<RecordedEvent> counted = events.subList(events.size() - runs * jobs, events.size());
        List<Figure> parts = new ArrayList<>();
        PARTS.forEach((field, name) -> {
            List<Double> medians = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                long[] nanos = counted.subList(run * jobs, (run + 1) * jobs).stream()
                        .mapToLong(event -> event.getDuration(field).toNanos())
                        .toArray();
                medians.add(new Timing(jobs, 1, nanos).millis(50));
            }
            parts.add(new Figure(
                    measured.workload(), measured.target(), "worker: " + name, "p50 ms", medians, 0, measured.raw()));
        });
        return parts;
    }
}
