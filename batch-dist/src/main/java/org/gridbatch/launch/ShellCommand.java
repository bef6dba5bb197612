/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** A shell on the grid: interactive, or for one line. */
@Command(name = "shell", description = "Open a shell on the grid, or run one line of Gogo.")
final class ShellCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Option(names = "-c", paramLabel = "LINE", description = "Run this line of Gogo, and exit.")
    private String line;

    @Option(
            names = "--until-input-ends",
            hidden = true,
            description = "Stay without a terminal, until standard input ends.")
    private boolean serve;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (line != null) return OneShot.line(main, line);
        Settings settings = main.settings();
        System.setProperty("gridbatch.log.console", serve ? "INFO" : "OFF");
        try (Node node = Nodes.prepareShortLived(settings, main.config())) {
            Runtime.getRuntime().addShutdownHook(new Thread(node::close, "gridbatch-stop"));
            if (serve) NodeCommand.exitWhenInputEnds();
            node.start(Home.current().bundles());
            boolean up = node.awaitUp(Duration.ofSeconds(10));
            if (serve) {
                if (up || node.awaitUp(Duration.ofDays(36_500)))
                    System.out.println(Nodes.upLine(Role.SHELL, node.name()));
                node.awaitStop();
                return 0;
            }
            if (!up) System.out.println("no queue-server is in sight yet at ZooKeeper " + settings.zookeeper());
            return AttachCommand.attach(node.awaitSocket(Duration.ofSeconds(5)));
        }
    }
}
