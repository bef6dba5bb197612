/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.WritableByteChannel;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.service.command.CommandSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the output of a session survive Ctrl-C. The channel that the JDK makes of a stream closes itself for good when a
 * thread that writes to it is interrupted, and all that later commands print would be lost.
 */
final class SturdyOutput {
    private static final Logger log = LoggerFactory.getLogger(SturdyOutput.class);

    private SturdyOutput() {}

    /** Gogo makes the channels itself, and keeps them in a field for subclasses; but it knows only sessions of its own. */
    static void give(CommandSession session, OutputStream out, OutputStream err) {
        try {
            Field field = CommandSessionImpl.class.getDeclaredField("channels");
            field.setAccessible(true);
            Channel[] channels = (Channel[]) field.get(session);
            field.set(session, new Channel[] {channels[0], new Output(out), new Output(err)});
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.debug("this version of Gogo keeps its channels elsewhere; Ctrl-C may end a session's output", e);
        }
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
