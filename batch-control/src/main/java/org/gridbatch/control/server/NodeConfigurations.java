/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.IOException;
import java.io.StringReader;
import java.util.Hashtable;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.felix.cm.json.io.Configurations;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Brings what an operator has changed in the file of a node's configurations to the node while it runs. The launcher,
 * which is outside of the framework, knows where the file is, checks it, and adds what the command line says.
 */
@Component(
        service = NodeConfigurations.class,
        property = {"osgi.command.scope=node", "osgi.command.function=reload"})
public final class NodeConfigurations {
    private final ConfigurationAdmin admin;
    private final Supplier<String> launcher;

    /** @param launcher answers with Configurator JSON of all configurations of this node, as a start would have them now */
    @Activate
    public NodeConfigurations(
            @Reference ConfigurationAdmin admin,
            @Reference(target = "(gridbatch.configurations=now)") Supplier<String> launcher) {
        this.admin = admin;
        this.launcher = launcher;
    }

    /** Changes those that are others now. A component that refuses its own says so in the log. */
    @Descriptor("read this node's --config file again, and change the configurations that are others now")
    public String reload() throws IOException {
        Map<String, Hashtable<String, Object>> now = Configurations.buildReader()
                // What is meant for the Configurator is no property.
                .withConfiguratorPropertyHandler((pid, key, value) -> {})
                .build(new StringReader(launcher.get()))
                .readConfigurationResource()
                .getConfigurations();
        TreeSet<String> changed = new TreeSet<>();
        for (Map.Entry<String, Hashtable<String, Object>> one : now.entrySet()) {
            // For whichever bundle wants it, as the Configurator has made it.
            if (admin.getConfiguration(one.getKey(), "?").updateIfDifferent(one.getValue())) changed.add(one.getKey());
        }
        return changed.isEmpty() ? "nothing has changed" : "changed: " + String.join(", ", changed);
    }
}
