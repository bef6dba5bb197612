/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

/** Cuts text to what the API carries. */
final class Texts {
    private static final String CUT = " …";

    private Texts() {}

    /** At most {@code most} characters, with a mark if it was cut, and without halves of surrogate pairs. */
    static String cap(CharSequence text, int most) {
        if (text.length() <= most) return whole(text.toString());
        int end = most - CUT.length();
        if (Character.isHighSurrogate(text.charAt(end - 1))) end--;
        return whole(text.subSequence(0, end).toString()) + CUT;
    }

    /** One line, for an error. */
    static String line(CharSequence text, int most) {
        String all = text.toString().strip();
        int newline = all.indexOf('\n');
        return newline < 0 ? cap(all, most) : cap(all.substring(0, newline).stripTrailing() + CUT, most);
    }

    /** Half a pair cannot be encoded, and would make the whole report fail. */
    static String whole(String text) {
        StringBuilder fixed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) continue;
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (fixed == null) fixed = new StringBuilder(text);
            fixed.setCharAt(i, '\uFFFD');
        }
        return fixed == null ? text : fixed.toString();
    }
}
