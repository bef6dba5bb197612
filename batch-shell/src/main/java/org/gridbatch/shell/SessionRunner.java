/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;

/**
 * Runs scripts for people who look on: in a child of the caller's session, as Gogo's own {@code gosh FILE} does.
 *
 * <p>It is not the runner of jobs, because {@code exec} is a part of its caller's command line: what the script prints
 * goes down the pipe as it comes and however much it is, it reads what the caller could read, and its value is an object
 * that the next command can use. A job has an empty standard input, and text of bounded length for the rest.
 */
final class SessionRunner {
    private static final Pattern PLACE = Pattern.compile("(.+):([0-9]{1,6})\\.([0-9]{1,6})", Pattern.DOTALL);

    private final CommandProcessor processor;

    SessionRunner(CommandProcessor processor) {
        this.processor = processor;
    }

    /**
     * @param name what {@code $0} is
     * @param arguments what {@code $1 …} and {@code $args} are
     * @return the value of the last expression
     * @throws CommandFailed if the script fails, with where and why
     */
    Object run(CommandSession caller, String name, String script, List<String> arguments) {
        try (CommandSession session = child(caller)) {
            inherit(caller, session);
            session.currentDir(caller.currentDir());
            session.put("0", name);
            session.put("args", List.copyOf(arguments));
            for (int i = 0; i < arguments.size(); i++) session.put(String.valueOf(i + 1), arguments.get(i));
            return execute(session, script);
        }
    }

    private CommandSession child(CommandSession caller) {
        try {
            return processor.createSession(caller);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("a job's script can open no other session: let it call the commands itself", e);
        }
    }

    private static Object execute(CommandSession session, String script) {
        try {
            return session.execute(script);
        } catch (CommandFailed e) {
            throw e;
        } catch (CommandNotFoundException e) {
            throw new CommandFailed(place(session) + "there is no command '" + e.getCommand() + "' on this node", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(place(session) + "stopped", e);
        } catch (Exception e) {
            throw new CommandFailed(place(session) + Text.describe(e), e);
        }
    }

    /** Where the script failed. Gogo notes it as {@code name:line.column}, both counted from 0. */
    private static String place(CommandSession session) {
        Matcher place = PLACE.matcher(String.valueOf(session.get(".location")));
        if (!place.matches()) return "";
        return place.group(1) + ", line " + (Integer.parseInt(place.group(2)) + 1) + ", column "
                + (Integer.parseInt(place.group(3)) + 1) + ": ";
    }

    /** The upper-case variables, such as SCOPE and the computed #COLUMNS, are a session's environment. */
    private static void inherit(CommandSession from, CommandSession to) {
        if (!(from.get(".variables") instanceof Set<?> names)) return;
        for (Object name : names) {
            String variable = name.toString();
            if (variable.matches("[#.]?[A-Z].*")) to.put(variable, from.get(variable));
        }
        to.put(".terminal", from.get(".terminal"));
    }
}
