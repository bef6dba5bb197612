/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
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
import org.gridbatch.control.ControlClient;
import org.gridbatch.control.Frame;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

/**
 * A grid of processes for one test: its nodes are started with the distribution's own command, on free ports and in a
 * fresh directory, and end with the test.
 */
final class Grid extends ExternalResource {
    private static Grid shared;

    private final TemporaryFolder folder = new TemporaryFolder();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private int zookeeperPort;
    private int transportPort;
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

    /**
     * A grid of a ZooKeeper server, a server and the worker {@code worker-1} for all tests that leave it as they found it.
     * The first of them starts it, and it ends with the tests' JVM.
     */
    static synchronized Grid shared() throws IOException {
        if (shared == null) {
            Grid grid = new Grid();
            Runtime.getRuntime().addShutdownHook(new Thread(grid::after, "shared-grid-stop"));
            grid.before();
            grid.startAll("worker-1", "--set", "transport.port=" + grid.transportPort());
            shared = grid;
        }
        return shared;
    }

    @Override
    protected void before() throws IOException {
        folder.create();
        zookeeperPort = freePort();
        transportPort = freePort();
        batch = new Batch(home())
                .with("GRIDBATCH_ZOOKEEPER", zookeeper())
                // What waits for the end of a session waits half as long as by default.
                .with("GRIDBATCH_DISCOVERY_SESSION_TIMEOUT_MILLIS", "3000")
                .with("GRIDBATCH_ZOOKEEPER_TICK_MILLIS", "1000");
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

    /** For a server that is to be told which port. */
    int transportPort() {
        return transportPort;
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

    /** Starts a ZooKeeper server, a queue-server and a worker together, which takes less time than one by one. */
    Grid startAll(String worker, String... moreOfServer) throws IOException {
        start("zookeeper", "zookeeper");
        start("server", "server", moreOfServer);
        start("worker", worker);
        return awaitUp("zookeeper", "server", worker);
    }

    /** Starts a node and waits until it says that it is up. */
    Grid startAndAwait(String role, String name, String... more) throws IOException {
        start(role, name, more);
        return awaitUp(name);
    }

    /** Waits until these nodes, which were started together, all say that they are up. */
    Grid awaitUp(String... names) {
        for (String name : names) {
            Node node = node(name);
            await(name + " is up").atMost(Duration.ofSeconds(90)).until(() -> {
                if (!node.process().isAlive()) throw new AssertionError(node.log());
                return node.printed(" " + name + " is up");
            });
        }
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

    /**
     * Runs a command of the shell on the first running node, by name, that answers: what {@link #batch} does, without a
     * process for it. For all that a test needs besides what it is about.
     */
    Batch.Result quick(String... words) {
        List<Node> candidates = new ArrayList<>(nodes.values());
        candidates.sort(Comparator.comparing(Node::name));
        for (Node node : candidates) {
            try {
                return send(node, Frame.of(Frame.Type.RUN, Arrays.asList(words)));
            } catch (SocketException e) {
                // It is starting or stopping: the next one.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new AssertionError("no node answers: " + nodes.keySet());
    }

    /** Runs a line of Gogo on this node. */
    Batch.Result line(String name, String line) throws IOException {
        return send(node(name), Frame.of(Frame.Type.LINE, List.of(line)));
    }

    private Batch.Result send(Node node, Frame frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Path socket =
                home().resolve("run").resolve(node.name() + "-" + node.process().pid() + ".sock");
        try (ControlClient client = new ControlClient(socket)) {
            ControlClient.Exit exit = client.run(frame, InputStream.nullInputStream(), out, err);
            return new Batch.Result(
                    exit.status(),
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8) + exit.message());
        }
    }

    /** Pushes a script and returns its id, which means that it is acknowledged. */
    String push(String script, String... more) {
        List<String> words = new ArrayList<>(List.of("push", script));
        words.addAll(Arrays.asList(more));
        return quick(words.toArray(new String[0])).ok().strip();
    }

    /** Waits until these jobs have completed, and returns what the command printed. */
    String awaitCompleted(List<String> ids) {
        List<String> words = new ArrayList<>(List.of("wait", "--for", "75s"));
        words.addAll(ids);
        return quick(words.toArray(new String[0])).ok();
    }

    /** Waits until a job's description contains a text. */
    String awaitJob(String id, String text) {
        return await("job " + id + " has: " + text)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> quick("job", id).ok(), job -> job.contains(text));
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
