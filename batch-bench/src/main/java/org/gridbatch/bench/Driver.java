/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.gridbatch.bench.OsgiNode.Service;

/**
 * The process that makes the load. It is told what to do by its arguments, prints {@link Line}s, and ends when its
 * standard input does, so that it never outlives the one that started it.
 */
public final class Driver {
    private static final Duration IN_SIGHT = Duration.ofSeconds(120);
    private static final int MOST_DRAINED = 20_000;

    /** So that the limits of a queue-server's configuration do not end the run. */
    static final Map<String, Integer> AMPLE_ROOM =
            Map.of("max.jobs", 100_000_000, "max.jobs.per.queue", 100_000_000, "max.jobs.mb", 1 << 20);

    private final Orders orders;
    private final PrintStream out;
    private final BlockingQueue<String> input = new LinkedBlockingQueue<>();

    private Driver(Orders orders, PrintStream out) {
        this.orders = orders;
        this.out = out;
    }

    public static void main(String[] args) {
        PrintStream out = System.out;
        // Whatever else prints must not get between the lines.
        System.setOut(System.err);
        int status = 0;
        try {
            new Driver(Orders.of(args), out).run();
        } catch (Exception | Error e) {
            e.printStackTrace();
            Line.print(out, Line.FAILED, e.toString());
            status = 1;
        }
        out.flush();
        System.exit(status);
    }

    private void run() throws Exception {
        Thread reader = new Thread(this::read, "bench-input");
        reader.setDaemon(true);
        reader.start();
        long startedAtMillis = ProcessHandle.current()
                .info()
                .startInstant()
                .map(java.time.Instant::toEpochMilli)
                .orElseGet(System::currentTimeMillis);
        switch (orders.part()) {
            case WORKLOADS -> workloads();
            case FILL -> fill();
            case RESTART -> restart(startedAtMillis);
        }
    }

    private void workloads() throws Exception {
        try (OsgiNode node = node()) {
            Session session = session(node);
            Workloads workloads = warmedUp(session);
            for (Workload workload : orders.workloads()) {
                say(workload.name());
                Figures figures = figures(workload);
                switch (workload) {
                    case W1 -> workloads.w1(figures);
                    case W2 -> {
                        workloads.w2(figures);
                        workloads.w2Items(figures);
                    }
                    case W3 -> workloads.w3(figures);
                    case W4 -> {
                        workloads.w4(figures);
                        if (!orders.workerQueue().isEmpty()) {
                            new EndToEnd(session, orders.workerQueue(), orders.time()).run(orders.runs(), figures);
                        }
                    }
                    default -> throw new AssertionError(workload + " is no part of this");
                }
                figures.handOn(figure -> Line.print(out, Line.FIGURE, figure));
            }
        }
    }

    private Workloads warmedUp(Session session) throws Exception {
        say(orders.target() + ": warming up");
        Workloads workloads =
                new Workloads(session, orders.time(), orders.runs(), Math.min(orders.jobs(), MOST_DRAINED));
        workloads.warmUp();
        return workloads;
    }

    private void fill() throws Exception {
        try (OsgiNode node = node()) {
            Session session = session(node);
            warmedUp(session);
            say("W5, " + orders.jobs() + " jobs");
            Figures figures = figures(Workload.W5);
            long pid = orders.inProcess() ? ProcessHandle.current().pid() : orders.serverPid();
            long acknowledged = new Backlog(figures, orders.time(), orders.runs(), orders.jobs(), orders.items())
                    .fill(() -> session(node), pid);
            figures.handOn(figure -> Line.print(out, Line.FIGURE, figure));
            Line.print(out, Line.KILL, acknowledged);
            // In-process nothing follows: it is this process that is killed.
            long startedAtMillis = Long.parseLong(input.take());
            restarted(node, startedAtMillis, acknowledged);
        }
    }

    private void restart(long startedAtMillis) throws Exception {
        try (OsgiNode node = node()) {
            restarted(node, startedAtMillis, orders.acknowledged());
        }
    }

    private void restarted(OsgiNode node, long startedAtMillis, long acknowledged) throws Exception {
        double seconds = Backlog.restart(() -> session(node), startedAtMillis, acknowledged);
        Figures figures = figures(Workload.W5);
        figures.add("kill -9 with all waiting, start to first answer", "s", seconds);
        figures.handOn(figure -> Line.print(out, Line.FIGURE, figure));
    }

    private OsgiNode node() throws Exception {
        ObjectNode all = new JsonMapper().createObjectNode();
        all.put(":configurator:resource-version", 1);
        all.put(":configurator:symbolic-name", "org.gridbatch.bench");
        all.put(":configurator:version", "1.0.0");
        if (orders.inProcess()) {
            ObjectNode queue = all.putObject("org.gridbatch.queue");
            queue.put("data.dir", orders.data().resolve("queue").toString());
            AMPLE_ROOM.forEach(queue::put);
        } else {
            all.putObject("org.gridbatch.discovery").put("zookeeper", orders.zookeeper());
            all.putObject("org.gridbatch.transport").put("host", "127.0.0.1");
        }
        return new OsgiNode(orders.home(), orders.directory(), all.toString());
    }

    private static Session session(OsgiNode node) {
        try {
            Service service = node.awaitQueue(IN_SIGHT);
            return new Session(service.jobs(), service.work());
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while no queue was in sight", e);
        }
    }

    private Figures figures(Workload workload) throws Exception {
        return new Figures(workload, orders.target(), orders.data(), orders.rawTime());
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) input.add(line);
        } catch (IOException e) {
            // A broken pipe is an end as well.
        }
        Runtime.getRuntime().halt(3);
    }

    private void say(String text) {
        Line.print(out, Line.SAY, text);
    }
}
