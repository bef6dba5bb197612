/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The unpacked distribution: {@code bin}, {@code lib}, {@code bundles} and {@code etc}. */
record Home(Path directory) {
    /** Where the command was started from, as {@code bin/batch} says. */
    static Home current() {
        String home = System.getProperty("gridbatch.home");
        if (home == null || !Files.isDirectory(Path.of(home, "bundles"))) {
            throw new LaunchException(
                    "the system property gridbatch.home is '" + home + "', want the unpacked distribution");
        }
        return new Home(Path.of(home).toAbsolutePath().normalize());
    }

    Path etc(String file) {
        return directory.resolve("etc").resolve(file);
    }

    /** All bundles, in a fixed order. */
    List<Path> bundles() {
        return jars(directory.resolve("bundles"));
    }

    /** The jars of a directory, in a fixed order. */
    static List<Path> jars(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the bundles of " + directory, e);
        }
    }

    /** The version of the distribution, as its control bundle has it. */
    String version() {
        for (Path bundle : bundles()) {
            if (!bundle.getFileName().toString().startsWith("batch-api-")) continue;
            try (JarFile jar = new JarFile(bundle.toFile())) {
                Manifest manifest = jar.getManifest();
                return manifest.getMainAttributes().getValue("Bundle-Version");
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + bundle, e);
            }
        }
        return "unknown";
    }
}
