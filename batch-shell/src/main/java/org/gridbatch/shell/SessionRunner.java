/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import java.util.Set;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;

/** Runs scripts in a child of the caller's session, as Gogo's own {@code gosh FILE} does. */
final class SessionRunner implements Runner {
    private final CommandProcessor processor;

    SessionRunner(CommandProcessor processor) {
        this.processor = processor;
    }

    @Override
    public Object run(CommandSession caller, String name, String script, List<String> arguments) {
        try (CommandSession session = processor.createSession(caller)) {
            inherit(caller, session);
            session.currentDir(caller.currentDir());
            session.put("0", name);
            session.put("args", List.copyOf(arguments));
            for (int i = 0; i < arguments.size(); i++) session.put(String.valueOf(i + 1), arguments.get(i));
            return execute(session, script);
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
            String why = e.getMessage() == null ? "" : ": " + e.getMessage();
            throw new CommandFailed(place(session) + e.getClass().getSimpleName() + why, e);
        }
    }

    /** Where the script failed, as Gogo notes it: {@code name:line.column}. */
    private static String place(CommandSession session) {
        return session.get(".location") instanceof String place ? place + ": " : "";
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
