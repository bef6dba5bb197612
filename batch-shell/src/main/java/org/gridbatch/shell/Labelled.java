/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import picocli.CommandLine.Option;

/** What producers say of their jobs to find them again, asked for in the same way in memory and in the history. */
final class Labelled {
    @Option(
            names = {"-q", "--queue"},
            paramLabel = "QUEUE",
            description = "Only of this queue.")
    private String queue = "";

    @Option(names = "--name", paramLabel = "NAME", description = "Only with this name.")
    private String title = "";

    @Option(
            names = {"-t", "--tag"},
            paramLabel = "KEY=VALUE",
            description = "Only with this tag.")
    private String tag = "";

    @Option(
            names = "--by",
            paramLabel = "WHO",
            description = "Only what this one pushed or had tried again, as job and history show it: user@node.")
    private String by = "";

    String queue() {
        return queue;
    }

    String title() {
        return title;
    }

    String tag() {
        return tag;
    }

    String by() {
        return by;
    }

    /** Whether anything is said of jobs only. */
    boolean isOfJobs() {
        return !(queue + title + tag).isEmpty();
    }

    /** Whether anything is said at all. */
    boolean isGiven() {
        return isOfJobs() || !by.isEmpty();
    }
}
