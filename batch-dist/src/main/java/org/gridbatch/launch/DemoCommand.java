/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.gridbatch.control.ControlClient;
import org.gridbatch.control.Frame;
import picocli.CommandLine.Command;

/**
 * A whole grid at work on this machine: five processes on free ports and in a fresh directory, jobs that succeed and
 * fail, a server that is killed midway. The exit status is 0 if and only if everything came out as it should.
 */
@Command(name = "demo", description = "Show a whole grid at work on this machine, a killed server included.")
final class DemoCommand implements Callable<Integer> {
    private static final Duration UP_LIMIT = Duration.ofSeconds(120);
    private static final Duration JOBS_LIMIT = Duration.ofSeconds(120);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

    /** Prints a job and its attempts in a form that {@link #read} understands, with nothing but Gogo. */
    private static final String SHOW = "each [%s] { d = (batch:job $it); echo \"JOB|$it|$(($d view) state)\"; "
            + "each ($d attempts) { echo \"ATTEMPT|$($it number)|$($it worker)|$($it outcome)\"; "
            + "echo \"OUT|$(($it out) text)\"; echo \"ERROR|$($it error)\" } }";

    private static final List<Sample> SAMPLES = samples();

    private final List<ChildNode> nodes = new ArrayList<>();
    private final Map<String, ChildNode> byName = new LinkedHashMap<>();
    private String zookeeper;
    private Path directory;

    /** A job of the demo, and what should come of it. */
    private record Sample(
            String id, String script, int maxAttempts, String state, List<String> outcomes, String output) {}

    /** What came of a job. */
    private record Seen(String state, List<String> attempts, List<String> outcomes, String output, String error) {}

    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            samples.add(new Sample(
                    "hello-" + i,
                    "echo \"hello from job " + i + "\"",
                    3,
                    "COMPLETED",
                    List.of("COMPLETED"),
                    "hello from job " + i));
        }
        samples.add(new Sample(
                "compute",
                "x = %(6 * 7); echo \"the answer is $x\"",
                3,
                "COMPLETED",
                List.of("COMPLETED"),
                "the answer is 42"));
        samples.add(new Sample(
                "flaky",
                "a = ($job attempt); if { %(a == 3) } { echo \"third time lucky\" } { $job fail \"not yet\" }",
                5,
                "COMPLETED",
                List.of("FAILED", "FAILED", "COMPLETED"),
                "third time lucky"));
        samples.add(
                new Sample("doomed", "throw \"nobody can do this\"", 2, "DISCARDED", List.of("FAILED", "FAILED"), ""));
        for (int i = 1; i <= 4; i++) {
            samples.add(
                    new Sample("slow-" + i, "sleep 3; echo \"slept\"", 3, "COMPLETED", List.of("COMPLETED"), "slept"));
        }
        return List.copyOf(samples);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAll, "gridbatch-stop"));
        directory = Files.createTempDirectory("gridbatch-demo-");
        zookeeper = "127.0.0.1:" + freePort();
        say("A grid of five processes on this machine, ZooKeeper at " + zookeeper + ", data in " + directory);
        start(Role.ZOOKEEPER, "zookeeper");
        start(Role.SERVER, "server");
        start(Role.WORKER, "worker-1");
        start(Role.WORKER, "worker-2");
        start(Role.SHELL, "shell");
        for (ChildNode node : nodes) {
            node.awaitUp(UP_LIMIT);
            say("  " + node.name() + " is up, process " + node.pid());
        }
        say("Pushing " + SAMPLES.size() + " jobs from the shell node:");
        for (Sample sample : SAMPLES) push(sample);
        Thread.sleep(500);
        say("  " + progress());

        ChildNode server = byName.get("server");
        say("Killing the queue-server, process " + server.pid() + ", with kill -9");
        server.kill();
        nodes.remove(server);
        Thread.sleep(1_000);
        ChildNode again = start(Role.SERVER, "server");
        again.awaitUp(UP_LIMIT);
        say("Started it again, process " + again.pid() + ": it has read its log and knows every job");

        Map<String, Seen> seen = awaitFinal();
        boolean right = report(seen);
        say("Stopping all");
        stopAll();
        if (right) {
            say("Everything came out as it should.");
            return 0;
        }
        System.err.println("batch: the demo did not come out as it should; the nodes' logs are in " + directory);
        return 1;
    }

    private ChildNode start(Role role, String name) {
        ChildNode node = new ChildNode(role, name, zookeeper, directory, options(role), line -> {});
        nodes.add(node);
        byName.put(name, node);
        return node;
    }

    /** The grid's nodes start all at once. */
    private static List<String> options(Role role) {
        return role == Role.ZOOKEEPER || role == Role.SHELL ? List.of() : List.of("--await-zookeeper");
    }

    private void push(Sample sample) throws IOException {
        gogo(Frame.of(
                Frame.Type.RUN,
                List.of(
                        "batch:push",
                        "--id",
                        sample.id,
                        "--max-attempts",
                        Integer.toString(sample.maxAttempts),
                        "--backoff",
                        "500ms",
                        sample.script)));
        say("  push " + sample.id + ": " + sample.script);
    }

    private Map<String, Seen> awaitFinal() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + JOBS_LIMIT.toNanos();
        String shown = "";
        while (true) {
            Map<String, Seen> seen = look();
            String progress = progress(seen);
            if (!progress.equals(shown)) say("  " + progress);
            shown = progress;
            boolean done = seen.values().stream().allMatch(DemoCommand::isFinal);
            if (done || System.nanoTime() > deadline) return seen;
            Thread.sleep(500);
        }
    }

    private boolean report(Map<String, Seen> seen) {
        say("");
        say(String.format("%-9s %-10s %-66s %s", "JOB", "STATE", "ATTEMPTS", "OUTPUT OR ERROR"));
        boolean right = true;
        for (Sample sample : SAMPLES) {
            Seen job = seen.get(sample.id);
            boolean asExpected = job != null
                    && job.state.equals(sample.state)
                    && outcomesFit(sample.outcomes, job.outcomes)
                    && job.output.contains(sample.output);
            right &= asExpected;
            if (job == null) {
                say(String.format("%-9s is missing", sample.id));
                continue;
            }
            String last = job.output.isEmpty() ? job.error : job.output;
            say(String.format(
                    "%-9s %-10s %-66s %s%s",
                    sample.id,
                    job.state.toLowerCase(Locale.ROOT),
                    String.join(", ", job.attempts),
                    last.lines().findFirst().orElse(""),
                    asExpected ? "" : "   <- not as it should be: want " + sample));
        }
        say("");
        return right;
    }

    /** A lost attempt more is right, on a slow machine: its worker or its report was cut off by the kill. */
    private static boolean outcomesFit(List<String> wanted, List<String> seen) {
        return seen.stream()
                .filter(outcome -> !outcome.equals("LOST") && !outcome.equals("RELEASED"))
                .toList()
                .equals(wanted);
    }

    private String progress() throws IOException {
        return progress(look());
    }

    private static String progress(Map<String, Seen> seen) {
        Map<String, Long> counts =
                seen.values().stream().collect(Collectors.groupingBy(Seen::state, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private static boolean isFinal(Seen job) {
        return List.of("COMPLETED", "CANCELLED", "DISCARDED").contains(job.state);
    }

    private Map<String, Seen> look() throws IOException {
        String ids = SAMPLES.stream().map(Sample::id).collect(Collectors.joining(" "));
        return read(gogo(Frame.of(Frame.Type.LINE, List.of(String.format(SHOW, ids)))));
    }

    private static Map<String, Seen> read(String text) {
        Map<String, Seen> seen = new LinkedHashMap<>();
        String id = "";
        for (String line : text.split("\n")) {
            String[] words = line.split("\\|", -1);
            switch (words[0]) {
                case "JOB" -> {
                    id = words[1];
                    seen.put(id, new Seen(words[2], List.of(), List.of(), "", ""));
                }
                case "ATTEMPT" -> {
                    Seen job = seen.get(id);
                    seen.put(
                            id,
                            new Seen(
                                    job.state,
                                    with(job.attempts, words[2] + " " + words[3].toLowerCase(Locale.ROOT)),
                                    with(job.outcomes, words[3]),
                                    "",
                                    ""));
                }
                case "OUT" -> {
                    Seen job = seen.get(id);
                    seen.put(id, new Seen(job.state, job.attempts, job.outcomes, line.substring(4), ""));
                }
                case "ERROR" -> {
                    Seen job = seen.get(id);
                    seen.put(id, new Seen(job.state, job.attempts, job.outcomes, job.output, line.substring(6)));
                }
                default -> {
                    // More lines of an output or an error: the first one is enough here.
                }
            }
        }
        return seen;
    }

    private static List<String> with(List<String> list, String more) {
        List<String> longer = new ArrayList<>(list);
        longer.add(more);
        return longer;
    }

    /** Runs something on the shell node, and returns what it printed. */
    private String gogo(Frame frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ControlClient client = new ControlClient(byName.get("shell").socket())) {
            ControlClient.Exit exit = client.run(frame, InputStream.nullInputStream(), out, System.err);
            if (exit.status() != 0) throw new LaunchException(exit.message());
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    private synchronized void stopAll() {
        List<ChildNode> running = new ArrayList<>(nodes);
        nodes.clear();
        ChildNode.stopInOrder(running, STOP_LIMIT);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
