/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.felix.service.command.CommandProcessor;
import org.gridbatch.api.Limits;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;

/** The Gogo commands that the service registry offers now and that scripts may call, kept true as bundles come and go. */
final class Commands implements ServiceListener, AutoCloseable {
    private static final String FILTER =
            "(&(" + CommandProcessor.COMMAND_SCOPE + "=*)(" + CommandProcessor.COMMAND_FUNCTION + "=*))";

    private final BundleContext context;
    private final Predicate<String> mayCall;
    private final Consumer<List<String>> changed;
    private List<String> last;

    /**
     * Tells the commands at once, and from then on whenever they are others.
     *
     * @param mayCall whether scripts may call one, in lower case
     */
    Commands(BundleContext context, Predicate<String> mayCall, Consumer<List<String>> changed) {
        this.context = context;
        this.mayCall = mayCall;
        this.changed = changed;
        try {
            context.addServiceListener(this, FILTER);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        look(null);
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        look(event.getType() == ServiceEvent.UNREGISTERING ? event.getServiceReference() : null);
    }

    /** Looks again: scripts may call others. */
    void lookAgain() {
        look(null);
    }

    private synchronized void look(ServiceReference<?> leaving) {
        TreeSet<String> found = new TreeSet<>();
        try {
            ServiceReference<?>[] references = context.getAllServiceReferences(null, FILTER);
            for (ServiceReference<?> one : references == null ? new ServiceReference<?>[0] : references) {
                if (!one.equals(leaving)) found.addAll(of(one));
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        } catch (IllegalStateException stopped) {
            return;
        }
        List<String> commands = found.stream().limit(Limits.COMMANDS).toList();
        if (commands.equals(last)) return;
        last = commands;
        changed.accept(commands);
    }

    private List<String> of(ServiceReference<?> reference) {
        String scope = String.valueOf(reference.getProperty(CommandProcessor.COMMAND_SCOPE));
        Object functions = reference.getProperty(CommandProcessor.COMMAND_FUNCTION);
        List<String> names = new ArrayList<>();
        for (String function : strings(functions)) {
            String name = scope + ":" + function;
            boolean plain = name.length() <= Limits.NAME && name.matches("[^\\s:*()]+:[^\\s:*()]+");
            if (plain && mayCall.test(name.toLowerCase(Locale.ROOT))) names.add(name);
        }
        return names;
    }

    private static List<String> strings(Object value) {
        if (value instanceof String[] many) return List.of(many);
        if (value instanceof Collection<?> many)
            return many.stream().map(String::valueOf).toList();
        return List.of(String.valueOf(value));
    }

    @Override
    public void close() {
        context.removeServiceListener(this);
    }
}
