/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Holds docs/commands.md against what the commands say of themselves, or writes it anew. */
public class CommandsPageTest {
    /** System property: write the page instead of comparing it. */
    private static final String RENEW = "commands.renew";

    private static final String HOW = "mvn -q -pl batch-shell -am test -Dtest=CommandsPageTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dcommands.renew";

    private static final Path PAGE = Path.of("..", "docs", "commands.md");

    @Test
    public void thePageSaysWhatTheCommandsSay() throws IOException {
        String page = page();
        if (System.getProperty(RENEW) != null) Files.writeString(PAGE, page);
        String there = Files.exists(PAGE) ? Files.readString(PAGE, StandardCharsets.UTF_8) : "";
        assertEquals("docs/commands.md is stale, run '" + HOW + "' to renew it", page, there);
    }

    private static String page() {
        List<String> lines = new ArrayList<>();
        lines.add("# Commands");
        lines.add("");
        lines.add("<!-- Made from the commands' own descriptions. To renew it: " + HOW + " -->");
        lines.add("");
        lines.add(
                "Typed as `./batch NAME …` in the system's shell, or as `NAME …` at a node's prompt, where `NAME --help` says the");
        lines.add(
                "same. [The user guide](user-guide.md) is the tour; the commands of the launcher itself are listed by `./batch help`.");
        lines.add(
                "The commands of Apache ACE, `queue:put` and so on, have [a page of their own](ace.md#aces-own-commands).");
        lines.add("");
        new TreeMap<>(ShellComponent.commands())
                .forEach((name, command) -> command(lines, CommandFunction.spec(name, command.get())));
        return String.join("\n", lines).stripTrailing() + "\n";
    }

    private static void command(List<String> lines, CommandSpec spec) {
        lines.add("## " + spec.name());
        lines.add("");
        lines.add(sentence(spec.usageMessage().description()));
        lines.add("");
        lines.add("    " + synopsis(spec));
        lines.add("");
        List<String> rows = new ArrayList<>();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            rows.add(row(parameter.paramLabel(), sentence(parameter.description())));
        }
        spec.options().stream()
                .filter(option -> !option.usageHelp())
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .forEach(option -> rows.add(row(names(option), sentence(option.description()))));
        if (!rows.isEmpty()) {
            lines.add("| | |");
            lines.add("|---|---|");
            lines.addAll(rows);
            lines.add("");
        }
        List<String> footer = Arrays.stream(spec.usageMessage().footer())
                .flatMap(String::lines)
                .dropWhile(String::isBlank)
                .toList();
        for (String line : footer) lines.add(line.isBlank() ? "" : "    " + line);
        if (!footer.isEmpty()) lines.add("");
    }

    private static String synopsis(CommandSpec spec) {
        Stream<String> parameters = spec.positionalParameters().stream().map(parameter -> {
            String label = parameter.paramLabel()
                    + (parameter.arity().max() > 1 && !parameter.paramLabel().contains("...") ? "..." : "");
            return parameter.arity().min() == 0 ? "[" + label + "]" : label;
        });
        return Stream.concat(Stream.of(spec.name(), "[OPTION...]"), parameters)
                .reduce((one, other) -> one + " " + other)
                .orElseThrow();
    }

    private static String names(OptionSpec option) {
        String names = String.join(", ", option.names());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    private static String row(String what, String text) {
        return "| `" + what.replace("|", "\\|") + "` | "
                + text.replace("|", "\\|").replace("<", "&lt;") + " |";
    }

    private static String sentence(String[] lines) {
        return String.join(" ", lines).replaceAll("\\s+", " ").strip();
    }
}
