/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.gridbatch.control.ControlClient;
import org.gridbatch.control.Frame;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Has a running node read its configuration file again. */
@Command(
        name = "reload",
        description = "Let a node that runs on this machine read its --config file again, without a restart.")
final class ReloadCommand implements Callable<Integer> {
    /** Of the node itself; its control bundle offers it. */
    private static final String RELOAD = "node:reload";

    @ParentCommand
    private Main main;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NODE",
            description = "The node's name; needed if several run.")
    private String nodeName;

    @Override
    public Integer call() throws IOException {
        try (ControlClient client = new ControlClient(
                Nodes.running(main, nodeName, "say which node is to reload").socket())) {
            ControlClient.Exit exit = client.run(
                    Frame.of(Frame.Type.RUN, List.of(RELOAD)), InputStream.nullInputStream(), System.out, System.err);
            if (exit.status() != 0) System.err.println("batch: " + exit.message());
            return exit.status();
        }
    }
}
