/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.impl.ExternalTerminal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terminal of an interactive shell. Its line discipline writes byte for byte; here whole writes take turns, since a
 * command that was stopped and the shell print at once, and half an escape sequence confuses the user's terminal.
 */
final class Screen extends ExternalTerminal {
    private static final Logger log = LoggerFactory.getLogger(Screen.class);

    private final OutputStream output = new InTurns(super.output());
    private final PrintWriter writer = new WithoutInterrupts(new OutputStreamWriter(output, StandardCharsets.UTF_8));

    Screen(String type, InputStream keys, OutputStream screen, Attributes attributes, Size size) throws IOException {
        super(
                null,
                "gridbatch",
                type,
                keys,
                new BufferedOutputStream(screen),
                StandardCharsets.UTF_8,
                SignalHandler.SIG_DFL,
                false,
                attributes,
                size);
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public PrintWriter writer() {
        return writer;
    }

    /** As a terminal of the system does, a signal's key takes back what was typed before it and nobody has read yet. */
    @Override
    public void raise(Signal signal) {
        if (signal == Signal.INT || signal == Signal.QUIT || signal == Signal.TSTP) forgetUnread();
        super.raise(signal);
    }

    private void forgetUnread() {
        try {
            slaveInputPipe.flush();
            byte[] unread = new byte[1_024];
            while (slaveInput.available() > 0) {
                if (slaveInput.readBuffered(unread) < 0) return;
            }
        } catch (IOException e) {
            log.debug("what was typed before a signal stays", e);
        }
    }

    /** Gogo's shell prints the exception of each line that failed; one that was stopped with Ctrl-C has not failed. */
    private static final class WithoutInterrupts extends PrintWriter {
        private static final String STOPPED = InterruptedException.class.getName();

        WithoutInterrupts(Writer target) {
            super(target);
        }

        @Override
        public void println(String line) {
            boolean isThat = line != null && line.contains(STOPPED) && line.length() < 2 * STOPPED.length();
            super.println(isThat ? "" : line);
        }
    }

    /** Lets one thread write at a time. */
    private static final class InTurns extends OutputStream {
        private final OutputStream target;

        InTurns(OutputStream target) {
            this.target = target;
        }

        @Override
        public synchronized void write(int b) throws IOException {
            target.write(b);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            target.write(bytes, offset, length);
        }

        @Override
        public synchronized void flush() throws IOException {
            target.flush();
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
