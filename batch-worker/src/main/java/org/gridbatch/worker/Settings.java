/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Limits;
import org.gridbatch.worker.gogo.Script;

/**
 * The worker's configuration, checked.
 *
 * @param name unique in the grid
 * @param grid the grid to work for; empty for the only one in sight
 * @param slots how many scripts at once
 * @param queues only jobs of these; empty means of all
 * @param accepts an LDAP filter over the jobs that it takes; empty means all
 * @param labels what the worker says about itself
 * @param claimWait how long the server may hold a claim
 * @param outputChars characters kept of head and of tail of each stream
 * @param stopWait how long scripts may go on when the worker stops
 * @param interruptGrace how long a script may take to end after it was interrupted
 * @param restartWhenStuck whether the process ends when no slot can run anything any more
 * @param allowed patterns of the commands that scripts may call; empty means all
 * @param denied patterns of commands that scripts may not call
 */
record Settings(
        String name,
        String grid,
        int slots,
        List<String> queues,
        String accepts,
        Map<String, String> labels,
        Duration claimWait,
        int outputChars,
        Duration stopWait,
        Duration interruptGrace,
        boolean restartWhenStuck,
        List<String> allowed,
        List<String> denied) {
    Settings {
        range("slots", slots, 1, Limits.SLOTS);
        range("claim.wait.seconds", claimWait.toSeconds(), 1, Limits.WAIT.toSeconds());
        range("output.chars", outputChars, 1, Script.MAX_OUTPUT_CHARS);
        range("stop.wait.seconds", stopWait.toSeconds(), 0, 3_600);
        range("interrupt.grace.seconds", interruptGrace.toSeconds(), 1, 600);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("configuration name is empty, want a name that no other worker has");
        }
        Script.mayCall(allowed, denied);
        // The API's own checks, now rather than with the first claim.
        new ClaimRequest(name, "incarnation", 1, queues, accepts, "", slots, slots, 1, claimWait);
        new Ad(1, labels, List.of());
    }

    static Settings of(WorkerComponent.Config config) {
        return new Settings(
                config.name() == null ? "" : config.name().trim(),
                config.grid(),
                config.slots(),
                present(config.queues()),
                config.accepts(),
                labels(config.labels()),
                Duration.ofSeconds(config.claim_wait_seconds()),
                config.output_chars(),
                Duration.ofSeconds(config.stop_wait_seconds()),
                Duration.ofSeconds(config.interrupt_grace_seconds()),
                config.restart_when_stuck(),
                present(config.allowed_commands()),
                present(config.denied_commands()));
    }

    /** An empty entry is what an empty setting becomes on its way through the configuration. */
    private static List<String> present(String[] entries) {
        return Arrays.stream(entries)
                .map(String::trim)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    private static Map<String, String> labels(String[] entries) {
        Map<String, String> labels = new TreeMap<>();
        for (String entry : present(entries)) {
            int equals = entry.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("configuration labels has '" + entry + "', want key=value");
            }
            labels.put(
                    entry.substring(0, equals).trim(),
                    entry.substring(equals + 1).trim());
        }
        return labels;
    }

    private static void range(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "configuration " + key + " is " + value + ", want " + least + " to " + most);
        }
    }
}
