/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The fresh directory of a run.
 *
 * @param fileSystem its type and device, for people
 * @param inMemory whether it forces nothing to any disk
 */
record Place(Path directory, String fileSystem, boolean inMemory) {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "ramdisk");

    /**
     * Makes it.
     *
     * @param parent null for the first usual place that is on a disk
     */
    static Place make(Path parent) {
        try {
            if (parent != null) return in(Files.createDirectories(parent));
            List<Path> usual = List.of(
                    Path.of(System.getProperty("java.io.tmpdir")),
                    Path.of("/var/tmp"),
                    Path.of(System.getProperty("user.home")));
            for (Path candidate : usual) {
                if (!Files.isWritable(candidate)) continue;
                if (!inMemory(Files.getFileStore(candidate))) return in(candidate);
            }
            throw new BenchException("none of " + usual + " is a writable directory on a disk: say where with --data");
        } catch (IOException e) {
            throw new BenchException("cannot make a directory for the run: " + e.getMessage(), e);
        }
    }

    private static Place in(Path parent) throws IOException {
        Path directory = Files.createTempDirectory(parent.toAbsolutePath(), "gridbatch-bench-");
        FileStore store = Files.getFileStore(directory);
        return new Place(directory, store.type() + " (" + store.name() + ")", inMemory(store));
    }

    private static boolean inMemory(FileStore store) {
        return IN_MEMORY.contains(store.type());
    }

    /** A new directory in it. */
    Path fresh(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    void delete() throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) Files.deleteIfExists(path);
    }
}
