/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.jline.reader.LineReader;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes Gogo sessions for connections: for one command, or an interactive shell with history and completion. */
final class Sessions {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);
    private static final Pattern COMMAND = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*(:[A-Za-z_][A-Za-z0-9_-]*)?");

    /** Our own commands win over those of the same name that others bring. */
    static final String SCOPE = "batch:gogo:*";

    /** Lists the commands of the shell. */
    private static final String HELP = "help";

    /** What lists them for the user of the system's shell, to whom they are words of the launcher. */
    private static final String LAUNCHER_HELP = "batch help";

    /** What people type to leave other shells. */
    private static final Set<String> LEAVES = Set.of("exit", "quit", "logout");

    /** What Gogo calls for a command that it does not find. */
    private static final String UNKNOWN_COMMAND = "default";

    private final CommandProcessor processor;
    private final BundleContext context;
    private final String node;

    /** What keeps commands from using colours, by a convention that many of them follow. */
    private static final String NO_COLOR = "NO_COLOR";

    /**
     * The terminal that shows what a session prints.
     *
     * @param columns 0 if it goes elsewhere
     * @param rows 0 if that is not known
     * @param colours whether its user wants any
     */
    record Look(int columns, int rows, boolean colours) {
        static final Look NONE = new Look(0, 0, false);

        /** @param texts columns, rows, and perhaps whether colours are wanted */
        static Look of(List<String> texts) {
            boolean colours = texts.size() < 3 || Boolean.parseBoolean(texts.get(2));
            return new Look(Integer.parseInt(texts.get(0)), Integer.parseInt(texts.get(1)), colours);
        }
    }

    /** Something to run on a thread of its own. */
    interface Running {
        /** Runs it to its end; the answer is null for success, else one line that says what was wrong. */
        String run();

        default void resize(int columns, int rows) {}

        /** The client has gone: end soon. The thread is interrupted as well. */
        default void hangUp() {}
    }

    Sessions(CommandProcessor processor, BundleContext context, String node) {
        this.processor = processor;
        this.context = context;
        this.node = node;
    }

    /**
     * One command, given as words: they reach it as they are, with no quoting in between. They go through variables of
     * the session, since a word in a line would be read as Gogo.
     *
     * @param look of the terminal that shows its output
     * @param directory where relative file names begin; null for the node's own
     */
    Running command(List<String> words, Look look, Path directory, InputStream in, OutputStream out, OutputStream err) {
        if (words.isEmpty() || !COMMAND.matcher(words.get(0)).matches()) {
            String word = words.isEmpty() ? "" : words.get(0);
            return () -> "'" + word + "' is no command: see '" + LAUNCHER_HELP + "'";
        }
        StringBuilder line = new StringBuilder(words.get(0));
        for (int i = 1; i < words.size(); i++) line.append(" $word").append(i);
        return () -> {
            try (CommandSession session = session(look, directory, in, out, err)) {
                for (int i = 1; i < words.size(); i++) session.put("word" + i, words.get(i));
                return execute(session, line.toString(), LAUNCHER_HELP);
            }
        };
    }

    /** One line of Gogo; otherwise as a command. */
    Running line(String line, Look look, Path directory, InputStream in, OutputStream out, OutputStream err) {
        return () -> {
            try (CommandSession session = session(look, directory, in, out, err)) {
                return execute(session, line, HELP);
            }
        };
    }

    /** An interactive shell. The terminal is a line discipline in Java: the client's tty is in raw mode. */
    Running interactive(String type, Look look, InputStream keys, OutputStream screen) throws IOException {
        Terminal terminal = new Screen(type, keys, screen, usualAttributes(), new Size(look.columns(), look.rows()));
        return new Interactive(terminal, look.colours());
    }

    private CommandSession session(Look look, Path directory, InputStream in, OutputStream out, OutputStream err) {
        CommandSession session = open(
                in,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        session.put("SCOPE", SCOPE);
        if (directory != null) session.currentDir(directory);
        if (look.columns() > 0) session.put("COLUMNS", look.columns());
        if (look.rows() > 0) session.put("LINES", look.rows());
        if (!look.colours()) session.put(NO_COLOR, "1");
        return session;
    }

    private CommandSession open(InputStream in, OutputStream out, OutputStream err) {
        CommandSession session = processor.createSession(in, out, err);
        SturdyOutput.give(session, out, err);
        return session;
    }

    private static String execute(CommandSession session, String line, String help) {
        try {
            Object result = session.execute(line);
            if (result != null) session.getConsole().println(session.format(result, Converter.INSPECT));
            session.getConsole().flush();
            return null;
        } catch (CommandNotFoundException e) {
            return noCommand(e.getCommand(), help);
        } catch (Exception e) {
            log.debug("command line failed: {}", line, e);
            return message(e);
        }
    }

    private static Object unknownCommand(CommandSession session, List<Object> words) {
        String name = String.valueOf(words.get(0));
        throw new UnknownCommand(
                LEAVES.contains(name)
                        ? "there is no command '" + name + "': Ctrl-D leaves this shell"
                        : noCommand(name, HELP));
    }

    private static String noCommand(String name, String help) {
        return "there is no command '" + name + "': see '" + help + "'";
    }

    /** The interactive shell prints {@code toString()} of what a line throws, so that is the message alone. */
    private static final class UnknownCommand extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnknownCommand(String message) {
            super(message, null, false, false);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }

    /** One line for people; the stack goes to the log. */
    static String message(Throwable thrown) {
        Throwable failure = thrown;
        // Gogo wraps what it does not expect, and its wrappers say nothing.
        while ((failure instanceof InvocationTargetException || failure instanceof ExecutionException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        String message = failure.getMessage();
        if (failure instanceof Error && message != null)
            return failure.getClass().getSimpleName() + ": " + message;
        if (message == null || message.isBlank()) return failure.getClass().getSimpleName();
        return message.strip();
    }

    private static Attributes usualAttributes() {
        Attributes attributes = new Attributes();
        attributes.setInputFlag(Attributes.InputFlag.ICRNL, true);
        attributes.setOutputFlag(Attributes.OutputFlag.OPOST, true);
        attributes.setOutputFlag(Attributes.OutputFlag.ONLCR, true);
        attributes.setLocalFlag(Attributes.LocalFlag.ISIG, true);
        attributes.setLocalFlag(Attributes.LocalFlag.ICANON, true);
        attributes.setLocalFlag(Attributes.LocalFlag.ECHO, true);
        attributes.setControlChar(Attributes.ControlChar.VINTR, 3);
        attributes.setControlChar(Attributes.ControlChar.VEOF, 4);
        attributes.setControlChar(Attributes.ControlChar.VSUSP, 26);
        attributes.setControlChar(Attributes.ControlChar.VERASE, 127);
        return attributes;
    }

    /** A shell until its user leaves it; leaving never stops the node. */
    private final class Interactive implements Running {
        private final Terminal terminal;
        private final boolean colours;

        Interactive(Terminal terminal, boolean colours) {
            this.terminal = terminal;
            this.colours = colours;
        }

        @Override
        public String run() {
            try (CommandSession session = open(terminal.input(), terminal.output(), terminal.output())) {
                session.put(Shell.VAR_TERMINAL, terminal);
                session.put("SCOPE", SCOPE);
                if (!colours) session.put(NO_COLOR, "1");
                session.put(Shell.VAR_PROMPT, node + "> ");
                session.put(UNKNOWN_COMMAND, (Function) Sessions::unknownCommand);
                session.put(LineReader.HISTORY_FILE, Path.of(System.getProperty("user.home"), ".gridbatch", "history"));
                new NodeShell(new LeavingContext(), processor).run(session);
                return null;
            } catch (Exception e) {
                log.debug("an interactive shell ended", e);
                return message(e);
            } finally {
                hangUp();
            }
        }

        @Override
        public void resize(int columns, int rows) {
            terminal.setSize(new Size(columns, rows));
            terminal.raise(Terminal.Signal.WINCH);
        }

        @Override
        public void hangUp() {
            try {
                terminal.close();
            } catch (IOException e) {
                log.debug("closing a terminal failed", e);
            }
        }
    }

    /** What the shell asks its surroundings for. */
    private final class LeavingContext implements Shell.Context {
        @Override
        public String getProperty(String name) {
            return context.getProperty(name);
        }

        @Override
        public void exit() {
            // Leaving the shell of a node must not stop the node.
        }
    }
}
