/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class MainTest {
    private static final String HOME = "gridbatch.home";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final PrintStream stdout = System.out;
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Before
    public void setUp() throws Exception {
        TestHome.in(folder.getRoot().toPath());
        System.setProperty(HOME, folder.getRoot().toString());
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @After
    public void tearDown() {
        System.setOut(stdout);
        System.setErr(stderr);
        System.clearProperty(HOME);
    }

    @Test
    public void helpListsTheLaunchersCommandsAndTheShells() {
        for (String[] args : new String[][] {{}, {"help"}, {"--help"}, {"--help", "server"}}) {
            out.reset();
            assertEquals(0, Main.run(args));
            for (String word : new String[] {"demo", "up", "server", "nodes", "push", "status"})
                assertThat(out.toString(StandardCharsets.UTF_8), containsString(word));
        }
    }

    @Test
    public void helpOfACommandIsAboutThatCommand() {
        for (String[] args : new String[][] {{"server", "--help"}, {"help", "server"}}) {
            out.reset();
            assertEquals(0, Main.run(args));
            assertThat(out.toString(StandardCharsets.UTF_8), containsString("--with-zookeeper"));
        }
    }

    @Test
    public void anUnknownOptionIsNamedAndWrongUsage() {
        refused(2, "'--slots'", "server", "--slots", "3");
        refused(2, "see 'batch server --help'", "server", "--slots", "3");
        refused(2, "'--slots'", "--slots", "push", "x");
    }

    @Test
    public void anOptionWithoutItsValueIsWrongUsage() {
        refused(2, "--name", "server", "--name");
    }

    @Test
    public void anUnknownSettingIsRefusedBeforeAndAfterTheCommand() {
        refused(1, "'slots' is no setting", "--set", "slots=1", "worker");
        refused(1, "'slots' is no setting", "worker", "--set", "slots=1");
        refused(1, "'slots' is no setting", "--set", "slots=1", "push", "echo");
    }

    @Test
    public void aNodesNameIsCheckedBeforeAnythingStarts() {
        refused(1, "the node's name is 'a b'", "worker", "--name", "a b");
    }

    @Test
    public void theNumberOfWorkersIsBounded() {
        refused(1, "--workers is 51, want 0 to 50", "up", "--workers", "51");
        refused(2, "'many' is not an int", "up", "--workers", "many");
    }

    @Test
    public void aBadZooKeeperAddressIsRefused() {
        refused(1, "--zookeeper is 'a:b'", "zookeeper", "--zookeeper", "a:b");
    }

    @Test
    public void aNodeThatIsToReloadHasToRun() {
        refused(1, "no node 'worker-9': none runs", "reload", "worker-9", "--zookeeper", "127.0.0.1:1");
    }

    private void refused(int status, String part, String... args) {
        err.reset();
        assertEquals(status, Main.run(args));
        assertThat(err.toString(StandardCharsets.UTF_8), containsString(part));
    }
}
