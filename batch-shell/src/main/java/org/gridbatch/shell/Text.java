/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.Locale;

/** Makes text fit where it is shown. */
final class Text {
    private static final String CUT = "…";

    private Text() {}

    /** At most so many characters, the last of them an ellipsis if something was cut off. */
    static String cut(String text, int most) {
        if (text.length() <= most) return text;
        return most <= 1 ? CUT.substring(0, most) : text.substring(0, most - 1) + CUT;
    }

    /** The first characters, and nothing in place of what was cut off. */
    static String head(String text, int most) {
        return text.substring(0, Math.min(text.length(), most));
    }

    /** On one line, without what could move a terminal's cursor or change its colours. */
    static String oneLine(String text, int most) {
        return cut(clean(text).replaceAll("\\s+", " ").strip(), most);
    }

    /** Without control characters other than line ends and tabs: a job's text must not drive the reader's terminal. */
    static String clean(String text) {
        // Cc and not Cntrl, which leaves out those behind 0x7f: some terminals take 0x9b for the start of a sequence.
        return text.replaceAll("[\\p{Cc}&&[^\\n\\t]]", "");
    }

    /** A failure by its kind, for want of words made for people. */
    static String describe(Throwable failure) {
        return failure.getClass().getSimpleName() + (failure.getMessage() == null ? "" : ": " + failure.getMessage());
    }

    /** An enum constant as people write it. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
