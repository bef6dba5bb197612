/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.CommandProxy;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.threadio.ThreadIO;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/**
 * The command processor of one script: it has the commands, constants and converters of the framework's processor,
 * without the denied ones.
 *
 * <p>All ways to a command and to a method lead through here, also those from closures, variables, pipelines and {@code
 * eval}, because the session of the script belongs to this processor.
 */
final class JobProcessor extends CommandProcessorImpl {
    private static final String ANY_SCOPE = "*:";
    private static final String CONTEXT = ".context";

    private final CommandSession lookup;
    private final CommandRules rules;
    private final Gate gate;
    private final Set<String> frameworkNames;

    /** What each call of a command or method passes first. */
    interface Gate {
        /** @throws InterruptedException if the script was asked to stop */
        void pass() throws InterruptedException;
    }

    /** @param lookup a session of the framework's processor */
    JobProcessor(CommandSession lookup, ThreadIO threadIO, CommandRules rules, Gate gate) {
        super(threadIO);
        this.lookup = lookup;
        this.rules = rules;
        this.gate = gate;
        Object context = lookup.get(CONTEXT);
        if (context != null) addConstant(CONTEXT, context);
        frameworkNames = frameworkNames(context);
        addConverter(new FrameworkConverters());
    }

    private static Set<String> frameworkNames(Object context) {
        if (!(context instanceof BundleContext framework)) return Set.of(Constants.SYSTEM_BUNDLE_LOCATION);
        Bundle bundle = framework.getBundle(Constants.SYSTEM_BUNDLE_ID);
        return new HashSet<>(List.of(
                Constants.SYSTEM_BUNDLE_LOCATION,
                Constants.SYSTEM_BUNDLE_SYMBOLICNAME,
                String.valueOf(bundle.getSymbolicName()),
                bundle.getLocation()));
    }

    CommandRules rules() {
        return rules;
    }

    /** Nobody would see what goes wrong in another session of a script. */
    @Override
    public CommandSessionImpl createSession(CommandSession parent) {
        throw new UnsupportedOperationException("a job's script cannot open another session");
    }

    @Override
    public CommandSessionImpl createSession(InputStream in, OutputStream out, OutputStream err) {
        return createSession(null);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Set<String> getCommands() {
        return (Set<String>) lookup.get(CommandSessionImpl.COMMANDS);
    }

    @Override
    protected Function getCommand(String name, Object path) {
        if (name.indexOf(':') < 1) return null;
        String wanted = name.toLowerCase(Locale.ROOT);
        String command = wanted.startsWith(ANY_SCOPE)
                ? inAnyScope(wanted.substring(1), path == null ? "*" : path.toString())
                : wanted;
        Function function = command == null ? null : find(command);
        if (function == null) return denial(wanted);
        return (session, arguments) -> {
            rules.check(command, arguments, frameworkNames);
            if (function instanceof CommandProxy proxy) checkTarget(proxy, command);
            gate.pass();
            return function.execute(session, Conditions.of(command, arguments));
        };
    }

    /** What is denied says so also where it is not there: a script that asks for it is wrong on every node. */
    private Function denial(String command) {
        if (!rules.deny(command)) return null;
        return (session, arguments) -> {
            rules.check(command, arguments, frameworkNames);
            throw new AssertionError(command + " is denied");
        };
    }

    /** The scopes of the path in order, and for any scope the first by name, so that all nodes choose the same. */
    private String inAnyScope(String function, String path) {
        for (String scope : path.split(":")) {
            if (!scope.equals("*")) {
                if (find(scope + function) != null) return scope + function;
                continue;
            }
            String first = getCommands().stream()
                    .filter(command -> command.endsWith(function) && find(command) != null)
                    .min(String::compareTo)
                    .orElse(null);
            if (first != null) return first;
        }
        return null;
    }

    private Function find(String command) {
        return lookup.get(command) instanceof Function function ? function : null;
    }

    private void checkTarget(CommandProxy proxy, String command) {
        Object target = proxy.getTarget();
        try {
            if (target != null) rules.check(target, command.substring(command.indexOf(':') + 1));
        } finally {
            proxy.ungetTarget();
        }
    }

    @Override
    public Object invoke(CommandSessionImpl session, Object target, String name, List<Object> args) throws Exception {
        rules.check(target, name);
        gate.pass();
        return super.invoke(session, target, name, args);
    }

    /** Converts and formats as the framework's processor does. */
    private final class FrameworkConverters implements Converter {
        @Override
        public Object convert(Class<?> desiredType, Object in) {
            return lookup instanceof CommandSessionImpl session ? session.doConvert(desiredType, in) : null;
        }

        @Override
        public CharSequence format(Object target, int level, Converter escape) throws Exception {
            return lookup instanceof CommandSessionImpl session ? session.format(target, level, escape) : null;
        }
    }
}
