/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Runs one node in this process, until it is told to stop. */
abstract class NodeCommand implements Callable<Integer> {
    private static final Duration UP_LIMIT = Duration.ofSeconds(60);

    @ParentCommand
    private Main main;

    @Option(
            names = "--until-input-ends",
            hidden = true,
            description = "Stop when standard input ends, so that no node outlives the process that started it.")
    private boolean untilInputEnds;

    @Option(
            names = "--await-zookeeper",
            hidden = true,
            description = "Look for the grid when its ZooKeeper listens, which starts at the same time as this node.")
    private boolean awaitZooKeeper;

    private final Role role;

    private NodeCommand(Role role) {
        this.role = role;
    }

    @Override
    public Integer call() throws InterruptedException {
        long started = System.nanoTime();
        Settings settings = main.settings();
        try (Node node = Nodes.prepare(roles(), settings, main.config())) {
            Thread stopper = new Thread(node::close, "gridbatch-stop");
            Runtime.getRuntime().addShutdownHook(stopper);
            if (untilInputEnds) exitWhenInputEnds();
            node.startUnconfigured(Home.current().bundles());
            // After a refused connection ZooKeeper's client pauses for up to two seconds.
            if (awaitZooKeeper) Nodes.awaitListening(settings.zookeeper(), UP_LIMIT);
            node.configure();
            boolean up = node.awaitUp(role.standsAlone() ? UP_LIMIT : Duration.ofSeconds(10));
            // A queue-server with a long log is only slow while it complains of nothing.
            String problem = up ? "" : node.problem();
            if (!up && (role == Role.ZOOKEEPER || !problem.isEmpty())) {
                throw new LaunchException(role.word() + " " + node.name() + " did not come up within "
                        + UP_LIMIT.toSeconds() + " s: " + (problem.isEmpty() ? "its log says more" : problem));
            }
            String seconds = String.format("%.1f s", (System.nanoTime() - started) / 1e9);
            System.out.println(
                    up
                            ? Nodes.upLine(role, node.name()) + " (" + seconds + ")"
                            : role.word() + " " + node.name() + " has started and "
                                    + (role == Role.SERVER
                                            ? "still reads its log"
                                            : "waits for a queue-server at ZooKeeper " + settings.zookeeper()));
            System.out.flush();
            if (!up && node.awaitUp(Duration.ofDays(36_500))) System.out.println(Nodes.upLine(role, node.name()));
            node.awaitStop();
            return 0;
        }
    }

    /** What this node is; the first is what it is called by. */
    List<Role> roles() {
        return List.of(role);
    }

    static void exitWhenInputEnds() {
        Thread watcher = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // Nobody has anything to say here but the end.
                        }
                    } catch (IOException e) {
                        // A broken pipe is an end as well.
                    }
                    System.exit(0);
                },
                "gridbatch-parent");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** The name of a node that was given none: unique enough on a network, and the same after a restart. */
    static String defaultName(Role role) {
        if (role != Role.WORKER) return role.word();
        try {
            String host = InetAddress.getLocalHost().getHostName();
            return "worker-" + host.replaceAll("[^A-Za-z0-9-].*", "");
        } catch (UnknownHostException e) {
            return "worker";
        }
    }

    static Path directoryOf(Settings settings, String name) {
        return settings.data().resolve(name);
    }

    /** The node that holds the queue. */
    @Command(name = "server", description = "Run the queue-server, the one node of a grid that holds the jobs.")
    static final class Server extends NodeCommand {
        @Option(
                names = "--with-zookeeper",
                description = "Run the grid's ZooKeeper server in this process too: for a grid on one machine.")
        private boolean withZooKeeper;

        Server() {
            super(Role.SERVER);
        }

        @Override
        List<Role> roles() {
            return withZooKeeper ? List.of(Role.SERVER, Role.ZOOKEEPER) : List.of(Role.SERVER);
        }
    }

    /** A node that runs jobs. */
    @Command(name = "worker", description = "Run a worker, a node that runs jobs.")
    static final class Worker extends NodeCommand {
        Worker() {
            super(Role.WORKER);
        }
    }

    /** The node by which the others find each other. */
    @Command(name = "zookeeper", description = "Run a ZooKeeper server for grids that have none.")
    static final class ZooKeeper extends NodeCommand {
        ZooKeeper() {
            super(Role.ZOOKEEPER);
        }
    }
}
