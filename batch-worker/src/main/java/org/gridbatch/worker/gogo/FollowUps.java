/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Placement;
import org.gridbatch.api.Unique;

/**
 * Makes jobs of what a script pushes.
 *
 * <p>The id of such a job is made of the pushing job's id and of a digest of all that the script says about the new one,
 * with a number when it says the same again. So another attempt that pushes the same pushes nothing new, whatever the order
 * and whatever an attempt before it had come to; and one that has something else to push does so.
 */
final class FollowUps {
    private static final int DIGEST_CHARS = 12;
    private static final Map<String, String> SHORT =
            Map.of("-q", "--queue", "-t", "--tag", "-a", "--arg", "-k", "--key");
    private static final List<String> OPTIONS = List.of(
            "--after",
            "--arg",
            "--delay",
            "--fail-on",
            "--id",
            "--key",
            "--limit-key",
            "--max-attempts",
            "--name",
            "--priority",
            "--queue",
            "--requires",
            "--tag",
            "--tenant",
            "--timeout",
            "--unique");
    private static final List<String> REPEATED = List.of("--after", "--arg", "--tag");

    private final JobSpec parent;
    /** How often each was pushed by this attempt. */
    private final Map<String, Integer> pushed = new HashMap<>();

    FollowUps(JobSpec parent) {
        this.parent = parent;
    }

    /**
     * @param words a script and options, as the command {@code push} of the shell takes them
     * @throws IllegalArgumentException if they make no job; the message says why
     */
    JobSpec of(List<String> words) {
        Options options = new Options(words);
        ScriptCheck check = Syntax.check(options.script);
        if (!check.isOk()) {
            throw new IllegalArgumentException(
                    "push: syntax error in " + check.problems().get(0));
        }
        JobSpec.Builder job = JobSpec.script(options.script)
                .queue(options.text("--queue", parent.queue()))
                .tenant(options.text("--tenant", parent.tenant()))
                .name(options.text("--name", ""))
                .args(options.all("--arg"))
                .tags(options.tags())
                .delay(options.duration("--delay"))
                .timeout(options.duration("--timeout"))
                .priority(options.number("--priority", 0))
                .exclusiveKey(options.text("--key", ""))
                .limitKey(options.text("--limit-key", ""))
                .placement(new Placement(options.text("--requires", ""), check.needs(Limits.TAGS), ""))
                .after(options.all("--after").stream()
                        .map(id -> new Dependency(id, Dependency.When.COMPLETED, Dependency.Otherwise.CANCEL))
                        .toList())
                .unique(new Unique(options.text("--unique", ""), Duration.ZERO));
        String failOn = options.text("--fail-on", "");
        if (!failOn.isEmpty()) job.failOn(FailOn.parse(failOn));
        int attempts = options.number("--max-attempts", 0);
        if (attempts != 0) job.maxAttempts(attempts);
        String id = options.text("--id", "");
        return job.jobId(id.isEmpty() ? id(options) : id).build();
    }

    private String id(Options options) {
        String said = digest(parent.jobId() + '\0' + options.script + '\0' + options.given);
        int times = pushed.merge(said, 1, Integer::sum);
        String end = "." + said + (times == 1 ? "" : "." + times);
        // The digest has the whole of the parent's id, so that a shortened one makes no two jobs one.
        return parent.jobId().substring(0, Math.min(parent.jobId().length(), Limits.NAME - end.length())) + end;
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** The words of one push. */
    private static final class Options {
        private String script;
        /** By their long names, sorted, so that their order makes no other job. */
        private final Map<String, List<String>> given = new TreeMap<>();

        Options(List<String> words) {
            for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) add(next(rest), rest);
            if (script == null) throw new IllegalArgumentException("push: there is no script");
        }

        /** An unset variable is null, and would make a job that does something else. */
        private static String next(Iterator<String> words) {
            String word = words.next();
            if (word == null) throw new IllegalArgumentException("push: a word is null: is a variable not set?");
            return word;
        }

        private void add(String word, Iterator<String> rest) {
            if (!word.startsWith("-")) {
                if (script != null) {
                    throw new IllegalArgumentException("push: there is no use for '" + word
                            + "': the script is one word, and its arguments come with --arg");
                }
                script = word;
                return;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String option = SHORT.getOrDefault(name, name);
            if (!OPTIONS.contains(option)) {
                throw new IllegalArgumentException(
                        "push: there is no option '" + name + "', want one of " + String.join(" ", OPTIONS));
            }
            if (equals < 0 && !rest.hasNext()) {
                throw new IllegalArgumentException("push: there is no value behind " + name);
            }
            List<String> values = given.computeIfAbsent(option, key -> new ArrayList<>());
            values.add(equals < 0 ? next(rest) : word.substring(equals + 1));
            if (values.size() > 1 && !REPEATED.contains(option)) {
                throw new IllegalArgumentException("push: " + option + " is given twice");
            }
        }

        List<String> all(String option) {
            return given.getOrDefault(option, List.of());
        }

        String text(String option, String unset) {
            return given.containsKey(option) ? given.get(option).get(0) : unset;
        }

        Duration duration(String option) {
            return given.containsKey(option) ? Durations.parse(text(option, "")) : Duration.ZERO;
        }

        int number(String option, int unset) {
            String text = text(option, String.valueOf(unset));
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("push: " + option + " is '" + text + "', want a whole number", e);
            }
        }

        Map<String, String> tags() {
            Map<String, String> tags = new LinkedHashMap<>();
            for (String tag : all("--tag")) {
                int equals = tag.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("push: --tag is '" + tag + "', want key=value");
                }
                tags.put(tag.substring(0, equals), tag.substring(equals + 1));
            }
            return tags;
        }
    }
}
