/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.PrintStream;
import org.gridbatch.api.CapturedText;
import org.gridbatch.worker.gogo.Script;

/**
 * Shows on one stream what a script has printed so far, from what its runner keeps of it.
 *
 * <p>The runner keeps a head and a tail. While the script runs only the head is shown, since it alone does not change any
 * more; the tail follows when the script has ended.
 */
final class Shown {
    /** What stands for the part of a character that is not complete yet. */
    private static final char INCOMPLETE = '\uFFFD';

    private final PrintStream stream;
    private int shown;

    Shown(PrintStream stream) {
        this.stream = stream;
    }

    /** Shows what is new. */
    void more(CapturedText text) {
        int end = Math.min(text.head().length(), Script.MAX_OUTPUT_CHARS);
        if (end > 0 && text.head().charAt(end - 1) == INCOMPLETE) end--;
        if (end > 0 && Character.isHighSurrogate(text.head().charAt(end - 1))) end--;
        upTo(text, end);
    }

    /** Shows the rest; the script has ended. */
    void last(CapturedText text) {
        upTo(text, text.head().length());
        if (!text.tail().isEmpty()) {
            stream.print("\n… some of it was not kept …\n" + Text.clean(text.tail()));
        }
        stream.flush();
    }

    private void upTo(CapturedText text, int end) {
        if (end <= shown) return;
        stream.print(Text.clean(text.head().substring(shown, end)));
        stream.flush();
        shown = end;
    }
}
