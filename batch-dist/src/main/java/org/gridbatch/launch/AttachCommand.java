/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.gridbatch.control.ControlClient;
import org.gridbatch.control.Frame;
import org.gridbatch.control.NodeFile;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The interactive shell of a running node. */
@Command(name = "attach", description = "Open the interactive shell of a node that runs on this machine.")
final class AttachCommand implements Callable<Integer> {
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
        return attach(Nodes.running(main, nodeName, "say which node to attach to"));
    }

    /** Lends this terminal to the node's shell until its user leaves it. */
    static int attach(NodeFile node) throws IOException {
        // The provider that calls stty: no native code, and no warnings from newer JVMs about any.
        try (Terminal terminal =
                TerminalBuilder.builder().system(true).provider("exec").build()) {
            Attributes before = terminal.enterRawMode();
            // Ctrl-C and Ctrl-Z are keys for the node's shell; here they would end or stop this process.
            Attributes raw = terminal.getAttributes();
            raw.setLocalFlag(Attributes.LocalFlag.ISIG, false);
            terminal.setAttributes(raw);
            try (ControlClient client = new ControlClient(node.socket())) {
                terminal.handle(Terminal.Signal.WINCH, signal -> {
                    try {
                        client.resize(terminal.getWidth(), terminal.getHeight());
                    } catch (IOException e) {
                        // The shell has ended; its last frame is on its way.
                    }
                });
                ControlClient.Exit exit = client.run(
                        Frame.of(
                                Frame.Type.ATTACH,
                                List.of(
                                        terminal.getType(),
                                        Integer.toString(terminal.getWidth()),
                                        Integer.toString(terminal.getHeight()),
                                        Boolean.toString(OneShot.wantsColours(System.getenv())))),
                        terminal.input(),
                        terminal.output(),
                        terminal.output());
                if (exit.status() != 0) System.err.println("batch: " + exit.message() + "\r");
                return exit.status();
            } finally {
                terminal.setAttributes(before);
            }
        }
    }
}
