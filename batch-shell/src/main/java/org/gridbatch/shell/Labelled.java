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

    String queue() {
        return queue;
    }

    String title() {
        return title;
    }

    String tag() {
        return tag;
    }

    /** Whether anything is said at all. */
    boolean isGiven() {
        return !(queue + title + tag).isEmpty();
    }
}
