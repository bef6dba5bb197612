/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;

/**
 * What is known of a grid from outside: which jobs were sent, which were acknowledged, which scripts ran, and what the
 * history says in the end. It holds the promise against them, and trusts nothing in between.
 *
 * @param sent the ids that producers sent, acknowledged or not
 * @param acknowledged the ids that were acknowledged, each once
 * @param runs a line for each beginning and each end of a script: {@code ID ATTEMPT begin|end}
 * @param rows what the history holds, as it came
 * @param details jobs of the history with their attempts; not all need to be here
 */
record CrashEvidence(
        Set<String> sent,
        List<String> acknowledged,
        List<String> runs,
        List<JobView> rows,
        Map<String, JobDetail> details) {
    private static final int SHOWN = 10;

    /** How a script behaves; its job's id ends with the name. */
    enum Kind {
        /** Succeeds at once. */
        OK(JobState.COMPLETED),
        /** Takes a second, so that kills hit it. */
        SLOW(JobState.COMPLETED),
        /** Fails at its first attempt only. */
        FLAKY(JobState.COMPLETED),
        /** Runs to its end and fails, each time. */
        BAD(JobState.DISCARDED);

        final JobState expected;

        Kind(JobState expected) {
            this.expected = expected;
        }

        static Kind of(String id) {
            return valueOf(id.substring(id.lastIndexOf('-') + 1));
        }
    }

    /** The lines that scripts left in this file; one that is not whole would be a mistake of this test. */
    static List<String> runs(Path file) throws java.io.IOException {
        return Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** What contradicts the promise, in sentences; nothing if it was kept. */
    List<String> contradictions() {
        List<String> wrong = new ArrayList<>();
        Map<String, List<JobView>> byId = rows.stream().collect(Collectors.groupingBy(JobView::jobId));
        Set<String> begun = new HashSet<>();
        Set<String> ended = new HashSet<>();
        Map<String, Integer> begins = new HashMap<>();
        Set<String> strangers = new TreeSet<>();
        for (String line : runs) {
            String[] words = line.split(" ");
            if (words.length != 3 || !(words[2].equals("begin") || words[2].equals("end"))) {
                wrong.add("a line of a script is not whole: '" + line + "'");
                continue;
            }
            if (!sent.contains(words[0])) strangers.add(words[0]);
            if (words[2].equals("begin")) {
                begun.add(words[0]);
                begins.merge(words[0], 1, Integer::sum);
            } else {
                ended.add(words[0] + " " + words[1]);
            }
        }
        say(wrong, "ran and was never sent", strangers);
        say(
                wrong,
                "is in the history and was never sent",
                byId.keySet().stream().filter(id -> !sent.contains(id)));
        say(wrong, "was acknowledged and never ran", acknowledged.stream().filter(id -> !begun.contains(id)));
        say(
                wrong,
                "was acknowledged and is not in the history",
                acknowledged.stream().filter(id -> !byId.containsKey(id)));
        say(
                wrong,
                "is in the history more than once",
                byId.entrySet().stream()
                        .filter(entry -> entry.getValue().size() > 1)
                        .map(Map.Entry::getKey));
        if (rows.size() != acknowledged.size()) {
            wrong.add(acknowledged.size() + " jobs were acknowledged, and the history has " + rows.size());
        }
        for (JobView row : rows) {
            if (sent.contains(row.jobId())) checkRow(row, begun, ended, wrong);
        }
        details.values().forEach(detail -> checkAttempts(detail, begins, ended, wrong));
        return wrong;
    }

    private static void checkRow(JobView row, Set<String> begun, Set<String> ended, List<String> wrong) {
        String id = row.jobId();
        Kind kind = Kind.of(id);
        if (row.state() != kind.expected) {
            wrong.add(id + " is " + row.state() + ", want " + kind.expected + ": " + row.error());
        }
        if (!begun.contains(id)) wrong.add(id + " is final and never ran");
        // A job that succeeded, or was given up, ran to its end in the attempt that decided it.
        if (!ended.contains(id + " " + row.attempt())) {
            wrong.add(id + " is " + row.state() + " by attempt " + row.attempt() + ", which never ran to its end");
        }
    }

    private static void checkAttempts(
            JobDetail detail, Map<String, Integer> begins, Set<String> ended, List<String> wrong) {
        String id = detail.view().jobId();
        List<AttemptView> completed = detail.attempts().stream()
                .filter(attempt -> attempt.outcome() == AttemptOutcome.COMPLETED)
                .toList();
        int want = detail.view().state() == JobState.COMPLETED ? 1 : 0;
        if (completed.size() != want) {
            wrong.add(id + " is " + detail.view().state() + " and has " + completed.size() + " completed attempts");
        }
        for (AttemptView attempt : completed) {
            if (!ended.contains(id + " " + attempt.number())) {
                wrong.add(id + " has a completed attempt " + attempt.number() + " that never ran to its end");
            }
        }
        if (detail.attempts().stream().map(AttemptView::leaseId).distinct().count()
                != detail.attempts().size()) {
            wrong.add(id + " has two attempts under one lease");
        }
        int ran = begins.getOrDefault(id, 0);
        if (ran > detail.attempts().size()) {
            wrong.add(id + " was begun " + ran + " times and has "
                    + detail.attempts().size() + " leases");
        }
    }

    private static void say(List<String> wrong, String what, Collection<String> ids) {
        say(wrong, what, ids.stream());
    }

    private static void say(List<String> wrong, String what, java.util.stream.Stream<String> ids) {
        List<String> all = ids.toList();
        if (all.isEmpty()) return;
        wrong.add(what + ": " + all.size() + " jobs, such as "
                + all.stream().limit(SHOWN).toList());
    }

    /** How many jobs began how often: what the crashes cost. */
    Map<Long, Long> jobsByRuns() {
        return runs.stream()
                .filter(line -> line.endsWith(" begin"))
                .collect(Collectors.groupingBy(line -> line.split(" ")[0], Collectors.counting()))
                .values()
                .stream()
                .collect(Collectors.groupingBy(times -> times, TreeMap::new, Collectors.counting()));
    }

    CrashEvidence withAcknowledged(List<String> value) {
        return new CrashEvidence(sent, value, runs, rows, details);
    }

    CrashEvidence withRuns(List<String> value) {
        return new CrashEvidence(sent, acknowledged, value, rows, details);
    }

    CrashEvidence withRows(List<JobView> value) {
        return new CrashEvidence(sent, acknowledged, runs, value, details);
    }
}
