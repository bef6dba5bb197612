/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.util.List;
import java.util.concurrent.Callable;
import org.gridbatch.control.NodeFile;
import picocli.CommandLine.Command;

/** Lists the nodes of this user on this machine. */
@Command(name = "nodes", description = "List the nodes of this user that run on this machine.")
final class NodesCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        List<NodeFile> nodes = NodeFile.running();
        System.out.printf("%-20s %-10s %8s  %s%n", "NODE", "ROLE", "PID", "ZOOKEEPER");
        for (NodeFile node : nodes) {
            System.out.printf("%-20s %-10s %8d  %s%n", node.name(), node.role(), node.pid(), node.zookeeper());
        }
        return 0;
    }
}
