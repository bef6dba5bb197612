/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Scripts that fail, or that would end their node, on a worker as it is by default. */
public class FailingScriptIT {
    private static final String WORKER = "worker-1";
    private static Grid grid;

    @Rule
    public final Timeout limit = Timeout.seconds(120);

    @BeforeClass
    public static void start() throws IOException {
        grid = Grid.shared();
    }

    @Test
    public void whatWouldEndTheNodeIsDeniedAndTheNodeGoesOn() {
        Grid.Node node = grid.node(WORKER);
        assertFail(
                " is denied to jobs on this node",
                "exit",
                "system:exit 0",
                "felix:stop 0",
                "felix:uninstall org.apache.felix.framework",
                "felix:update 'System Bundle'",
                "felix:refresh 0",
                "f = { felix:stop $1 }; which = 0; f $which",
                "felix:stop (${.context} getBundles)",
                "(${.context} getBundle 0) stop",
                "each [0] { felix:stop $it } | cat",
                "system:exit 0 &");
        assertTrue(node.log(), node.process().isAlive());
        grid.awaitCompleted(List.of(grid.push("echo lives")));
    }

    @Test
    public void aFailureIsFoundWhereverItIs() {
        assertFail("java.lang.Exception: early", "throw early | cat");
        assertFail(
                "exit code 1; stderr says why",
                "cat /no/such/file | sort",
                "each [1] { cat /no/such/file }; echo on",
                "cat /no/such/file & echo on");
        assertFail("in the background, throw behind &", "throw behind & echo on");
        assertFail("variable $shpo is not set", "echo $shpo");
    }

    @Test
    public void whatIsPrintedToStderrFailsOnlyAJobThatAsksForIt() {
        String script = "cat /no/such/file || true";
        String strict = grid.push(script, "--fail-on", "stderr", "--max-attempts", "1");
        grid.awaitCompleted(List.of(grid.push(script)));
        assertThat(
                grid.awaitJob(strict, "discarded"),
                containsString("it printed to stderr, which fails this job: cat: "));
    }

    /** In the first attempt, and saying so. */
    private static void assertFail(String error, String... scripts) {
        // Nobody offers what is denied, so a job must not wait for it.
        List<String> ids = Arrays.stream(scripts)
                .map(script -> grid.push(script, "--no-needs", "--max-attempts", "1"))
                .toList();
        for (int i = 0; i < scripts.length; i++) {
            assertThat(scripts[i], grid.awaitJob(ids.get(i), "discarded"), containsString(error));
        }
    }
}
