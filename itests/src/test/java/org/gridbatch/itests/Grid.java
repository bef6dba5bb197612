/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooKeeper;
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
        Collections.reverse(reverse);
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

    /** Pushes a script and returns its id, which means that it is acknowledged. */
    String push(String script, String... more) {
        List<String> words = new ArrayList<>(List.of("push", script));
        words.addAll(Arrays.asList(more));
        return batch(words.toArray(new String[0])).ok().strip();
    }

    /** Waits until these jobs have completed, and returns what the command printed. */
    String awaitCompleted(List<String> ids) {
        List<String> words = new ArrayList<>(List.of("wait", "--for", "75s"));
        words.addAll(ids);
        return batch(words.toArray(new String[0])).ok();
    }

    /** Waits until a job's description contains a text. */
    String awaitJob(String id, String text) {
        return await("job " + id + " has: " + text)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> batch("job", id).ok(), job -> job.contains(text));
    }

    /** What a test does with a plain client of this grid's ZooKeeper. */
    interface Look<T> {
        T at(ZooKeeper zookeeper) throws Exception;
    }

    <T> T inZooKeeper(Look<T> look) throws Exception {
        ZooKeeper zookeeper = new ZooKeeper(zookeeper(), 10_000, event -> {});
        try {
            return look.at(zookeeper);
        } finally {
            zookeeper.close();
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
