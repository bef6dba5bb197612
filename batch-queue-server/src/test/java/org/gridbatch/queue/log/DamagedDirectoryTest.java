/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Starts whole servers on a directory with a snapshot and a segment behind it, of which one byte is wrong. */
public class DamagedDirectoryTest {
    private static final int JOBS = 40;
    private static final int OFFSETS = 20;

    @ClassRule
    public static final TemporaryFolder SHARED = new TemporaryFolder();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static Path good;

    @BeforeClass
    public static void writeADirectory() throws Exception {
        Path running = SHARED.getRoot().toPath().resolve("running");
        try (TestServer server = new TestServer(running, 20_000)) {
            for (int i = 0; i < JOBS; i++) server.submit("job-" + i);
            await("a snapshot is written").atMost(Duration.ofSeconds(20)).until(() -> has(running, ".md5"));
        }
        good = SHARED.getRoot().toPath().resolve("good");
        try (TestServer server = new TestServer(running, 1 << 20)) {
            for (int i = 0; i < 5; i++) server.submit("more-" + i);
            copy(running, good);
        }
    }

    @Test
    public void aGoodDirectoryIsRead() throws Exception {
        Path data = copyOfGood();
        try (TestServer server = new TestServer(data, 1 << 20)) {
            assertEquals(JOBS + 5, server.jobs());
        }
    }

    @Test
    public void noServerStartsOnADamagedSegment() throws Exception {
        byte[] bytes = Files.readAllBytes(file(good, "log_inprogress_"));
        int end = bytes.length;
        while (bytes[end - 1] == 0) end--;
        for (int i = 0; i < OFFSETS; i++) {
            int at = (int) ((long) (end - 1) * i / (OFFSETS - 1));
            Path data = copyOfGood();
            String said = refused(data, file(data, "log_inprogress_"), at, (byte) (bytes[at] == 0x55 ? 0x56 : 0x55));
            assertTrue(said, said.contains("the log is damaged: "));
            assertTrue(said, said.contains("at offset "));
            assertTrue(said, said.contains("Put the data directory back from a backup"));
        }
    }

    @Test
    public void noServerStartsOnADamagedSnapshot() throws Exception {
        byte[] bytes = Files.readAllBytes(snapshot(good));
        for (int i = 0; i < OFFSETS; i++) {
            int at = (int) ((long) (bytes.length - 1) * i / (OFFSETS - 1));
            Path data = copyOfGood();
            String said = refused(data, snapshot(data), at, (byte) (bytes[at] ^ 0x10));
            assertTrue(said, said.contains("cannot be read: "));
            assertTrue(said, said.contains("put the data directory back from a backup"));
        }
    }

    @Test
    public void noServerStartsWithAnotherDigitInADigest() throws Exception {
        byte[] bytes = Files.readAllBytes(SnapshotCheck.digestOf(snapshot(good)));
        for (int at = 0; at < 32; at++) {
            Path data = copyOfGood();
            Path snapshot = snapshot(data);
            byte other = (byte) (bytes[at] == 'a' ? 'b' : 'a');
            String said = refused(data, SnapshotCheck.digestOf(snapshot), at, other);
            assertTrue(said, said.contains("its MD5 is "));
            assertTrue(said, said.contains(snapshot.toString()));
        }
    }

    /** What a server says that finds this byte there; it must name the file, and leave it as it is. */
    private static String refused(Path data, Path file, int at, byte value) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] = value;
        Files.write(file, bytes);
        String what = "byte " + at + " of " + file;
        IOException e = assertThrows(what, IOException.class, () -> new TestServer(data, 1 << 20).close());
        String name = file.toString().replace(".md5", "");
        assertTrue(what + ": " + e.getMessage(), e.getMessage().contains(name));
        assertArrayEquals(what, bytes, Files.readAllBytes(file));
        return what + ": " + e.getMessage();
    }

    private Path copyOfGood() throws IOException {
        Path data = folder.newFolder().toPath().resolve("data");
        copy(good, data);
        return data;
    }

    private static Path snapshot(Path data) throws IOException {
        return SnapshotCheck.latest(file(data, "snapshot.").getParent());
    }

    private static Path file(Path data, String prefix) throws IOException {
        try (var files = Files.walk(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean has(Path data, String suffix) throws IOException {
        try (var files = Files.walk(data)) {
            return files.anyMatch(file -> file.toString().endsWith(suffix));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
    }
}
