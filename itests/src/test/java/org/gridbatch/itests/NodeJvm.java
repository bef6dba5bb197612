/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Looks into the JVM of a node from outside: its heap, its threads and its classes. */
final class NodeJvm implements AutoCloseable {
    private final JMXConnector connector;
    private final MemoryMXBean memory;
    private final ThreadMXBean threads;
    private final ClassLoadingMXBean classes;

    /** What was seen at one time. */
    record Look(long heapKiB, List<String> threads, int classes) {
        @Override
        public String toString() {
            return heapKiB / 1_024 + " MiB, " + threads.size() + " threads, " + classes + " classes";
        }
    }

    NodeJvm(Process node) throws IOException {
        VirtualMachine machine;
        try {
            machine = VirtualMachine.attach(Long.toString(node.pid()));
        } catch (AttachNotSupportedException e) {
            throw new IOException("cannot look into process " + node.pid(), e);
        }
        try {
            connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
        } finally {
            machine.detach();
        }
        MBeanServerConnection server = connector.getMBeanServerConnection();
        memory = ManagementFactory.getPlatformMXBean(server, MemoryMXBean.class);
        threads = ManagementFactory.getPlatformMXBean(server, ThreadMXBean.class);
        classes = ManagementFactory.getPlatformMXBean(server, ClassLoadingMXBean.class);
    }

    /** What is live: after collections of garbage. */
    Look live() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            memory.gc();
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return new Look(usedKiB(), threads(), classes.getLoadedClassCount());
    }

    /** With whatever garbage there is. */
    long usedKiB() {
        return memory.getHeapMemoryUsage().getUsed() >> 10;
    }

    /** The names of its threads, but for those of whoever looks. */
    List<String> threads() {
        return Stream.of(threads.dumpAllThreads(false, false, 0))
                .filter(Objects::nonNull)
                .map(ThreadInfo::getThreadName)
                .filter(name -> !name.startsWith("RMI ") && !name.startsWith("JMX ") && !name.startsWith("Attach "))
                .sorted()
                .toList();
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
