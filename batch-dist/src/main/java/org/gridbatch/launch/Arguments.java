/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A command line, taken apart before it is known whether it starts with a command of the launcher or of the grid's shell.
 *
 * @param command the first word that is neither an option nor an option's value; null if there is none
 * @param launcher the launcher's options, if the command is one of the shell
 * @param shell the command and its words, if it is one of the shell
 */
record Arguments(String command, List<String> launcher, List<String> shell) {
    private static final Set<String> WITH_VALUE = Set.of("--zookeeper", "--data", "--name", "--set", "--config");

    /**
     * Options before the command are the launcher's. After it they are the command's, but for {@code --zookeeper}, which no
     * command of the shell has and all need; {@code --} ends that.
     */
    static Arguments of(String... args) {
        int word = commandWord(args);
        if (word < 0) return new Arguments(null, List.of(args), List.of());
        List<String> launcher = new ArrayList<>(Arrays.asList(args).subList(0, word));
        List<String> shell = new ArrayList<>();
        boolean ours = true;
        for (int i = word; i < args.length; i++) {
            if (args[i].equals("--")) ours = false;
            if (ours && args[i].equals("--zookeeper") && i + 1 < args.length) {
                launcher.addAll(List.of(args[i], args[++i]));
            } else if (ours && args[i].startsWith("--zookeeper=")) {
                launcher.add(args[i]);
            } else {
                shell.add(args[i]);
            }
        }
        return new Arguments(args[word], List.copyOf(launcher), List.copyOf(shell));
    }

    /** Whether the launcher itself is asked for help. */
    boolean asksForHelp() {
        return launcher.contains("--help") || launcher.contains("-h");
    }

    private static int commandWord(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (!args[i].startsWith("-")) return i;
            if (WITH_VALUE.contains(args[i])) i++;
        }
        return -1;
    }
}
