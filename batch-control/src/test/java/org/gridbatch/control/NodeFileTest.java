/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.After;
import org.junit.Test;

public class NodeFileTest {
    private final long pid = ProcessHandle.current().pid();
    private final Path socket = NodeFile.socketOf("node-file-test", pid);
    private final NodeFile node = new NodeFile("node-file-test", "worker", "127.0.0.1:1", pid, socket);

    @After
    public void tearDown() throws IOException {
        node.delete();
    }

    @Test
    public void aNodeIsFoundByItsProcessAsLongAsItIsListed() throws IOException {
        assertEquals(Optional.empty(), NodeFile.ofProcess(pid));
        node.write();
        assertEquals(Optional.of(node), NodeFile.ofProcess(pid));
        node.delete();
        assertEquals(Optional.empty(), NodeFile.ofProcess(pid));
    }
}
