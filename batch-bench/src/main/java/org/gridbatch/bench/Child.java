/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that this one started: its lines can be waited for, and it is ended by its id. */
final class Child implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int LINES_KEPT = 40;

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Deque<String> last = new ArrayDeque<>();

    /**
     * @param errors where its standard error goes, in the directory that it works in; it must not fill a pipe that nobody
     *     reads
     */
    Child(String name, List<String> command, Map<String, String> environment, Path errors) throws IOException {
        this.name = name;
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(errors.getParent().toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        Thread reader = new Thread(this::read, "bench-output-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    long pid() {
        return process.pid();
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = reader.readLine()) != null; ) {
                synchronized (last) {
                    last.add(line);
                    if (last.size() > LINES_KEPT) last.remove();
                }
                lines.add(line);
            }
        } catch (IOException e) {
            // It was killed; what it printed before is here.
        }
    }

    /** The next line; null if it has ended and there is none, or the time is over. */
    String nextLine(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < deadline) {
            String line = lines.poll(50, TimeUnit.MILLISECONDS);
            if (line != null) return line;
            if (!process.isAlive()) return lines.poll(500, TimeUnit.MILLISECONDS);
        }
        return null;
    }

    /** @throws BenchException if no line begins like this in time */
    void awaitLine(String start, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        for (String line = ""; line != null; line = nextLine(Duration.ofNanos(deadline - System.nanoTime()))) {
            if (line.startsWith(start)) return;
        }
        throw new BenchException(
                name + " did not say '" + start + "' within " + atMost.toSeconds() + " s; it said:\n" + said());
    }

    /** What it printed last. */
    String said() {
        synchronized (last) {
            return String.join("\n", last);
        }
    }

    void tell(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** @return its exit status; it is killed if it does not end in time */
    int awaitEnd(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
            throw new BenchException(name + " did not end within " + atMost.toSeconds() + " s");
        }
        return process.exitValue();
    }

    /** SIGTERM, and SIGKILL if that does not help. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) kill();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
