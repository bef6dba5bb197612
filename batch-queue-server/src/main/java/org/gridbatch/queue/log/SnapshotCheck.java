/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks at the snapshots before Ratis does, because Ratis goes on without any if it cannot read the file beside one
 * that has its digest.
 */
final class SnapshotCheck {
    private static final Pattern NAME = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{32} \\*(snapshot\\.\\d+_\\d+)\n");

    /** The prefix of a snapshot that is being written. */
    static final String TEMPORARY = "writing-";

    private SnapshotCheck() {}

    /** Deletes what is left of snapshots that were not finished; it may be what fills the disk. */
    static void deleteUnfinished(Path directory) throws IOException {
        if (Files.notExists(directory)) return;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) if (isUnfinished(file)) Files.delete(file);
        }
    }

    /** Nothing was deleted for one without its digest. */
    private static boolean isUnfinished(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(TEMPORARY) || NAME.matcher(name).matches() && Files.notExists(digestOf(file));
    }

    /**
     * The snapshot to start from; null if there is none. One without a digest was never finished.
     *
     * @throws IOException if a digest is damaged; the message names its file
     */
    static Path latest(Path directory) throws IOException {
        if (Files.notExists(directory)) return null;
        List<Path> files;
        try (Stream<Path> list = Files.list(directory)) {
            files = list.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
        Path latest = null;
        for (Path file : files) {
            Path digest = digestOf(file);
            if (Files.notExists(digest)) continue;
            Matcher line = DIGEST.matcher(Files.readString(digest, StandardCharsets.ISO_8859_1));
            if (!line.matches() || !line.group(1).equals(file.getFileName().toString())) {
                throw new IOException("the log is damaged: " + digest + " is not the digest of a snapshot; "
                        + "nothing was changed. Put the data directory back from a backup, or start with an empty one");
            }
            if (latest == null || index(file) > index(latest)) latest = file;
        }
        return latest;
    }

    static Path digestOf(Path snapshot) {
        return snapshot.resolveSibling(snapshot.getFileName() + ".md5");
    }

    static long term(Path snapshot) {
        return number(snapshot, 1);
    }

    static long index(Path snapshot) {
        return number(snapshot, 2);
    }

    private static long number(Path snapshot, int group) {
        Matcher name = NAME.matcher(snapshot.getFileName().toString());
        if (!name.matches()) throw new IllegalArgumentException(snapshot + " is not a snapshot");
        return Long.parseLong(name.group(group));
    }
}
