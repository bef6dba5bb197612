/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gridbatch.control.ChannelStreams;
import org.gridbatch.control.Frame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the control socket. Its reader thread gets the frames; a second thread runs what the first frame asked
 * for, and is interrupted when the client goes away.
 */
final class Connection {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final int CHUNK = 8_192;

    private final SocketChannel channel;
    private final Sessions sessions;
    private final DataInputStream in;
    private final FrameWriter out;
    private final PipedOutputStream keys = new PipedOutputStream();
    private final PipedInputStream input = new PipedInputStream(1 << 16);
    private final AtomicBoolean inputWanted = new AtomicBoolean();
    private volatile Sessions.Running running;
    private volatile Thread runner;

    Connection(SocketChannel channel, Sessions sessions) {
        this.channel = channel;
        this.sessions = sessions;
        in = ChannelStreams.input(channel);
        out = new FrameWriter(ChannelStreams.output(channel));
    }

    void start(Runnable ended) {
        thread("gridbatch-control-reader", () -> {
            try {
                serve();
            } catch (IOException e) {
                log.debug("control socket: a client has gone", e);
            } catch (RuntimeException e) {
                log.warn("control socket: a request failed", e);
            } finally {
                close();
                ended.run();
            }
        });
    }

    void close() {
        try {
            channel.close();
            keys.close();
            input.close();
        } catch (IOException e) {
            log.debug("control socket: closing failed", e);
        }
        out.close();
        Thread thread = runner;
        if (thread != null) thread.interrupt();
        Sessions.Running session = running;
        if (session != null) session.hangUp();
    }

    private void serve() throws IOException {
        Frame first = Frame.readFrom(in);
        Sessions.Look look = Sessions.Look.NONE;
        if (first.type() == Frame.Type.RESIZE) {
            look = Sessions.Look.of(first.texts());
            first = Frame.readFrom(in);
        }
        Path directory = null;
        if (first.type() == Frame.Type.DIRECTORY) {
            directory = Path.of(first.texts().get(0));
            first = Frame.readFrom(in);
        }
        keys.connect(input);
        InputStream stdin = new WantedInput(input);
        OutputStream stdout = new FrameOutput(Frame.Type.OUT);
        OutputStream stderr = new FrameOutput(Frame.Type.ERR);
        List<String> texts = first.texts();
        running = switch (first.type()) {
            case RUN -> sessions.command(texts, look, directory, stdin, stdout, stderr);
            case LINE -> sessions.line(texts.get(0), look, directory, stdin, stdout, stderr);
            case ATTACH ->
                sessions.interactive(texts.get(0), Sessions.Look.of(texts.subList(1, texts.size())), stdin, stdout);
            default -> throw new IOException("a connection cannot begin with " + first.type());
        };
        runner = thread("gridbatch-control-session", this::runSession);
        while (true) {
            Frame frame = Frame.readFrom(in);
            switch (frame.type()) {
                case INPUT -> {
                    keys.write(frame.bytes());
                    // Without this the reader sees the keys when its pipe next looks by itself, up to a second later.
                    keys.flush();
                }
                case INPUT_END -> keys.close();
                case RESIZE -> {
                    List<String> size = frame.texts();
                    running.resize(Integer.parseInt(size.get(0)), Integer.parseInt(size.get(1)));
                }
                default -> throw new IOException("a client does not send " + frame.type() + " here");
            }
        }
    }

    private void runSession() {
        String failure;
        try {
            failure = running.run();
        } catch (RuntimeException | Error e) {
            // The client waits for an answer, whatever happens here.
            log.warn("control socket: a session failed", e);
            failure = Sessions.message(e);
        }
        try {
            out.write(Frame.of(Frame.Type.EXIT, List.of(failure == null ? "0" : "1", failure == null ? "" : failure)));
        } catch (IOException e) {
            log.debug("control socket: the client went before its answer", e);
        }
        close();
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Sends what is written as frames. */
    private final class FrameOutput extends OutputStream {
        private final Frame.Type type;

        FrameOutput(Frame.Type type) {
            this.type = type;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int from = offset; from < offset + length; from += CHUNK) {
                out.write(new Frame(type, Arrays.copyOfRange(bytes, from, Math.min(from + CHUNK, offset + length))));
            }
        }
    }

    /** Asks the client for its standard input when somebody first reads it, so that keys typed ahead stay its own. */
    private final class WantedInput extends InputStream {
        private final InputStream piped;

        WantedInput(InputStream piped) {
            this.piped = piped;
        }

        private void want() throws IOException {
            if (inputWanted.compareAndSet(false, true)) out.write(Frame.of(Frame.Type.WANT_INPUT));
        }

        @Override
        public int read() throws IOException {
            want();
            return piped.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            want();
            return piped.read(buffer, offset, length);
        }

        @Override
        public int available() throws IOException {
            want();
            return piped.available();
        }
    }
}
