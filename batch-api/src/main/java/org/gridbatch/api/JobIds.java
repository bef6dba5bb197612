/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.security.SecureRandom;

/**
 * Makes job ids: 9 characters of the time in milliseconds, so that ids sort by age, then 10 random ones (50 bits), in
 * lower-case Crockford base 32, which has no letters that people confuse. Thread-safe.
 */
public final class JobIds {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private JobIds() {}

    /** A new id that no other node makes. */
    public static String next() {
        StringBuilder id = new StringBuilder(19);
        append(id, System.currentTimeMillis(), 9);
        append(id, RANDOM.nextLong(), 10);
        return id.toString();
    }

    private static void append(StringBuilder id, long bits, int digits) {
        for (int i = digits - 1; i >= 0; i--) id.append(DIGITS.charAt((int) (bits >>> (5 * i)) & 31));
    }
}
