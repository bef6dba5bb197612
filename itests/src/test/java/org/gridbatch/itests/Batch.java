/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Calls bin/batch of the built distribution as a user does, in processes of their own and with a fresh home. */
final class Batch {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** Nodes of tests live for seconds: half of what they cost otherwise is compiling for a long life. */
    private static final String SHORT_LIVED = " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();

    /** What a command did. */
    record Result(int status, String out, String err) {
        /** What it printed, when it succeeded; else the test fails with all that is known. */
        String ok() {
            if (status != 0) throw new AssertionError("exit status " + status + "\n" + out + "\n" + err);
            return out;
        }
    }

    /** @param home where {@code ~} is for the commands: sockets, data and history go there */
    Batch(Path home) {
        this.home = home;
        environment.put("HOME", home.toString());
        environment.put("GRIDBATCH_RUN", home.resolve("run").toString());
        environment.put("GRIDBATCH_JAVA_OPTS", "-Duser.home=" + home + SHORT_LIVED);
    }

    /** From now on with no other options for the JVM than users have, and on this Java. */
    Batch asUsersDo(Path javaHome) {
        environment.put("JAVA_HOME", javaHome.toString());
        environment.put("GRIDBATCH_JAVA_OPTS", "-Duser.home=" + home);
        return this;
    }

    Batch with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** The unpacked distribution that the build made. */
    static Path distribution() {
        Path directory = Path.of(System.getProperty("gridbatch.dist", "unset")).normalize();
        if (!Files.isDirectory(directory)) throw new AssertionError("no distribution at " + directory);
        return directory;
    }

    /** Runs a command to its end. */
    Result run(String... args) {
        return runWithInput("", args);
    }

    /** Runs a command to its end, with this standard input. */
    Result runWithInput(String input, String... args) {
        try {
            Process process = start(args);
            Collector out = new Collector(process.getInputStream());
            Collector err = new Collector(process.getErrorStream());
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The command did not read it, which is its right.
            }
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("no end within " + LIMIT + ": batch " + Arrays.asList(args) + "\n" + out.text()
                        + "\n" + err.text());
            }
            return new Result(process.exitValue(), out.text(), err.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Starts a command that stays. */
    Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(distribution().resolve("bin").resolve("batch").toString());
        command.addAll(Arrays.asList(args));
        return startCommand(command);
    }

    /** Starts another program in the surroundings of the commands. */
    Process startCommand(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().clear();
        builder.environment().putAll(surroundings());
        return builder.start();
    }

    /** Starts what the system's shell makes of a line, at a terminal. */
    Person atTerminal(int columns, int rows, Path directory, String command) throws IOException {
        return new Person(columns, rows, directory, surroundings(), command);
    }

    /** The environment of all that is started. */
    Map<String, String> surroundings() {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.keySet().removeIf(variable -> variable.startsWith("GRIDBATCH_"));
        all.put("JAVA_HOME", System.getProperty("java.home"));
        all.putAll(environment);
        return all;
    }

    /** Waits until something is so. */
    static void awaitTrue(String what, int seconds, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(seconds))
                .pollInterval(Duration.ofMillis(200))
                .until(condition);
    }

    /** Reads a stream on a thread of its own, so that its process never waits for a reader. */
    static final class Collector {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread thread;

        Collector(InputStream stream) {
            thread = new Thread(() -> {
                byte[] buffer = new byte[8_192];
                try {
                    for (int count; (count = stream.read(buffer)) >= 0; ) {
                        synchronized (bytes) {
                            bytes.write(buffer, 0, count);
                        }
                    }
                } catch (IOException e) {
                    // The process was killed: what came until then is what there is.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        /** All of it once the process has ended. */
        String text() throws InterruptedException {
            thread.join(5_000);
            return soFar();
        }

        String soFar() {
            synchronized (bytes) {
                return bytes.toString(StandardCharsets.UTF_8);
            }
        }
    }
}
