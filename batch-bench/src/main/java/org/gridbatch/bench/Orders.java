/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a driver process is to do, as it stands in its arguments.
 *
 * @param target {@code in-process} or {@code over-rsa}
 * @param part what to do there
 * @param items whether those that wait in W5 are items of arrays
 * @param zookeeper where the server is found; empty in-process
 * @param serverPid the server's process; 0 in-process
 * @param acknowledged for {@link Part#RESTART}: how many jobs must be there
 * @param workerQueue the queue that a real worker serves; empty if there is none
 */
record Orders(
        String target,
        Part part,
        Set<Workload> workloads,
        Path home,
        Path directory,
        Path data,
        double seconds,
        int runs,
        int jobs,
        boolean items,
        String zookeeper,
        long serverPid,
        long acknowledged,
        String workerQueue) {
    /** What a driver does. */
    enum Part {
        /** W1 to W4, as far as they are wanted. */
        WORKLOADS,
        /** W5 until the kill, and over RSA after it as well. */
        FILL,
        /** W5 after the kill, in-process: this is the process that was started anew. */
        RESTART
    }

    static final String IN_PROCESS = "in-process";
    static final String OVER_RSA = "over RSA";

    Duration time() {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    /** A fifth of a run for each raw measurement, and at least enough to see some forces. */
    Duration rawTime() {
        return Duration.ofNanos((long) (Math.max(0.1, seconds / 3) * 1e9));
    }

    boolean inProcess() {
        return target.equals(IN_PROCESS);
    }

    List<String> arguments() {
        List<String> words = new ArrayList<>();
        words.add("target=" + target);
        words.add("part=" + part);
        words.add("workloads="
                + String.join(",", workloads.stream().map(Enum::name).toList()));
        words.add("home=" + home);
        words.add("directory=" + directory);
        words.add("data=" + data);
        words.add("seconds=" + seconds);
        words.add("runs=" + runs);
        words.add("jobs=" + jobs);
        words.add("items=" + items);
        words.add("zookeeper=" + zookeeper);
        words.add("serverPid=" + serverPid);
        words.add("acknowledged=" + acknowledged);
        words.add("workerQueue=" + workerQueue);
        return words;
    }

    static Orders of(String[] arguments) {
        Map<String, String> values = new TreeMap<>();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            values.put(argument.substring(0, at), argument.substring(at + 1));
        }
        Set<Workload> workloads = EnumSet.noneOf(Workload.class);
        for (String word : values.get("workloads").split(",")) workloads.add(Workload.valueOf(word));
        return new Orders(
                values.get("target"),
                Part.valueOf(values.get("part")),
                workloads,
                Path.of(values.get("home")),
                Path.of(values.get("directory")),
                Path.of(values.get("data")),
                Double.parseDouble(values.get("seconds")),
                Integer.parseInt(values.get("runs")),
                Integer.parseInt(values.get("jobs")),
                Boolean.parseBoolean(values.get("items")),
                values.get("zookeeper"),
                Long.parseLong(values.get("serverPid")),
                Long.parseLong(values.get("acknowledged")),
                values.get("workerQueue"));
    }
}
