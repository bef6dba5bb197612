/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Tells which of the node's components failed to start and whether an export failed, so that the launcher can say why a node does not come up. The
 * service type is a plain JDK one because the launcher is outside of the framework.
 */
@Component(service = Supplier.class, property = "gridbatch.health=components", immediate = true)
public final class NodeHealth implements Supplier<List<String>> {
    private static final String CAUSED_BY = "Caused by: ";
    private static final String OURS = "org.gridbatch.";

    private final ServiceComponentRuntime runtime;

    private final ExportHealth exports;

    @Activate
    public NodeHealth(@Reference ServiceComponentRuntime runtime, @Reference ExportHealth exports) {
        this.runtime = runtime;
        this.exports = exports;
    }

    /** One line for each component of ours that failed, its name and its message, and one for an export that failed. */
    @Override
    public List<String> get() {
        return Stream.concat(components(), exports.failure().stream()).toList();
    }

    private Stream<String> components() {
        return runtime.getComponentDescriptionDTOs().stream()
                .filter(description -> description.name.startsWith(OURS))
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream()
                        .filter(configuration -> configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                        .map(configuration -> describe(description, configuration)));
    }

    private static String describe(ComponentDescriptionDTO description, ComponentConfigurationDTO configuration) {
        return description.name + ": " + ownMessage(configuration.failure == null ? "" : configuration.failure);
    }

    /**
     * The failure is a printed stack trace; what the component said, under the reflection that called it, is what the
     * user can act on. The causes under that know less: they do not name the address or the file.
     */
    private static String ownMessage(String stackTrace) {
        String message = "";
        for (String line : stackTrace.split("\n")) {
            boolean cause = line.startsWith(CAUSED_BY);
            if (line.isBlank() || line.startsWith("\t") || (!message.isEmpty() && !cause)) continue;
            message = cause ? line.substring(CAUSED_BY.length()) : line;
            if (!message.startsWith(InvocationTargetException.class.getName())) break;
        }
        int colon = message.indexOf(": ");
        return colon > 0 ? message.substring(colon + 2).strip() : message.strip();
    }
}
