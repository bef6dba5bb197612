/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.rules.ExternalResource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** A framework's Gogo with the usual commands and some of our own. */
final class Gogo extends ExternalResource {
    final ThreadIOImpl threadIO = new ThreadIOImpl();
    final CommandProcessorImpl processor = new CommandProcessorImpl(threadIO);
    GogoScriptRunner runner;

    @Override
    protected void before() {
        threadIO.start();
        for (String name : List.of("each", "if", "not", "throw", "try", "until", "while")) {
            processor.addCommand("gogo", new Procedural(), name);
        }
        for (String name : List.of("echo", "cat", "grep", "head", "sort")) {
            processor.addCommand("gogo", new Posix(processor), name);
        }
        Commands commands = new Commands();
        for (String name : List.of(
                "boom",
                "nap",
                "busy",
                "print",
                "printerr",
                "two",
                "deep",
                "linkage",
                "memory",
                "same",
                "give",
                "lots",
                "flood",
                "numbers",
                "later",
                "read",
                "exit",
                "open",
                "spill",
                "leak")) {
            processor.addCommand("test", commands, name);
        }
        for (String name : List.of("cw", "rw")) processor.addCommand("ace", new Ace(), name);
        processor.addCommand("system", System.class, "exit");
        processor.addCommand("system", System.class, "getProperty");
        processor.addCommand("mine", System.class, "exit");
        processor.addCommand("osgi", processor, "eval");
        for (String name : List.of("stop", "update", "uninstall", "refresh", "frameworklevel")) {
            processor.addCommand("felix", new Felix(), name);
        }
        processor.addConstant(".context", Felix.CONTEXT);
        processor.addConverter(new Felix());
        runner = new GogoScriptRunner(processor, threadIO);
    }

    @Override
    protected void after() {
        Commands.release();
        runner.close();
        processor.stop();
        threadIO.stop();
    }

    ScriptResult run(String text, String... args) throws Exception {
        return run(Script.of(text).withArgs(List.of(args)));
    }

    ScriptResult run(Script script) throws Exception {
        return runner.start(script).result().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** What jobs do in these tests. */
    public static final class Commands {
        private static volatile CountDownLatch started = new CountDownLatch(1);
        private static volatile boolean released;

        static void reset() {
            started = new CountDownLatch(1);
            released = false;
        }

        static void release() {
            released = true;
        }

        static void awaitStart() throws InterruptedException {
            if (!started.await(10, TimeUnit.SECONDS)) throw new AssertionError("no command was started in 10 s");
        }

        public void boom(String message) {
            throw new IllegalStateException(message, new java.io.IOException("the disk is full"));
        }

        public void nap(long millis) throws InterruptedException {
            started.countDown();
            Thread.sleep(millis);
        }

        /** Heeds no interrupt. */
        public void busy() {
            started.countDown();
            while (!released) Thread.onSpinWait();
        }

        public void print(String text) {
            System.out.println(text);
        }

        public void printerr(String text) {
            System.err.println(text);
        }

        public int two(int one, int other) {
            return one + other;
        }

        public int deep(int level) {
            return deep(level + 1) + 1;
        }

        public void linkage() {
            throw new NoClassDefFoundError("com/acme/Gone");
        }

        public void memory() {
            throw new OutOfMemoryError("Java heap space");
        }

        public Object same(Object value) {
            return value;
        }

        public Object give(String what) {
            switch (what) {
                case "nothing":
                    return null;
                case "list":
                    return List.of("a", "b");
                case "map":
                    return Map.of("key", "value");
                case "cyclic":
                    List<Object> list = new ArrayList<>();
                    list.add(List.of(list));
                    return list;
                case "throwing":
                    return new Object() {
                        @Override
                        public String toString() {
                            throw new IllegalStateException("no text");
                        }
                    };
                case "waiting":
                    return new Object() {
                        @Override
                        public String toString() {
                            try {
                                Thread.sleep(600_000);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return "late";
                        }
                    };
                case "hanging":
                    return new Object() {
                        @Override
                        public String toString() {
                            busy();
                            return "late";
                        }
                    };
                case "huge":
                    return java.util.Collections.nCopies(50_000_000, "x");
                case "runtime":
                    return Runtime.getRuntime();
                default:
                    throw new IllegalArgumentException(what);
            }
        }

        public void lots(int lines) {
            for (int i = 0; i < lines; i++) System.out.println("line " + i);
        }

        /** So many mebibytes to each stream. */
        public void flood(int mebibytes) {
            byte[] line = ("é".repeat(511) + "x\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (int i = 0; i < mebibytes << 10; i++) {
                System.out.write(line, 0, line.length);
                System.err.write(line, 0, line.length);
            }
        }

        public List<Integer> numbers(int count) {
            return java.util.stream.IntStream.range(0, count).boxed().toList();
        }

        /** Prints after its script has ended. */
        public void later() {
            new Thread(() -> System.out.println("late"), "test-later").start();
        }

        public int read() throws java.io.IOException {
            return System.in.read();
        }

        /** As a command does whose own connection breaks. */
        public void spill() throws java.io.IOException {
            throw new java.io.IOException("Pipe closed");
        }

        /** As a command does whose own pipe has lost its reader. */
        public void leak() throws java.io.IOException {
            java.io.PipedInputStream reader = new java.io.PipedInputStream();
            try (java.io.OutputStream writer = new java.io.PipedOutputStream(reader)) {
                reader.close();
                writer.write(1);
            }
        }

        public void open(CommandSession session) {
            ((org.apache.felix.gogo.runtime.CommandSessionImpl) session)
                    .processor()
                    .createSession(session);
        }

        public void exit(CommandSession session) {
            throw new AssertionError("a denied command was called");
        }
    }

    /** Looks to a script as the commands for bundles do, in a framework with the bundles 0 and 7. */
    public static final class Felix implements Converter {
        static final Bundle[] BUNDLES = {
            bundle(0, "org.acme.framework", "System Bundle"), bundle(7, "org.acme.shop", "file:shop.jar")
        };
        static final BundleContext CONTEXT = fake(
                BundleContext.class,
                Map.of(
                        "getBundle",
                        arguments -> BUNDLES[(long) arguments[0] == 0 ? 0 : 1],
                        "getBundles",
                        arguments -> BUNDLES.clone()));

        private static Bundle bundle(long id, String name, String location) {
            return fake(
                    Bundle.class,
                    Map.of(
                            "getBundleId", arguments -> id,
                            "getSymbolicName", arguments -> name,
                            "getLocation", arguments -> location,
                            "toString", arguments -> name,
                            "adapt", arguments -> fake((Class<?>) arguments[0], Map.of())));
        }

        private static <T> T fake(Class<T> type, Map<String, Function<Object[], Object>> methods) {
            return type.cast(Proxy.newProxyInstance(
                    Felix.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        if (!methods.containsKey(method.getName())) throw new AssertionError(method + " was called");
                        return methods.get(method.getName()).apply(arguments);
                    }));
        }

        public void stop(Bundle[] bundles) {
            for (Bundle bundle : bundles) {
                if (bundle == BUNDLES[0]) throw new AssertionError("a denied command was called");
            }
        }

        public void uninstall(Bundle[] bundles) {
            stop(bundles);
        }

        public void refresh(Bundle[] bundles) {
            stop(bundles);
        }

        public void update(Bundle bundle) {
            stop(new Bundle[] {bundle});
        }

        public void frameworklevel(int level) {
            throw new AssertionError("a denied command was called");
        }

        /** As gogo.jline does. */
        @Override
        public Object convert(Class<?> wanted, Object in) {
            if (wanted != Bundle.class) return null;
            for (Bundle bundle : BUNDLES) {
                if (in.toString().equals(bundle.getSymbolicName())
                        || in.toString().equals(bundle.getLocation())
                        || in.toString().matches("\\d+") && Long.parseLong(in.toString()) == bundle.getBundleId()) {
                    return bundle;
                }
            }
            return null;
        }

        @Override
        public CharSequence format(Object target, int level, Converter escape) {
            return null;
        }
    }

    /** Looks to a script as the commands of Apache ACE do. */
    public static final class Ace {
        /** An unknown store is told on stderr, and there is no workspace. */
        public Workspace cw(String store, String target, String deployment) {
            if (store.equals("nobody")) {
                System.err.println("no such store");
                return null;
            }
            return new Workspace();
        }

        public void rw(Workspace workspace) {
            System.out.print("rw\n");
        }
    }

    /** What {@link Ace} makes. */
    public static final class Workspace {
        public void commit() {
            System.out.print("commit\n");
        }
    }
}
