/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.gridbatch.bench.Orders.Part;

/**
 * Runs the workloads: starts the processes, gathers their figures, and leaves nothing behind. It makes no load itself:
 * in-process, a driver has the queue in its own framework; over RSA, there are a ZooKeeper and a server node, as users
 * start them, and the driver imports the queue.
 */
public final class Bench implements AutoCloseable {
    private static final Duration UP_LIMIT = Duration.ofSeconds(120);
    private static final String WORKER_QUEUE = "w4-scripts";
    /** The worker's flight recording. */
    private static final String ATTEMPTS = "attempts.jfr";

    private static final long MIB = 1L << 20;

    private final Options options;
    private final PrintStream progress;
    private final Instant startedAt = Instant.now();
    private final Machine machine = Machine.here();
    private final Place place;
    private final List<Figure> figures = new ArrayList<>();
    private final List<Child> children = new CopyOnWriteArrayList<>();
    private int started;
    private volatile boolean keepLogs;

    /** @param progress for people who wait */
    public Bench(Options options, PrintStream progress) {
        this.options = options;
        this.progress = progress;
        this.place = Place.make(options.data());
    }

    /**
     * Measures, and prints the table.
     *
     * @param version of the distribution
     * @throws BenchException if a workload failed, or did not count what it should
     */
    public void run(String version, PrintStream out) throws IOException, InterruptedException {
        Set<Workload> small = EnumSet.copyOf(options.workloads());
        boolean backlog = small.remove(Workload.W5);
        if (options.inProcess()) {
            if (!small.isEmpty()) inProcess(small);
            if (backlog) inProcessBacklog();
        }
        if (options.overRsa()) {
            if (!small.isEmpty()) overRsa(small);
            if (backlog) overRsaBacklog();
        }
        Report report = new Report(version, startedAt, machine, place, options, figures);
        report.print(out);
        if (options.json() != null) report.writeJson(options.json());
    }

    private void inProcess(Set<Workload> workloads) throws IOException, InterruptedException {
        Path data = place.fresh("in-process");
        Child driver = driver(orders(Orders.IN_PROCESS, Part.WORKLOADS, workloads, data, "", 0, 0), smallHeapMib());
        follow(driver);
        end(driver);
    }

    private void inProcessBacklog() throws IOException, InterruptedException {
        Path data = place.fresh("in-process-w5");
        Set<Workload> w5 = EnumSet.of(Workload.W5);
        Child filling = driver(orders(Orders.IN_PROCESS, Part.FILL, w5, data, "", 0, 0), backlogHeapMib());
        long acknowledged = follow(filling);
        filling.kill();
        Child again = driver(orders(Orders.IN_PROCESS, Part.RESTART, w5, data, "", 0, acknowledged), backlogHeapMib());
        follow(again);
        end(again);
    }

    private void overRsa(Set<Workload> workloads) throws IOException, InterruptedException {
        Path data = place.fresh("rsa");
        String zookeeper = "127.0.0.1:" + freePort();
        Child coordination = node("zookeeper", zookeeper, data, 256);
        Child server = node("server", zookeeper, data, smallHeapMib());
        Child worker = null;
        if (workloads.contains(Workload.W4)) {
            worker = node(
                    "worker",
                    zookeeper,
                    data,
                    256,
                    "--set",
                    "worker.slots=1",
                    "--set",
                    "worker.queues=" + WORKER_QUEUE);
        }
        Orders orders = orders(Orders.OVER_RSA, Part.WORKLOADS, workloads, data, zookeeper, server.pid(), 0);
        Child driver = driver(orders, smallHeapMib());
        follow(driver);
        end(driver);
        if (worker != null) {
            worker.close();
            figures.addAll(attempts(orders.time()));
        }
        server.close();
        coordination.close();
    }

    /** Its recording is on disk when the node has ended. */
    private List<Figure> attempts(Duration time) throws IOException {
        Figure measured = figures.stream()
                .filter(figure -> figure.how().equals(EndToEnd.HOW))
                .findFirst()
                .orElseThrow();
        return Attempts.parts(place.directory().resolve(ATTEMPTS), options.runs(), EndToEnd.count(time), measured);
    }

    private void overRsaBacklog() throws IOException, InterruptedException {
        Path data = place.fresh("rsa-w5");
        String zookeeper = "127.0.0.1:" + freePort();
        Child coordination = node("zookeeper", zookeeper, data, 256);
        Child server = node("server", zookeeper, data, backlogHeapMib());
        Child driver = driver(
                orders(Orders.OVER_RSA, Part.FILL, EnumSet.of(Workload.W5), data, zookeeper, server.pid(), 0),
                smallHeapMib());
        follow(driver);
        server.kill();
        long startedAtMillis = System.currentTimeMillis();
        Child again = startNode("server", zookeeper, data, backlogHeapMib());
        driver.tell(Long.toString(startedAtMillis));
        follow(driver);
        end(driver);
        again.close();
        coordination.close();
    }

    private Orders orders(
            String target,
            Part part,
            Set<Workload> workloads,
            Path data,
            String zookeeper,
            long serverPid,
            long acknowledged)
            throws IOException {
        boolean worker = !zookeeper.isEmpty() && workloads.contains(Workload.W4);
        return new Orders(
                target,
                part,
                workloads,
                options.home(),
                place.fresh("driver-" + ++started),
                data,
                options.seconds(),
                options.runs(),
                options.jobs(),
                options.items(),
                zookeeper,
                serverPid,
                acknowledged,
                worker ? WORKER_QUEUE : "");
    }

    private Child driver(Orders orders, long heapMib) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMib + "m");
        // Felix reads a field by Unsafe; newer JVMs would print a warning about it at every start.
        if (Runtime.version().feature() >= 24) command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(javaOptions());
        command.addAll(recording("driver-" + orders.target().replace(' ', '-')));
        command.addAll(
                List.of("-Dfile.encoding=UTF-8", "-cp", options.home().resolve("lib") + "/*", Driver.class.getName()));
        command.addAll(orders.arguments());
        return child("driver", command, Map.of());
    }

    private Child node(String role, String zookeeper, Path data, long heapMib, String... more)
            throws IOException, InterruptedException {
        Child node = startNode(role, zookeeper, data, heapMib, more);
        if (!role.equals("worker")) node.awaitLine(role + " bench-" + role + " is up", UP_LIMIT);
        return node;
    }

    private Child startNode(String role, String zookeeper, Path data, long heapMib, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                options.home().resolve("bin").resolve("batch").toString(),
                role,
                "--name",
                "bench-" + role,
                "--zookeeper",
                zookeeper,
                "--data",
                data.toString(),
                "--until-input-ends"));
        command.addAll(List.of(more));
        if (role.equals("server"))
            command.addAll(List.of("--config", serverConfiguration(data).toString()));
        List<String> javaOptions = new ArrayList<>(List.of("-Xmx" + heapMib + "m"));
        javaOptions.addAll(javaOptions());
        javaOptions.addAll(recording(role));
        // Only the events of Gridbatch itself, which cost next to nothing; it is in the directory that the node works
        // in.
        if (role.equals("worker")) javaOptions.add("-XX:StartFlightRecording=settings=none,filename=" + ATTEMPTS);
        return child(
                role,
                command,
                Map.of(
                        "GRIDBATCH_JAVA_OPTS",
                        String.join(" ", javaOptions),
                        "JAVA_HOME",
                        System.getProperty("java.home")));
    }

    private static Path serverConfiguration(Path data) throws IOException {
        String room = Driver.AMPLE_ROOM.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue())
                .collect(Collectors.joining(", "));
        return Files.writeString(data.resolve("server.json"), "{\"org.gridbatch.queue\": {" + room + "}}\n");
    }

    /** Those of the user hold for every JVM of the run. */
    private static List<String> javaOptions() {
        String given = System.getenv().getOrDefault("GRIDBATCH_JAVA_OPTS", "").strip();
        return given.isEmpty() ? List.of() : List.of(given.split("\\s+"));
    }

    private List<String> recording(String name) throws IOException {
        if (options.recordings() == null) return List.of();
        Path directory = Files.createDirectories(options.recordings()).toAbsolutePath();
        return List.of("-XX:StartFlightRecording=settings=profile,filename="
                + directory.resolve(name + "-" + ++started + ".jfr"));
    }

    private Child child(String name, List<String> command, Map<String, String> environment) throws IOException {
        Path errors = place.directory().resolve(name + "-" + ++started + ".err");
        Child child = new Child(name, command, environment, errors);
        children.add(child);
        return child;
    }

    /** Takes the figures of a driver until it ends, or wants something killed: then returns its count. */
    private long follow(Child driver) throws InterruptedException {
        Duration limit = Duration.ofSeconds(300 + (long) (options.seconds() * 100) + options.jobs() / 500);
        long deadline = System.nanoTime() + limit.toNanos();
        for (String text; (text = driver.nextLine(Duration.ofNanos(deadline - System.nanoTime()))) != null; ) {
            Line line = Line.parse(text);
            if (line == null) continue;
            switch (line.word()) {
                case Line.FIGURE -> figures.add(line.as(Figure.class));
                case Line.SAY -> progress.println("bench: " + line.as(String.class));
                case Line.KILL -> {
                    return line.as(Long.class);
                }
                case Line.FAILED -> throw failed(line.as(String.class));
                default -> throw new IllegalStateException("not understood: " + text);
            }
        }
        if (System.nanoTime() >= deadline) throw failed("no end within " + limit.toSeconds() + " s");
        return 0;
    }

    private void end(Child driver) throws InterruptedException {
        int status = driver.awaitEnd(Duration.ofSeconds(90));
        if (status != 0) throw failed("the driver ended with status " + status);
    }

    private BenchException failed(String why) {
        keepLogs = true;
        return new BenchException(why + "; the logs of the run are in " + place.directory());
    }

    private long smallHeapMib() {
        return atMost(2_048);
    }

    /** Jobs of 1 KiB take less than twice that; the rest is room for the collector and a snapshot. */
    private long backlogHeapMib() {
        return atMost(1_024 + options.jobs() * 4L / 1_024);
    }

    private long atMost(long wantedMib) {
        long mostMib = machine.memoryBytes() / MIB * 6 / 10;
        if (wantedMib <= mostMib) return wantedMib;
        throw new BenchException("the run wants a heap of " + wantedMib + " MiB, and 60 % of this machine's memory is "
                + mostMib + " MiB: want fewer --jobs");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Ends every process that still runs, and deletes the run's directory unless something failed. */
    @Override
    public void close() {
        // The last one first: drivers and workers call the server, and all need ZooKeeper to say that they leave.
        for (int i = children.size() - 1; i >= 0; i--) children.get(i).close();
        if (keepLogs || !Files.exists(place.directory())) return;
        try {
            place.delete();
        } catch (IOException e) {
            progress.println("bench: cannot delete " + place.directory() + ": " + e.getMessage());
        }
    }
}
