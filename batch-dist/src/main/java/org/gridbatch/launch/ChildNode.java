/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.gridbatch.control.NodeFile;

/** A node in a process of its own that this process started; what it prints is handed on line by line. */
final class ChildNode {
    private final Role role;
    private final String name;
    private final Process process;
    private final CompletableFuture<Void> up = new CompletableFuture<>();
    private volatile String lastLine = "";

    ChildNode(Role role, String name, String zookeeper, Path data, List<String> more, Consumer<String> lines) {
        this.role = role;
        this.name = name;
        // Ctrl-C goes to all processes of a terminal at once; only the parent may act on it, since order matters.
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // A small grid on one machine: quick to start, modest in memory.
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-Dfile.encoding=UTF-8"));
        // Felix reads a field by Unsafe; newer JVMs would print a warning about it at every start.
        if (Runtime.version().feature() >= 24) command.add("--sun-misc-unsafe-memory-access=allow");
        Home home = Home.current();
        command.addAll(List.of(
                "-Dgridbatch.home=" + home.directory(),
                "-cp",
                home.directory().resolve("lib") + "/*",
                Main.class.getName(),
                role.word(),
                "--zookeeper",
                zookeeper,
                "--data",
                data.toString(),
                "--name",
                name,
                "--until-input-ends"));
        command.addAll(more);
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new LaunchException("cannot start " + role.word() + " " + name + ": " + e.getMessage(), e);
        }
        Thread reader = new Thread(() -> read(lines), "gridbatch-output-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** @throws LaunchException if it ends first or the time is over; the message has what it printed last */
    void awaitUp(Duration atMost) throws InterruptedException {
        try {
            up.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new LaunchException(
                    role.word() + " " + name + " did not come up within " + atMost.toSeconds() + " s");
        } catch (ExecutionException e) {
            // What it says of its own end names it already.
            throw new LaunchException(
                    lastLine.startsWith("batch: ")
                            ? lastLine.substring("batch: ".length())
                            : role.word() + " " + name + " ended: " + lastLine);
        }
    }

    /** SIGTERM; the node stops in its own time. */
    void stop() {
        process.destroy();
    }

    /** SIGKILL, which no process can see coming. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** @return whether it ended by itself; else it was killed */
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        boolean ended = process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) kill();
        return ended;
    }

    /** Stops workers first, so that they can report, and ZooKeeper last, so that all can say that they leave. */
    static void stopInOrder(List<ChildNode> nodes, Duration atMost) {
        List<ChildNode> order = new ArrayList<>(nodes);
        order.sort(
                Comparator.comparingInt((ChildNode node) -> node.role.ordinal()).reversed());
        try {
            for (ChildNode node : order) if (node.role == Role.WORKER || node.role == Role.SHELL) node.stop();
            for (ChildNode node : order) {
                node.stop();
                node.awaitEnd(atMost);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its control socket. */
    Path socket() {
        return NodeFile.ofProcess(process.pid())
                .map(NodeFile::socket)
                .orElseThrow(() -> new LaunchException(role.word() + " " + name + " has no control socket"));
    }

    private void read(Consumer<String> lines) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = reader.readLine()) != null; ) {
                lastLine = line;
                if (line.startsWith(Nodes.upLine(role, name))) up.complete(null);
                lines.accept(line);
            }
        } catch (IOException e) {
            lastLine = e.toString();
        }
        up.completeExceptionally(new IllegalStateException(lastLine));
    }
}
