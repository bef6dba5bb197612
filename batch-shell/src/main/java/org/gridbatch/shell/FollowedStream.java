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

    private final PrintStream stream;
    private long offset;

    /** @param stream null to show nothing */
    FollowedStream(PrintStream stream) {
        this.stream = stream;
    }

    /** Where the next piece begins. */
    long offset() {
        return offset;
    }

    void show(LiveText piece) {
        if (piece.text().isEmpty()) return;
        if (piece.offset() > offset) print(MISSING);
        print(Text.clean(piece.text()));
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

    private void print(String text) {
        if (stream == null) return;
        stream.print(text);
        stream.flush();
    }
}
