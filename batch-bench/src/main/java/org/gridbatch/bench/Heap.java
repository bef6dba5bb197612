/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Measures what a JVM holds on to: the heap in use just after a full collection. */
final class Heap {
    private Heap() {}

    /** A Java runtime without its development kit can only ask itself. */
    static boolean canAsk(long pid) {
        return pid == ProcessHandle.current().pid()
                || ModuleLayer.boot().findModule("jdk.attach").isPresent();
    }

    /** @param pid of a JVM of this user, perhaps this one */
    static long usedBytes(long pid) throws IOException {
        if (pid == ProcessHandle.current().pid()) return used(ManagementFactory.getMemoryMXBean());
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try (JMXConnector connector =
                    JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()))) {
                MBeanServerConnection beans = connector.getMBeanServerConnection();
                ObjectName name = new ObjectName(ManagementFactory.MEMORY_MXBEAN_NAME);
                return used(JMX.newMXBeanProxy(beans, name, MemoryMXBean.class));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | MalformedObjectNameException e) {
            throw new IOException("the JVM with pid " + pid + " cannot be asked for its heap", e);
        }
    }

    private static long used(MemoryMXBean memory) {
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
