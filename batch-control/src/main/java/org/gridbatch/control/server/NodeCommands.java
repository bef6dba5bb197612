/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
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
        List<String> lines = new ArrayList<>(failures.get());
        lines.addAll(told());
        if (!lines.isEmpty()) throw new IllegalStateException("not up: " + String.join("; ", lines));
        String filter = context.getProperty(UP_FILTER);
        if (filter != null && context.getAllServiceReferences(null, filter) == null) {
            throw new IllegalStateException("not up: no service matches " + filter);
        }
        return "up";
    }

    /** What running components say of themselves: each is a supplier of lines, none of them if all is well. */
    private List<String> told() throws InvalidSyntaxException {
        List<String> lines = new ArrayList<>();
        ServiceReference<?>[] found =
                context.getAllServiceReferences(Supplier.class.getName(), "(gridbatch.health=running)");
        if (found == null) return lines;
        for (ServiceReference<?> reference : found) {
            if (context.getService(reference) instanceof Supplier<?> one && one.get() instanceof List<?> said) {
                said.forEach(line -> lines.add(line.toString()));
            }
            context.ungetService(reference);
        }
        return lines;
    }
}
