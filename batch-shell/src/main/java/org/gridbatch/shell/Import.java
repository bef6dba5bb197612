/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gridbatch.api.JobConflictException;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Submitted;

/** Reads lines of jobs and submits them page by page; a page is submitted whole or not at all. */
final class Import {
    /** Characters of a line: a script may be escaped to six times its length, but none is in all of it. */
    private static final int LONGEST = 3 * Limits.SCRIPT;

    /** Characters of a page, but for a single line that has more. */
    private static final int PAGE_CHARS = Limits.CHARS_OF_CALL;

    private final Grid grid;
    private final boolean dryRun;
    private final List<JobSpec> page = new ArrayList<>();
    private long line;
    private long pageStart = 1;
    private long pageChars;
    private long jobs;
    private long known;

    Import(Grid grid, boolean dryRun) {
        this.grid = grid;
        this.dryRun = dryRun;
    }

    /**
     * @param in what is to be read; its owner closes it
     * @throws CommandFailed at a bad line, or if the queue does not take a page; the message says which lines it took
     */
    Imported run(InputStream in) {
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        try {
            for (String text = next(reader); text != null; text = next(reader)) {
                if (text.isBlank()) continue;
                if (page.size() == Limits.BULK || !page.isEmpty() && pageChars + text.length() > PAGE_CHARS) {
                    submit(line - 1);
                }
                pageChars += text.length();
                page.add(job(text));
            }
        } catch (CharacterCodingException e) {
            throw bad("this or a line soon after it is no UTF-8 text", e);
        } catch (IOException e) {
            throw bad("it cannot be read: " + e.getMessage(), e);
        }
        if (!page.isEmpty()) submit(line - 1);
        return new Imported(jobs, known, dryRun);
    }

    /** The next line; null behind the last. */
    private String next(BufferedReader reader) throws IOException {
        line++;
        StringBuilder text = new StringBuilder();
        int character = reader.read();
        if (character < 0) return null;
        while (character >= 0 && character != '\n') {
            if (text.length() == LONGEST) throw bad("it has more than " + LONGEST + " characters", null);
            text.append((char) character);
            character = reader.read();
        }
        return text.toString();
    }

    private JobSpec job(String text) {
        try {
            JobSpec job = JobLines.read(text);
            new Scripts.Script("the script of job " + job.jobId(), job.script()).checked();
            return job;
        } catch (IllegalArgumentException | CommandFailed e) {
            throw bad(e.getMessage(), e);
        }
    }

    private CommandFailed bad(String why, Exception cause) {
        String page = pageStart == line ? "of it" : "of lines " + pageStart + " to " + line;
        return new CommandFailed(
                "import: line " + line + ": " + why + "; nothing " + page + " was submitted" + before(), cause);
    }

    private String before() {
        return jobs == 0 || dryRun ? "" : ", what is before is in the queue";
    }

    private void submit(long lastLine) {
        if (!dryRun) {
            try {
                submit(List.copyOf(page));
            } catch (CommandFailed e) {
                throw new CommandFailed(
                        "import: lines " + pageStart + " to " + lastLine + ": " + e.getMessage() + before(), e);
            }
        }
        jobs += page.size();
        page.clear();
        pageChars = 0;
        pageStart = lastLine + 1;
    }

    private void submit(List<JobSpec> some) {
        List<Submitted> answers;
        try {
            answers = grid.submit(some, "repeat the import, which makes no job twice");
        } catch (CommandFailed e) {
            if (!(e.getCause() instanceof JobConflictException)) throw e;
            List<JobSpec> others = withoutKnown(some);
            if (others.size() == some.size()) throw e;
            known += some.size() - others.size();
            if (!others.isEmpty()) submit(others);
            return;
        }
        known += answers.stream().filter(Submitted::repeated).count();
    }

    /**
     * A line has what holds for the job, also what it took from its queue. So where it was exported from, the queue knows
     * it with less said, and takes it for another one.
     */
    private List<JobSpec> withoutKnown(List<JobSpec> some) {
        Map<String, JobSpec> there = new HashMap<>();
        grid.details(some.stream().map(JobSpec::jobId).toList()).stream()
                .filter(Objects::nonNull)
                .map(JobDetail::spec)
                .forEach(job -> there.put(job.jobId(), job));
        return some.stream().filter(job -> !job.equals(there.get(job.jobId()))).toList();
    }
}
