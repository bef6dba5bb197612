/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.ArraySpec;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Pushes a script as an array that runs once on each of the workers that meet a filter. */
@CommandLine.Command(
        name = "on-each",
        description = "Push a script as an array that runs once on each of the workers in sight that meet a filter; "
                + "the script sees the worker's name as $it and $1.",
        footer = {
            "",
            "Examples:",
            "  on-each all { echo hello from $it }",
            "  on-each '(site=zurich)' -f update.gogo --throttle 1"
        })
final class OnEachCommand extends Push {
    private static final String ALL = "all";

    @Parameters(
            arity = "1..*",
            paramLabel = "FILTER SCRIPT",
            hideParamSyntax = true,
            description = "An LDAP filter over the labels of workers, such as '(site=zurich)', or all; and the script, "
                    + "as for push.")
    private List<String> words = List.of();

    @Override
    String name() {
        return "on-each";
    }

    @Override
    List<String> script() {
        return words.subList(1, words.size());
    }

    @Override
    Items items(CommandSession session) {
        String given = words.get(0);
        if (!given.equals(ALL) && !given.startsWith("(")) {
            throw new CommandFailed("on-each: '" + Text.oneLine(given, 60)
                    + "' is no filter, want one in brackets and quotes such as '(site=zurich)', or all");
        }
        return new Items() {
            @Override
            public ArraySpec of(ArraySpec array) {
                return array.withOnEach(given.equals(ALL) ? "(worker=*)" : given);
            }

            @Override
            public ItemSource open() {
                return ItemSource.of(List.of());
            }

            @Override
            public String none() {
                return "no worker in sight meets the filter, so nothing runs";
            }
        };
    }
}
