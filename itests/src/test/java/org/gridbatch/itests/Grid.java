/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

/**
 * A grid of processes for one test: its nodes are started with the distribution's own command, on free ports and in a
 * fresh directory, and end with the test.
 */
final class Grid extends ExternalResource {
    private final TemporaryFolder folder = new TemporaryFolder();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private int zookeeperPort;
    private Batch batch;

    /** A running node. */
    record Node(String name, Process process, Batch.Collector out, Batch.Collector err) {
        boolean printed(String text) {
            return out.soFar().contains(text) || err.soFar().contains(text);
        }

        String log() {
            return "--- " + name + "\n" + out.soFar() + err.soFar();
        }
    }

    @Override
    protected void before() throws IOException {
        folder.create();
        zookeeperPort = freePort();
        batch = new Batch(home()).with("GRIDBATCH_ZOOKEEPER", zookeeper());
    }

    @Override
    protected void after() {
        List<Node> reverse = new ArrayList<>(nodes.values());
        java.util.Collections.reverse(reverse);
        reverse.forEach(node -> node.process().destroyForcibly());
        reverse.forEach(node -> {
            try {
                node.process().waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        folder.delete();
    }

    Path home() {
        return folder.getRoot().toPath();
    }

    String zookeeper() {
        return "127.0.0.1:" + zookeeperPort;
    }

    /** Runs a command of this grid to its end. */
    Batch.Result batch(String... args) {
        return batch.run(args);
    }

    Batch commands() {
        return batch;
    }

    Grid startZooKeeper() throws IOException {
        return startAndAwait("zookeeper", "zookeeper");
    }

    Grid startServer(String... more) throws IOException {
        return startAndAwait("server", "server", more);
    }

    Grid startWorker(String name, String... more) throws IOException {
        return startAndAwait("worker", name, more);
    }

    /** Starts a node and waits until it says that it is up. */
    Grid startAndAwait(String role, String name, String... more) throws IOException {
        Node node = start(role, name, more);
        await(role + " " + name + " is up").atMost(Duration.ofSeconds(60)).until(() -> {
            if (!node.process().isAlive()) throw new AssertionError(node.log());
            return node.printed(role + " " + name + " is up");
        });
        return this;
    }

    /** Starts a node, whatever becomes of it. */
    Node start(String role, String name, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(role, "--name", name));
        args.addAll(Arrays.asList(more));
        Process process = batch.start(args.toArray(new String[0]));
        Node node = new Node(
                name,
                process,
                new Batch.Collector(process.getInputStream()),
                new Batch.Collector(process.getErrorStream()));
        nodes.put(name, node);
        return node;
    }

    Node node(String name) {
        return nodes.get(name);
    }

    /** kill -9. */
    Grid kill(String name) throws InterruptedException {
        nodes.remove(name).process().destroyForcibly().waitFor();
        return this;
    }

    /** SIGTERM, and waits for the end. */
    Node stop(String name) throws InterruptedException {
        Node node = nodes.remove(name);
        node.process().destroy();
        if (!node.process().waitFor(40, TimeUnit.SECONDS)) throw new AssertionError("does not stop:\n" + node.log());
        return node;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
