/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import aQute.bnd.osgi.Builder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process with somebody else's framework, with the bundles that docs/from-code.md tells to install and with its
 * examples.
 */
final class Foreign implements AutoCloseable {
    static final Path DOC = Path.of("../docs/from-code.md");

    private static final Pattern BUNDLE = Pattern.compile("\\| `([\\w.-]+)` \\| ([\\w.]+) \\|.*");
    /** What Dependency Manager wants besides. */
    private static final List<String> FOR_DM =
            List.of("org.apache.felix.dependencymanager-4.6.1.jar", "org.osgi.service.metatype-1.4.1.jar");

    private final Process process;
    private final Batch.Collector out;
    private final Batch.Collector err;

    private Foreign(Process process) {
        this.process = process;
        out = new Batch.Collector(process.getInputStream());
        err = new Batch.Collector(process.getErrorStream());
    }

    /**
     * Starts one.
     *
     * @param framework the version of Felix
     * @param options of Java; those that start with {@code -Dframework.} are properties of the framework
     * @param examples which of them it gets besides the one that says where ZooKeeper is
     */
    static Foreign start(Grid grid, String framework, List<String> options, String... examples) throws Exception {
        Path directory = Files.createTempDirectory(grid.home(), "foreign");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                classes() + File.pathSeparator + foreign("org.apache.felix.framework-" + framework + ".jar"),
                ForeignFramework.class.getName(),
                grid.zookeeper(),
                directory.resolve("storage").toString()));
        for (Path bundle : bundles()) command.add(bundle.toString());
        for (String bundle : FOR_DM) command.add(foreign(bundle).toString());
        command.add(example("setup", directory).toString());
        for (String example : examples) command.add(example(example, directory).toString());
        return new Foreign(grid.commands().startCommand(command));
    }

    /** Those that the documentation lists. */
    private static List<Path> bundles() throws IOException {
        List<Path> bundles = new ArrayList<>();
        Path own = Batch.distribution().resolve("bundles");
        for (String line : Files.readAllLines(DOC)) {
            Matcher row = BUNDLE.matcher(line);
            if (!row.matches()) continue;
            String version = row.group(2).equals("Gridbatch") ? version() : row.group(2);
            String file = row.group(1) + "-" + version + ".jar";
            bundles.add(Files.exists(own.resolve(file)) ? own.resolve(file) : foreign(file));
        }
        if (bundles.isEmpty()) throw new AssertionError("no bundles are listed in " + DOC);
        return bundles;
    }

    /** Of this build. */
    private static String version() {
        return Batch.distribution().getFileName().toString().substring("gridbatch-".length());
    }

    private static Path foreign(String file) {
        Path path = Path.of(System.getProperty("gridbatch.foreign", "unset"), file);
        if (!Files.exists(path)) {
            throw new AssertionError("there is no " + file + " in the distribution or in " + path.getParent()
                    + ": is its version in docs/from-code.md the one of the build?");
        }
        return path;
    }

    private static Path classes() throws Exception {
        return Path.of(Foreign.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** Makes a bundle of an example, as a build would. */
    private static Path example(String name, Path directory) throws Exception {
        String packageName = "org.gridbatch.itests.examples." + name;
        try (Builder builder = new Builder()) {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (Files.exists(Path.of(entry))) builder.addClasspath(new File(entry));
            }
            builder.setProperty("Bundle-SymbolicName", packageName);
            builder.setProperty("Private-Package", packageName);
            // Compiled against a new framework, to be run on old ones.
            builder.setProperty("-noimportjava", "true");
            builder.setProperty("Import-Package", "org.osgi.framework;version=\"[1.7,2)\",*");
            if (Files.exists(classes().resolve(packageName.replace('.', '/')).resolve("Activator.class"))) {
                builder.setProperty("Bundle-Activator", packageName + ".Activator");
            }
            Path file = directory.resolve(name + ".jar");
            builder.build().write(file.toFile());
            if (!builder.getErrors().isEmpty()) throw new AssertionError(builder.getErrors());
            return file;
        }
    }

    /** Waits until it has printed a text. */
    void awaitPrinted(String text) {
        Batch.awaitTrue("it prints '" + text + "'", 90, () -> {
            if (!process.isAlive()) throw new AssertionError(log());
            return out.soFar().contains(text);
        });
    }

    /** The lines that it has printed so far that start like this. */
    List<String> lines(String start) {
        return Arrays.stream(out.soFar().split("\n"))
                .filter(line -> line.startsWith(start))
                .toList();
    }

    String log() {
        return out.soFar() + err.soFar();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
