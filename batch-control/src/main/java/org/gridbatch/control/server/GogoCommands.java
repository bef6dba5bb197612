/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.util.Dictionary;
import java.util.Hashtable;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Converters;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Offers the commands of gogo.jline without starting that bundle, whose activator would take the process's terminal and
 * its interrupt signal and read its standard input: a node is a server, and its shells come through the control socket.
 * The services are unregistered with this bundle.
 */
@Component(
        service = {},
        immediate = true)
public final class GogoCommands {
    @Activate
    public GogoCommands(@Reference CommandProcessor processor, BundleContext context) {
        context.registerService(
                Converter.class,
                new Converters(context.getBundle(0).getBundleContext()),
                new Hashtable<String, Object>());
        register(context, new Procedural(), "each", "if", "not", "throw", "try", "until", "while", "break", "continue");
        register(
                context,
                new Builtin(),
                "format",
                "getopt",
                "new",
                "set",
                "tac",
                "type",
                "complete",
                "history",
                "setopt",
                "unsetopt",
                "keymap",
                "widget",
                "__files",
                "__directories",
                "__usage_completion");
        register(
                context,
                new Posix(processor),
                "cat",
                "echo",
                "grep",
                "sort",
                "sleep",
                "cd",
                "pwd",
                "ls",
                "less",
                "watch",
                "nano",
                "tail",
                "clear",
                "wc",
                "date",
                "head");
        register(context, new Shell(new NoExit(context), processor, "no_profile"), "help", "source", "sh");
    }

    private static void register(BundleContext context, Object commands, String... functions) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, "gogo");
        properties.put(CommandProcessor.COMMAND_FUNCTION, functions);
        context.registerService(Object.class, commands, properties);
    }

    /** Surroundings for shells that scripts start. */
    private record NoExit(BundleContext context) implements Shell.Context {
        @Override
        public String getProperty(String name) {
            return context.getProperty(name);
        }

        @Override
        public void exit() {
            // A script must not stop its node.
        }
    }
}
