/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.WorkerFit;

/**
 * What a push would push, and which workers could run it.
 *
 * @param script what the script is called in messages
 * @param commands those that a worker has to offer
 * @param warnings what only running it would tell, and what keeps it from running now
 * @param workers the workers in sight, by name
 */
public record Checked(String script, List<String> commands, List<String> warnings, List<WorkerFit> workers) {
    public Checked {
        commands = List.copyOf(commands);
        warnings = List.copyOf(warnings);
        workers = List.copyOf(workers);
    }

    /** Runs and pushes nothing. Whatever the grid says or fails to say, the script is one that can be pushed. */
    static Checked of(Scripts.Script script, JobSpec job, Surroundings here) {
        List<String> needs = job.placement().needs();
        List<String> warnings = new ArrayList<>();
        here.scripts().check(script.text()).unseen().forEach(one -> warnings.add(one.toString()));
        List<WorkerFit> workers = List.of();
        try {
            workers = here.grid().operations(queue -> queue.fits(job));
            warnings.addAll(aboutWorkers(workers, needs));
        } catch (CommandFailed e) {
            warnings.add("which workers could run it is not known: " + e.getMessage());
        }
        return new Checked(script.name(), needs, warnings, workers);
    }

    private static List<String> aboutWorkers(List<WorkerFit> workers, List<String> needs) {
        if (workers.isEmpty()) return List.of("no worker is in sight");
        List<String> warnings = new ArrayList<>();
        for (String command : needs) {
            if (workers.stream().allMatch(one -> one.missing().contains(command))) {
                warnings.add("no worker offers " + command);
            }
        }
        if (workers.stream().allMatch(one -> one.fit() == WorkerFit.Fit.NO)) warnings.add("no worker could run it");
        return warnings;
    }

    String format(Paper paper) {
        Fields fields = new Fields().add("syntax", script + " has no syntax error");
        fields.add("commands", String.join(" ", commands));
        fields.add("warnings", String.join("\n", warnings));
        if (workers.isEmpty()) return fields.format();
        Table table = new Table(List.of("WORKER", "FITS", "WHY NOT NOW"), Set.of("WHY NOT NOW"));
        for (WorkerFit one : workers) {
            table.add(one.worker(), Text.word(one.fit()), String.join("; ", one.reasons()));
        }
        return fields.format() + "\n" + table.format(paper);
    }
}
