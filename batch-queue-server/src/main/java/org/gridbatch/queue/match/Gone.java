/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.Ad;

/** Which worker offered a command last, of commands that workers do not offer any more; for people who ask why. */
final class Gone {
    private static final int MAX_COMMANDS = 10_000;

    /** The last that is known of a command. */
    record Last(String worker, Instant until) {}

    private final Map<String, Last> byCommand = new BoundedMap<>(MAX_COMMANDS);

    /** Takes note of the commands that a worker had and has not any more; {@code after} is null if it is gone. */
    void remember(String worker, Ad before, Ad after, Instant when) {
        Set<String> now = after == null ? Set.of() : new HashSet<>(after.commands());
        for (String command : before.commands()) {
            if (now.contains(command)) continue;
            put(command, new Last(worker, when));
            put(command.substring(command.indexOf(':') + 1), new Last(worker, when));
        }
    }

    private void put(String command, Last last) {
        byCommand.remove(command);
        byCommand.put(command, last);
    }

    Last last(String command) {
        return byCommand.get(command);
    }
}
