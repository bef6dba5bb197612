/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.CommandSessionImpl;

/**
 * A session whose output survives Ctrl-C. The channel that the JDK makes of a stream closes itself for good when a thread
 * that writes to it is interrupted, and all that later commands print would be lost.
 */
final class NodeSession extends CommandSessionImpl {
    NodeSession(CommandProcessorImpl processor, InputStream in, OutputStream out, OutputStream err) {
        super(processor, in, out, err);
        channels = new Channel[] {Channels.newChannel(in), new Output(out), new Output(err)};
    }

    /** A stream as a channel that only its owner closes. */
    private record Output(OutputStream stream) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            stream.write(bytes);
            stream.flush();
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Commands come and go; the session's streams stay.
        }
    }
}
