/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A server in a process of its own, without any library of a test in it. */
public class TwoProcessesTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void aDirectoryBelongsToOneProcessUntilThatIsDead() throws Exception {
        try (ServerProcess first = start("first-");
                ServerProcess second = startAfter(first)) {
            await("the second says why it waits")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> second.said().contains(data() + " is in use by another queue-server"));
            assertEquals(List.of(), second.acknowledged());
            first.kill();
            awaitAcknowledged(second, 5);
            second.kill();
            try (TestServer server = new TestServer(data(), 100_000)) {
                for (String id : first.acknowledged()) assertNotNull(server.stateOf(id));
                for (String id : second.acknowledged()) assertNotNull(server.stateOf(id));
            }
        }
    }

    /** The limit of a file's size fails writes like a full disk does, and anybody may set it. */
    @Test
    public void aServerThatCannotWriteSaysSoAndGoesOnWhenItCan() throws Exception {
        assumeTrue("prlimit is missing", Files.isExecutable(Path.of("/usr/bin/prlimit")));
        try (ServerProcess server = start("job-")) {
            awaitAcknowledged(server, 5);
            limit(server, "1000");
            await("it says so")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> server.said().contains("broken: "));
            int before = server.acknowledged().size();
            await("it tries again")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> server.said().contains("not opened: "));
            assertEquals(
                    "acknowledged without writing",
                    before,
                    server.acknowledged().size());
            assertTrue(server.said(), server.said().contains("the log in " + data() + " cannot be written"));
            limit(server, "unlimited");
            awaitAcknowledged(server, before + 5);
            server.kill();
            try (TestServer again = new TestServer(data(), 100_000)) {
                for (String id : server.acknowledged()) assertNotNull(again.stateOf(id));
            }
        }
    }

    private static void limit(ServerProcess server, String bytes) throws Exception {
        Process limit = new ProcessBuilder("prlimit", "--pid=" + server.pid(), "--fsize=" + bytes + ":unlimited")
                .inheritIO()
                .start();
        assertTrue("prlimit ends", limit.waitFor(10, TimeUnit.SECONDS));
        assertEquals("exit status of prlimit", 0, limit.exitValue());
    }

    private ServerProcess startAfter(ServerProcess first) throws IOException {
        awaitAcknowledged(first, 1);
        return start("second-");
    }

    private Path data() {
        return folder.getRoot().toPath().resolve("data");
    }

    private ServerProcess start(String ids) throws IOException {
        return new ServerProcess(null, data(), ids, "");
    }

    private static void awaitAcknowledged(ServerProcess server, int jobs) {
        await(jobs + " jobs are acknowledged")
                .atMost(Duration.ofSeconds(60))
                .until(() -> server.acknowledged().size() >= jobs);
    }
}
