/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Pushes a script as an array with a job for each element of a list. */
@CommandLine.Command(
        name = "push-each",
        description = "Push a script as an array: a job for each item, which the script sees as $it and $1. Returns "
                + "the array's id as soon as all is safe on disk.",
        footer = {
            "",
            "Examples:",
            "  push-each [zurich bern basel] { echo hello, $it }",
            "  push-each $shops { deploy $it } --throttle 5",
            "  push-each zurich bern basel 'echo hello, $1' --wait",
            "  push-each zurich bern basel -f deploy.gogo"
        })
final class PushEachCommand extends Push {
    @Parameters(
            arity = "0..*",
            paramLabel = "ITEM... SCRIPT",
            hideParamSyntax = true,
            description = "The items, as words or as one list in front, and behind them the script as one word in "
                    + "quotes or as a closure. With -f all are items.")
    private List<String> words = List.of();

    /** A list in front; null if there is none. */
    private List<String> list;

    @Override
    String name() {
        return "push-each";
    }

    @Override
    List<Object> take(List<Object> arguments) {
        if (arguments.isEmpty() || !Words.isList(arguments.get(0))) return arguments;
        list = Words.of(arguments.subList(0, 1));
        return arguments.subList(1, arguments.size());
    }

    @Override
    List<String> script() {
        if (list != null) return words;
        return hasFile() || words.isEmpty() ? List.of() : words.subList(words.size() - 1, words.size());
    }

    @Override
    Items items(CommandSession session) {
        List<String> given = list != null ? list : hasFile() ? words : words.subList(0, Math.max(0, words.size() - 1));
        if (list == null && given.isEmpty()) {
            throw new CommandFailed(
                    "push-each: there are no items: give them before the script, as in push-each a b 'echo $it'");
        }
        return new Items() {
            @Override
            public ItemSource open() {
                return ItemSource.of(given);
            }

            @Override
            public String none() {
                return "the list is empty, so nothing runs";
            }
        };
    }
}
