/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a worker offers, matched against {@link Placement}.
 *
 * @param version grows with every change
 * @param labels what the worker says about itself: host, cpus, memory, java.version, own ones. A filter compares the
 *     values as numbers where both sides are numbers
 * @param commands every {@code scope:function} that it can run, in lower case; a filter sees them as {@code command}
 */
public record Ad(long version, Map<String, String> labels, List<String> commands) implements Serializable {
    public Ad {
        if (version < 1) throw new InvalidRequestException("ad version is " + version + ", want 1 or more");
        labels = Check.map("label", labels, Limits.TAGS);
        commands = Check.list("commands", commands, Limits.COMMANDS).stream()
                .map(command -> Check.command("command", command))
                .distinct()
                .sorted()
                .toList();
    }

    /** Those of the commands that a job needs that are not offered; a need without a scope is met by any scope. */
    public List<String> missing(Placement placement) {
        return placement.needs().stream().filter(need -> !offers(need)).toList();
    }

    private boolean offers(String need) {
        if (need.indexOf(':') >= 0) return commands.contains(need);
        return commands.stream().anyMatch(command -> command.endsWith(":" + need));
    }
}
