/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DamagedLogTest {
    private static final int JOBS = 6;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path directory;
    private int end;

    /** What a power failure leaves: the files as they are while the server runs. */
    @Before
    public void takeTheFilesOfARunningServer() throws Exception {
        directory = folder.getRoot().toPath().resolve("after-power-failure");
        Path running = folder.getRoot().toPath().resolve("running");
        try (TestServer server = new TestServer(running, 1 << 20)) {
            for (int i = 0; i < JOBS; i++) server.submit("job-" + i);
            copy(running, directory);
        }
        byte[] bytes = Files.readAllBytes(segment());
        end = bytes.length;
        while (bytes[end - 1] == 0) end--;
    }

    @Test
    public void allThatWasAcknowledgedIsThereAfterAPowerFailure() throws Exception {
        assertEquals(JOBS, jobsAfter(bytes -> bytes));
    }

    @Test
    public void aRecordThatWasNotWrittenWholeIsCutOff() throws Exception {
        assertEquals(JOBS - 1, jobsAfter(bytes -> {
            Arrays.fill(bytes, end - 300, bytes.length, (byte) 0);
            return bytes;
        }));
    }

    @Test
    public void aRecordThatTheFileEndsInIsCutOff() throws Exception {
        assertEquals(JOBS - 1, jobsAfter(bytes -> Arrays.copyOf(bytes, end - 300)));
    }

    @Test
    public void aDamagedRecordStopsTheServerAndIsNamed() throws Exception {
        byte[] before = Files.readAllBytes(segment());
        for (int offset : new int[] {end / 2, end - 100}) {
            Files.write(segment(), before);
            IOException e = assertThrows(
                    IOException.class,
                    () -> jobsAfter(bytes -> {
                        bytes[offset] ^= 1;
                        return bytes;
                    }));
            assertTrue(e.getMessage(), e.getMessage().contains(segment().toString()));
            assertTrue(e.getMessage(), e.getMessage().contains("wrong checksum at offset"));
            assertEquals("nothing is changed", before.length, Files.size(segment()));
        }
    }

    @Test
    public void theFileOfTheTermThatAFullDiskHasEmptiedIsWrittenAnew() throws Exception {
        Path meta = segment().resolveSibling("raft-meta");
        long term;
        try (TestServer server = new TestServer(directory, 1 << 20)) {
            term = server.log.term();
        }
        for (String content : List.of("", "term=x", "term=0\nvotedFor=\n")) {
            Files.writeString(meta, content);
            try (TestServer server = new TestServer(directory, 1 << 20)) {
                assertEquals(JOBS, server.jobs());
                assertTrue("the term grows", server.log.term() > term);
                term = server.log.term();
            }
        }
    }

    @Test
    public void aLogThatIsGoneIsNotReplacedByAnEmptyOne() throws Exception {
        try (var files = Files.walk(directory.resolve("log"))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(file);
        }
        IOException e = assertThrows(IOException.class, () -> new TestServer(directory, 1 << 20));
        assertTrue(e.getMessage(), e.getMessage().contains("is missing"));
    }

    private long jobsAfter(UnaryOperator<byte[]> change) throws Exception {
        Files.write(segment(), change.apply(Files.readAllBytes(segment())));
        try (TestServer server = new TestServer(directory, 1 << 20)) {
            return server.jobs();
        }
    }

    private Path segment() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
