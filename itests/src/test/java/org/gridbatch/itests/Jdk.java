/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Java to run nodes with.
 *
 * @param feature its version, such as 17
 * @param home its directory
 */
record Jdk(int feature, Path home) {
    /** The newest Java that nodes are promised to run on. */
    private static final int NEWEST = 25;

    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+).*");

    /** Where operating systems, images and tools put Javas, each in a directory of its own. */
    private static final List<Path> USUAL = List.of(
            Path.of("/usr/lib/jvm"),
            Path.of("/opt/java"),
            Path.of("/opt/jdk"),
            Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "java"),
            Path.of(System.getProperty("user.home"), ".jdks"));

    /**
     * The Java that runs the tests, and Java 25 if it is another one and is here: where the system property
     * {@code java25.home} or the variable {@code JAVA25_HOME} says, or in a usual place.
     */
    static List<Jdk> here() {
        List<Jdk> jdks = new ArrayList<>();
        jdks.add(new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home"))));
        if (jdks.get(0).feature() == NEWEST) return jdks;
        String told = System.getProperty("java25.home", System.getenv("JAVA25_HOME"));
        if (told != null && !told.isBlank()) {
            Jdk jdk = at(Path.of(told));
            if (jdk == null || jdk.feature() != NEWEST) throw new AssertionError("no Java " + NEWEST + " at " + told);
            jdks.add(jdk);
        } else {
            USUAL.stream()
                    .flatMap(Jdk::below)
                    .filter(jdk -> jdk.feature() == NEWEST)
                    .findFirst()
                    .ifPresent(jdks::add);
        }
        return jdks;
    }

    private static Stream<Jdk> below(Path directory) {
        if (!Files.isDirectory(directory)) return Stream.empty();
        try (Stream<Path> homes = Files.list(directory)) {
            return homes.sorted().map(Jdk::at).filter(jdk -> jdk != null).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    /** Null if there is none. */
    private static Jdk at(Path home) {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin").resolve("java")) || !Files.isReadable(release)) return null;
        try {
            for (String line : Files.readAllLines(release)) {
                Matcher version = VERSION.matcher(line);
                if (version.matches()) return new Jdk(Integer.parseInt(version.group(1)), home);
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + release, e);
        }
    }

    /** For the names of tests. */
    @Override
    public String toString() {
        return "Java " + feature;
    }
}
