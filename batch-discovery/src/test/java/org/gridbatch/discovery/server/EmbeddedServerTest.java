/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.server;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class EmbeddedServerTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private EmbeddedServer server;

    @After
    public void stop() {
        if (server != null) server.stop();
    }

    @Test
    public void aFreePortIsTakenAndTold() {
        server = start(0, folder.getRoot());

        assertTrue(server.address(), server.address().matches("127\\.0\\.0\\.1:[1-9]\\d*"));
        assertEquals(server.address(), server.bound());
        assertTrue(server.running());
    }

    @Test
    public void aServerOnAllAddressesTellsWhatItIsBoundToAndOneThatWorks() {
        server = EmbeddedServer.start(
                ServerSettings.of("0.0.0.0", 0, folder.getRoot().toString(), 100, 10));

        assertTrue(server.bound(), server.bound().matches("0(\\.0){3}:[1-9]\\d*"));
        assertTrue(server.address(), server.address().startsWith("127.0.0.1:"));
    }

    @Test
    public void dataOutlivesARestart() throws Exception {
        server = start(0, folder.getRoot());
        ZooKeeper before = connect(server.address());
        before.create("/kept", new byte[] {7}, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        before.close();
        server.stop();

        server = start(0, folder.getRoot());

        ZooKeeper after = connect(server.address());
        byte[] kept = after.getData("/kept", false, null);
        after.close();
        assertEquals(7, kept[0]);
    }

    @Test
    public void aPortInUseIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused("cannot listen at 127.0.0.1:" + taken.getLocalPort(), taken.getLocalPort(), folder.getRoot());
        }
        // Nothing of the failed start is left behind.
        server = start(0, folder.getRoot());
    }

    @Test
    public void aDirectoryInUseIsNamed() {
        server = start(0, folder.getRoot());

        refused("data.dir " + folder.getRoot() + " is in use by another ZooKeeper server", 0, folder.getRoot());
    }

    @Test
    public void aDirectoryThatIsNoneIsNamed() throws IOException {
        File file = folder.newFile();

        refused("data.dir " + file + " is not a directory that can be written", 0, file);
    }

    @Test
    public void onlyTheHarmlessFourLetterWordIsAnswered() throws IOException {
        server = start(0, folder.getRoot());

        assertTrue(ask("srvr"), ask("srvr").startsWith("Zookeeper version: 3.9"));
        for (String each : new String[] {"envi", "dump", "conf", "cons"})
            assertTrue(each, ask(each).contains("not in the whitelist"));
    }

    @Test
    public void theThreadAndTheJvmAreLeftAsTheyWere() {
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();

        server = start(0, folder.getRoot());

        assertSame(handler, Thread.getDefaultUncaughtExceptionHandler());
        assertSame(loader, Thread.currentThread().getContextClassLoader());
    }

    @Test
    public void aStoppedServerLeavesNoThread() {
        server = start(0, folder.getRoot());
        String port = server.address().substring(server.address().indexOf(':') + 1);

        server.stop();

        assertFalse(server.running());
        server = null;
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .noneMatch(name -> name.contains(port)
                                || name.startsWith("NIOServerCxn")
                                || name.startsWith("SessionTracker")
                                || name.startsWith("SyncThread")
                                || name.startsWith("PurgeTask")));
    }

    @Test
    public void aBadConfigurationIsNamed() {
        assertMessage("port is 65536, want 0 to 65535", () -> ServerSettings.of("h", 65_536, "d", 2_000, 10));
        assertMessage("tick.millis is 1, want 50 to 60000", () -> ServerSettings.of("h", 1, "d", 1, 10));
        assertMessage("max.connections is 0, want 1 to 100000", () -> ServerSettings.of("h", 1, "d", 100, 0));
        assertMessage("data.dir is empty", () -> ServerSettings.of("h", 1, " ", 100, 1));
        assertMessage("host is empty", () -> ServerSettings.of("", 1, "d", 100, 1));
    }

    private static EmbeddedServer start(int port, File directory) {
        return EmbeddedServer.start(ServerSettings.of("127.0.0.1", port, directory.toString(), 100, 10));
    }

    private static void refused(String message, int port, File directory) {
        assertMessage(message, () -> start(port, directory));
    }

    private static void assertMessage(String message, Runnable call) {
        RuntimeException e = assertThrows(message, RuntimeException.class, call::run);
        assertTrue(e.getMessage(), e.getMessage().startsWith(message));
    }

    private String ask(String word) throws IOException {
        String[] address = server.address().split(":");
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]));
                InputStream in = socket.getInputStream()) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static ZooKeeper connect(String address) throws IOException {
        ZooKeeper client = new ZooKeeper(address, 2_000, event -> {});
        await().atMost(Duration.ofSeconds(10)).until(() -> client.getState().isConnected());
        return client;
    }
}
