/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about the node itself, for health checks and for people. */
@Component(
        service = NodeCommands.class,
        property = {"osgi.command.scope=node", "osgi.command.function=health"})
public final class NodeCommands {
    /** Framework property: a filter that matches a service when the node is up; the launcher knows it by role. */
    private static final String UP_FILTER = "gridbatch.up.filter";

    private final BundleContext context;
    private final Supplier<List<String>> failures;

    @Activate
    public NodeCommands(
            BundleContext context,
            @Reference(target = "(gridbatch.health=components)") Supplier<List<String>> failures) {
        this.context = context;
        this.failures = failures;
    }

    /** {@code up}; fails if the node is not. */
    @Descriptor("tell whether this node is up; fails if it is not")
    public String health() throws InvalidSyntaxException {
        List<String> lines = failures.get();
        if (!lines.isEmpty()) throw new IllegalStateException("not up: " + String.join("; ", lines));
        String filter = context.getProperty(UP_FILTER);
        if (filter != null && context.getAllServiceReferences(null, filter) == null) {
            throw new IllegalStateException("not up: no service matches " + filter);
        }
        return "up";
    }
}
