/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** A small grid on this machine that stays until it is stopped; its data survives. */
@Command(name = "up", description = "Run a small grid on this machine until Ctrl-C; its data survives.")
final class UpCommand implements Callable<Integer> {
    /** A queue-server that has much to read may take ten minutes, and then says why it cannot start. */
    private static final Duration UP_LIMIT = Duration.ofMinutes(11);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

    @ParentCommand
    private Main main;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "2", description = "How many workers. Default: 2")
    private int workers;

    @Override
    public Integer call() throws InterruptedException {
        if (workers < 0 || workers > 50) throw new LaunchException("--workers is " + workers + ", want 0 to 50");
        Settings settings = main.settings();
        List<ChildNode> nodes = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean stopping = new AtomicBoolean();
        Thread stopper = new Thread(
                () -> {
                    stopping.set(true);
                    ChildNode.stopInOrder(nodes, STOP_LIMIT);
                },
                "gridbatch-stop");
        Runtime.getRuntime().addShutdownHook(stopper);
        // A process less to start, and this grid has no use for a ZooKeeper that outlives its server.
        start(nodes, Role.SERVER, "server", settings, "--with-zookeeper");
        // More JVMs that start at once would only take the processors from these two, and the first job would wait.
        if (workers > 0) start(nodes, Role.WORKER, "worker-1", settings, "--await-zookeeper");
        for (ChildNode node : List.copyOf(nodes)) node.awaitUp(UP_LIMIT);
        String grid = settings.has("zookeeper") ? " --zookeeper " + settings.zookeeper() : "";
        System.out.println();
        System.out.println("The grid is up: ZooKeeper " + settings.zookeeper() + ", data " + settings.data() + "."
                + (workers > 1 ? " More workers follow." : ""));
        System.out.println("In another terminal:");
        System.out.println("  batch push" + grid + " 'echo hello'");
        System.out.println("  batch jobs" + grid);
        System.out.println("  batch shell" + grid);
        System.out.println("Ctrl-C stops it.");
        System.out.flush();
        for (int i = 2; i <= workers && !stopping.get(); i++) {
            ChildNode worker = start(nodes, Role.WORKER, "worker-" + i, settings);
            try {
                worker.awaitUp(UP_LIMIT);
            } catch (LaunchException e) {
                if (!stopping.get()) throw e;
            }
        }
        while (true) {
            for (ChildNode node : List.copyOf(nodes)) {
                if (!node.isAlive() && !stopping.get())
                    throw new LaunchException(node.name() + " has ended, so the grid stops");
            }
            Thread.sleep(500);
        }
    }

    private ChildNode start(List<ChildNode> nodes, Role role, String name, Settings settings, String... options) {
        Path data = settings.data();
        List<String> more = new ArrayList<>(List.of(options));
        main.set.forEach((key, value) -> more.addAll(List.of("--set", key + "=" + value)));
        if (main.config() != null) more.addAll(List.of("--config", main.config().toString()));
        ChildNode node = new ChildNode(
                role, name, settings.zookeeper(), data, more, line -> System.out.println(name + " | " + line));
        nodes.add(node);
        return node;
    }
}
