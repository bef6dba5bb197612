/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.zip.CRC32C;

/**
 * Makes equal scripts one object, so that a million jobs with the same script keep it in memory once, however they came:
 * by a call, from the log or from a snapshot. It knows the scripts that were seen last in a table of a fixed size, and
 * keeps none alive. So a script comes to memory twice only when some thousands of others were seen in between.
 */
final class SharedScripts {
    private static final int PAIRS = 1 << 13;
    private static final AtomicReferenceArray<WeakReference<String>> TABLE = new AtomicReferenceArray<>(2 * PAIRS);

    private static final int BUFFER = 1 << 12;
    private static final ThreadLocal<byte[]> BUFFERS = ThreadLocal.withInitial(() -> new byte[BUFFER]);

    private SharedScripts() {}

    static String of(String script) {
        // Each script has two places, the one that was seen last is in the first: with one place, two frequent scripts
        // could turn each other out for ever. Threads that change a pair at the same time at most lose a script.
        int first = (int) checksum(script) & PAIRS - 1;
        int second = first + PAIRS;
        String last = at(first);
        if (script.equals(last)) return last;
        String earlier = at(second);
        String shared = script.equals(earlier) ? earlier : script;
        if (last != null) TABLE.set(second, TABLE.get(first));
        TABLE.set(first, new WeakReference<>(shared));
        return shared;
    }

    /** Many times faster than the hash of a string, which nobody else asks for, and without a copy to throw away. */
    @SuppressWarnings("deprecation") // The low byte of each character is enough here.
    private static long checksum(String script) {
        CRC32C crc = new CRC32C();
        byte[] buffer = BUFFERS.get();
        for (int from = 0; from < script.length(); from += BUFFER) {
            int to = Math.min(script.length(), from + BUFFER);
            script.getBytes(from, to, buffer, 0);
            crc.update(buffer, 0, to - from);
        }
        return crc.getValue();
    }

    /** Null if there is none, or no more. */
    private static String at(int slot) {
        WeakReference<String> reference = TABLE.get(slot);
        return reference == null ? null : reference.get();
    }
}
