/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** The near end of a control socket. One connection runs one command, or one interactive shell. */
public final class ControlClient implements AutoCloseable {
    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** How a command ended: 0 for success, and what to tell the user otherwise. */
    public record Exit(int status, String message) {}

    /** @throws IOException if no node listens there */
    public ControlClient(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        in = ChannelStreams.input(channel);
        out = ChannelStreams.output(channel);
    }

    /**
     * Runs what the first frame says, until the node says that it is over.
     *
     * @param first {@code RUN}, {@code LINE} or {@code ATTACH}
     * @param stdin read only when the node asks; its reader is a daemon thread that may outlive this call
     * @return how it ended; if the node goes away meanwhile, status 1 and a message that says so
     */
    public Exit run(Frame first, InputStream stdin, OutputStream stdout, OutputStream stderr) throws IOException {
        first.writeTo(out);
        while (true) {
            Frame frame;
            try {
                frame = Frame.readFrom(in);
            } catch (EOFException e) {
                return new Exit(1, "the node stopped before it answered");
            }
            switch (frame.type()) {
                case OUT -> write(stdout, frame.bytes());
                case ERR -> write(stderr, frame.bytes());
                case WANT_INPUT -> pump(stdin);
                case EXIT -> {
                    List<String> texts = frame.texts();
                    return new Exit(Integer.parseInt(texts.get(0)), texts.get(1));
                }
                default -> throw new IOException("a node does not send " + frame.type() + " frames");
            }
        }
    }

    /**
     * Tells the node, before a command whose output goes to a terminal, what that terminal is like.
     *
     * @param rows 0 if that is not known
     * @param colours whether its user wants any
     */
    public void terminal(int columns, int rows, boolean colours) throws IOException {
        Frame.of(
                        Frame.Type.RESIZE,
                        List.of(Integer.toString(columns), Integer.toString(rows), Boolean.toString(colours)))
                .writeTo(out);
    }

    /** Tells the node, before a command, in which directory its files are. */
    public void directory(Path directory) throws IOException {
        Frame.of(Frame.Type.DIRECTORY, List.of(directory.toAbsolutePath().toString()))
                .writeTo(out);
    }

    /** Tells the node that the terminal's size has changed. */
    public void resize(int columns, int rows) throws IOException {
        Frame.of(Frame.Type.RESIZE, List.of(Integer.toString(columns), Integer.toString(rows)))
                .writeTo(out);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static void write(OutputStream target, byte[] bytes) throws IOException {
        target.write(bytes);
        target.flush();
    }

    private void pump(InputStream stdin) {
        Thread pump = new Thread(
                () -> {
                    byte[] buffer = new byte[8_192];
                    try {
                        for (int count; (count = stdin.read(buffer)) >= 0; ) {
                            new Frame(Frame.Type.INPUT, java.util.Arrays.copyOf(buffer, count)).writeTo(out);
                        }
                        Frame.of(Frame.Type.INPUT_END).writeTo(out);
                    } catch (IOException e) {
                        // The connection is over, or there is no input any more: the node decides what that means.
                    }
                },
                "gridbatch-stdin");
        pump.setDaemon(true);
        pump.start();
    }
}
