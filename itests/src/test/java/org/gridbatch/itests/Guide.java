/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The commands of the user guide in order, with what it says of them. Boxes of {@code sh} are commands of the system's
 * shell, boxes of {@code console} what a terminal shows. No other form could be taken for something to type in: boxes of
 * {@code text} and {@code java} are none, indented ones are refused.
 */
final class Guide {
    private static final Pattern FENCE = Pattern.compile("```(.*)");
    private static final Pattern PROMPT = Pattern.compile("(\\$|[a-z][a-z0-9-]*>) (.*)");
    private static final Pattern REMARK = Pattern.compile("\\s+# ([^#']*)$");
    private static final Pattern LEAVES = Pattern.compile(".*\\b(q|Ctrl-[A-Z]) leaves it");
    private static final Pattern HERE_DOCUMENT = Pattern.compile(".*<<'(\\w+)'");
    private static final Pattern INLINE = Pattern.compile("`(\\./batch [^`]+)`");
    private static final Set<String> NO_COMMANDS = Set.of("text", "java");
    private static final String SYSTEM = "$";
    private static final String REST = "…";

    private final List<Step> steps = new ArrayList<>();
    private final List<String> mistakes = new ArrayList<>();

    /**
     * One thing to type in.
     *
     * @param line where it stands
     * @param prompt of which shell
     * @param command as it is typed, with its remark
     * @param shown what comes back as the guide shows it; null if it does not
     */
    record Step(int line, String prompt, String command, List<String> shown) {
        boolean isAtNode() {
            return !prompt.equals(SYSTEM);
        }

        String node() {
            return prompt.substring(0, prompt.length() - 1);
        }

        boolean fails() {
            return remark().startsWith("fails");
        }

        boolean stays() {
            return remark().startsWith("stays");
        }

        /** The key with which its user leaves it; null if it ends by itself. */
        String key() {
            Matcher leaves = LEAVES.matcher(remark());
            if (!leaves.matches()) return null;
            String key = leaves.group(1);
            return key.length() == 1 ? key : String.valueOf((char) (key.charAt(key.length() - 1) & 31));
        }

        private String remark() {
            Matcher remark = REMARK.matcher(command);
            return remark.find() ? remark.group(1) : "";
        }

        /** Whether this is what the guide shows, but for ids, times and so on. */
        boolean isShown(String printed) {
            if (shown == null) return true;
            StringBuilder pattern = new StringBuilder();
            for (String line : shown) {
                if (line.equals(REST)) {
                    pattern.append("(?:[^\n]*\n)*?");
                    continue;
                }
                pattern.append(Pattern.compile(REST)
                                .splitAsStream(shape(line) + REST)
                                .map(Pattern::quote)
                                .collect(Collectors.joining("[^\n]*")))
                        .append(line.endsWith(REST) ? "[^\n]*\n" : "\n");
            }
            String lines = printed.lines().map(line -> shape(line) + "\n").collect(Collectors.joining());
            return lines.matches(pattern.toString());
        }

        /** What differs from one time to the next looks the same; columns are as wide as what they hold. */
        private static String shape(String line) {
            return line.strip()
                    .replaceAll("\\b[0-9a-hjkmnp-tv-z]{19}\\b", "ID")
                    .replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS")
                    .replaceAll("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?Z?", "TIME")
                    .replaceAll("\\b\\d+(\\.\\d+)?(ms|[smhd])(\\d+(ms|[smhd]))*\\b", "LENGTH")
                    .replaceAll("\\bnow\\b|\\bin LENGTH\\b|LENGTH ago", "WHEN")
                    .replaceAll("worker-\\d", "WORKER")
                    .replaceAll("\\s+", " ");
        }
    }

    private Guide() {}

    static Guide read(Path page) throws IOException {
        Guide guide = new Guide();
        guide.read(Files.readAllLines(page));
        return guide;
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    /** What could be taken for a command and is none that is executed, by line. */
    List<String> mistakes() {
        return List.copyOf(mistakes);
    }

    private void read(List<String> lines) {
        List<String> mentioned = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                if (lines.get(i).startsWith("    ")) mistakes.add((i + 1) + ": an indented box");
                Matcher inline = INLINE.matcher(lines.get(i));
                while (inline.find()) mentioned.add(inline.group(1));
                continue;
            }
            int end = i + 1;
            while (!lines.get(end).equals("```")) end++;
            List<String> box = lines.subList(i + 1, end);
            if (fence.group(1).equals("sh")) shell(box, i + 2);
            else if (fence.group(1).equals("console")) console(box, i + 2);
            else if (!NO_COMMANDS.contains(fence.group(1)))
                mistakes.add((i + 1) + ": a box of '" + fence.group(1) + "'");
            i = end;
        }
        mentioned.removeIf(one -> steps.stream().anyMatch(step -> step.command().startsWith(one)));
        mentioned.forEach(one -> mistakes.add(one + " is mentioned, and executed nowhere"));
    }

    private void shell(List<String> box, int first) {
        for (int i = 0; i < box.size(); i++) {
            if (box.get(i).isBlank()) continue;
            int start = i;
            StringBuilder command = new StringBuilder(box.get(i));
            Matcher here = HERE_DOCUMENT.matcher(box.get(i));
            if (here.matches()) {
                do command.append('\n').append(box.get(++i));
                while (!box.get(i).equals(here.group(1)));
            }
            while (box.get(i).endsWith("\\")) command.append('\n').append(box.get(++i));
            steps.add(new Step(first + start, SYSTEM, command.toString(), null));
        }
    }

    private void console(List<String> box, int first) {
        int i = 0;
        while (i < box.size()) {
            Matcher prompt = PROMPT.matcher(box.get(i));
            if (!prompt.matches()) {
                mistakes.add((first + i) + ": a box that does not begin with a prompt");
                return;
            }
            int end = i + 1;
            while (end < box.size() && !PROMPT.matcher(box.get(end)).matches()) end++;
            steps.add(new Step(first + i, prompt.group(1), prompt.group(2), List.copyOf(box.subList(i + 1, end))));
            i = end;
        }
    }
}
