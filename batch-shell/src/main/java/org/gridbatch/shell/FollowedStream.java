/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.PrintStream;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.LiveText;

/** Shows one stream of one attempt: pieces as they come, and when it has ended what is left. */
final class FollowedStream {
    private static final String MISSING = "\n… some of it was not kept …\n";

    private final Sink sink;
    private long offset;

    /** Where the pieces go. */
    interface Sink {
        /** @param missing whether something between this piece and the one before it was not kept */
        void show(LiveText piece, boolean missing);
    }

    FollowedStream(Sink sink) {
        this.sink = sink;
    }

    /** For people. */
    static FollowedStream to(PrintStream stream) {
        return new FollowedStream((piece, missing) -> {
            stream.print((missing ? MISSING : "") + Text.clean(piece.text()));
            stream.flush();
        });
    }

    /** Where the next piece begins. */
    long offset() {
        return offset;
    }

    void show(LiveText piece) {
        if (piece.text().isEmpty()) return;
        sink.show(piece, piece.offset() > offset);
        offset = piece.end();
    }

    /** The attempt has ended, and this is what was kept of all that it printed. */
    void rest(CapturedText all) {
        LiveText head = new LiveText(0, all.head());
        if (offset < head.end() || all.tail().isEmpty()) show(head.from(offset));
        if (all.tail().isEmpty()) return;
        long length = new LiveText(0, all.tail()).end();
        show(new LiveText(Math.max(0, all.bytes() - length), all.tail()).from(offset));
    }
}
