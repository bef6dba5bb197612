/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pushes a script as one job, or as an array with a job for each of many items. */
@CommandLine.Command(
        name = "push",
        description = "Push a script as a job, and return its id as soon as the job is safe on disk. With --each or "
                + "--lines it is an array: a job for each item, which the script sees as $1 and $it.",
        footer = {
            "",
            "Examples:",
            "  push 'echo hello'",
            "  push { echo hello }",
            "  push -f report.gogo --queue nightly --tag shop=42 --at 2030-01-31T18:00:00Z",
            "  cat report.gogo | push - --max-attempts 10 --backoff 5s..1h",
            "  push 'echo hello' --wait",
            "  push -f deploy.gogo --key shop-42 --requires '(memory>=4096)' --after ID --deadline 2h",
            "  push 'echo hello, $1' --each zurich bern basel",
            "  push -f deploy.gogo --lines shops.txt --key-each --canary 10:5 --then 'echo $3 of $2'"
        })
final class PushCommand extends Push {
    @Parameters(
            arity = "0..*",
            paramLabel = "SCRIPT",
            description = "The script, best as one word in quotes or as a closure; - reads it from standard input.")
    private List<String> words = List.of();

    @Option(
            names = "--each",
            arity = "1..*",
            paramLabel = "ITEM",
            description = "Items to run the script for, behind the script: all words up to the next option; at a "
                    + "prompt also a list, such as --each $shops.")
    private List<String> each = List.of();

    @Option(
            names = "--lines",
            paramLabel = "FILE",
            description = "Run the script for each line of this file that is not blank; - is standard input.")
    private String lines;

    private List<String> list;

    @Override
    String name() {
        return "push";
    }

    /** A list behind --each is all of what is behind it, though its elements may look like anything. */
    @Override
    List<Object> take(List<Object> arguments) {
        List<Object> others = new ArrayList<>(arguments);
        for (int i = others.size() - 2; i >= 0; i--) {
            if (!"--each".equals(String.valueOf(others.get(i))) || !Words.isList(others.get(i + 1))) continue;
            List<String> some = new ArrayList<>(Words.of(List.of(others.remove(i + 1))));
            others.remove(i);
            if (list != null) some.addAll(list);
            list = some;
        }
        return others;
    }

    @Override
    List<String> script() {
        return words;
    }

    @Override
    Items items(CommandSession session) {
        boolean hasWords = list != null || !each.isEmpty();
        if (!hasWords && lines == null) return null;
        if (hasWords && lines != null) {
            throw new CommandFailed("push: there are items of --each and of --lines: give one of them");
        }
        if (hasWords && words.isEmpty() && !hasFile()) {
            throw new CommandFailed("push: there is no script: put it before --each, since all words behind that are "
                    + "items, or give it with -f FILE");
        }
        if (Scripts.STDIN.equals(lines) && isScriptPiped()) {
            throw new CommandFailed("push: the script and the items are both to come from standard input");
        }
        return new Items() {
            @Override
            public ItemSource open() {
                return lines == null ? ItemSource.of(words()) : ItemSource.lines(session, lines);
            }

            @Override
            public String none() {
                return "there were no items, so nothing runs";
            }
        };
    }

    private List<String> words() {
        List<String> all = new ArrayList<>(each);
        if (list != null) all.addAll(list);
        return all;
    }
}
