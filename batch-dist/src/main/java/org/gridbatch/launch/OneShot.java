/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.gridbatch.control.ControlClient;
import org.gridbatch.control.Frame;
import org.gridbatch.control.NodeFile;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Runs one command of the grid's shell: through the control socket of a node of the grid that runs on this machine, which
 * is quick, or else through a short-lived node of its own.
 */
final class OneShot {
    /** How long a command waits for a grid that is not in sight. */
    private static final String WAIT_SECONDS = "15";

    /** System property: the terminal's width, set by the script that starts this JVM if standard output is a terminal. */
    private static final String COLUMNS = "gridbatch.columns";

    /** As {@link #COLUMNS}, its height. */
    private static final String ROWS = "gridbatch.rows";

    /** The command that is asked for keys while it shows something. */
    private static final String TOP = "top";

    private static final Duration OPEN_LIMIT = Duration.ofSeconds(10);

    private OneShot() {}

    /** Runs a command given as words. */
    static int command(Main main, List<String> words) throws IOException {
        return run(main, Frame.of(Frame.Type.RUN, words));
    }

    /** Runs a line of Gogo. */
    static int line(Main main, String line) throws IOException {
        return run(main, Frame.of(Frame.Type.LINE, List.of(line)));
    }

    private static int run(Main main, Frame frame) throws IOException {
        Settings settings = main.settings();
        List<NodeFile> nodes = Nodes.ofGrid(settings.zookeeper()).stream()
                .sorted(Comparator.comparing((NodeFile node) -> !node.role().equals("shell")))
                .toList();
        for (NodeFile node : nodes) {
            try (ControlClient client = new ControlClient(node.socket())) {
                return run(client, frame, System.out);
            } catch (java.net.SocketException e) {
                // It is just stopping: the next one, or a node of our own.
            }
        }
        if (!settings.has("shell.timeout.seconds")) settings.with("shell.timeout.seconds", WAIT_SECONDS);
        System.setProperty("gridbatch.log.console", "OFF");
        // What the bundles print while they start and stop is not what the command says.
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        try (Node node = Nodes.prepareShortLived(settings, main.config())) {
            node.start(Home.current().bundles());
            if (!node.awaitCommands(OPEN_LIMIT)) {
                throw new LaunchException(
                        "the short-lived node did not offer its commands within " + OPEN_LIMIT.toSeconds() + " s");
            }
            try (ControlClient client =
                    new ControlClient(node.awaitSocket(OPEN_LIMIT).socket())) {
                return run(client, frame, out);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted while the short-lived node started");
        }
    }

    private static int run(ControlClient client, Frame frame, PrintStream out) throws IOException {
        int columns = Integer.getInteger(COLUMNS, 0);
        if (columns > 0) client.terminal(columns, Integer.getInteger(ROWS, 0), wantsColours(System.getenv()));
        client.directory(Path.of(""));
        ControlClient.Exit exit = columns > 0 && isTop(frame) && System.console() != null
                ? withKeys(client, frame, out)
                : client.run(frame, System.in, out, System.err);
        if (exit.status() != 0) System.err.println("batch: " + exit.message());
        return exit.status();
    }

    /** Whether the user of a terminal wants colours, by the conventions that others follow. */
    static boolean wantsColours(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(environment.get("TERM"));
    }

    private static boolean isTop(Frame frame) throws IOException {
        return frame.type() == Frame.Type.RUN && frame.texts().get(0).equals(TOP);
    }

    /** A key reaches the command when it is pressed. Ctrl-C ends this process, which puts the terminal back as it was. */
    private static ControlClient.Exit withKeys(ControlClient client, Frame frame, PrintStream out) throws IOException {
        // The provider that calls stty: no native code, and no warnings from newer JVMs about any.
        try (Terminal terminal =
                TerminalBuilder.builder().system(true).provider("exec").build()) {
            terminal.enterRawMode();
            return client.run(frame, terminal.input(), out, System.err);
        }
    }
}
