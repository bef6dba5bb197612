/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is left of a pretended disk when the power fails: all that was forced, and by chance some of the rest. */
final class PowerFailure {
    private static final int PAGE = 4_096;

    private final ServerProcess.PretendedDisk disk;
    private final Random random;
    private final Map<Long, Path> live = new HashMap<>();

    /** @param random decides what else is left; null leaves nothing else */
    PowerFailure(ServerProcess.PretendedDisk disk, Random random) throws IOException {
        this.disk = disk;
        this.random = random;
        try (Stream<Path> all = Stream.concat(Files.walk(disk.root()), Files.list(disk.forced()))) {
            for (Path path : all.toList()) {
                String name = path.getFileName().toString();
                if (path.startsWith(disk.root()) || name.startsWith("keep.")) live.put(inode(path), path);
            }
        }
    }

    void leave(Path target) throws IOException {
        leaveDirectory(inode(disk.root()), target);
    }

    private void leaveDirectory(long inode, Path target) throws IOException {
        Files.createDirectories(target);
        Map<String, Long> names = new TreeMap<>();
        Path forced = disk.forced().resolve("d." + inode);
        Path now = live.get(inode);
        if (now != null && Files.isDirectory(now) && random != null && random.nextBoolean()) {
            try (Stream<Path> all = Files.list(now)) {
                for (Path path : all.toList()) names.put(path.getFileName().toString(), inode(path));
            }
        } else if (Files.exists(forced)) {
            for (String line : Files.readAllLines(forced)) {
                int space = line.indexOf(' ');
                names.put(line.substring(space + 1), Long.parseLong(line.substring(0, space)));
            }
        }
        for (Map.Entry<String, Long> name : names.entrySet()) {
            Path path = live.get(name.getValue());
            if (path != null && Files.isDirectory(path)) {
                leaveDirectory(name.getValue(), target.resolve(name.getKey()));
            } else {
                Files.write(target.resolve(name.getKey()), content(name.getValue(), path));
            }
        }
    }

    private byte[] content(long inode, Path now) throws IOException {
        Path forced = disk.forced().resolve("f." + inode);
        byte[] sure = Files.exists(forced) ? Files.readAllBytes(forced) : new byte[0];
        if (random == null || now == null) return sure;
        byte[] other = Files.readAllBytes(now);
        byte[] left = Arrays.copyOf(sure, random.nextBoolean() ? sure.length : other.length);
        for (int at = 0; at < left.length; at += PAGE) {
            int to = Math.min(Math.min(at + PAGE, left.length), other.length);
            if (at < to && random.nextBoolean()) System.arraycopy(other, at, left, at, to - at);
        }
        return left;
    }

    private static long inode(Path path) throws IOException {
        return (Long) Files.getAttribute(path, "unix:ino");
    }
}
