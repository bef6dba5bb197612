/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

/**
 * How fast one processor of this machine runs plain Java: arithmetic, and reads from memory whose address depends on the
 * read before. It tells machines of a grid apart, and nothing about a certain script.
 */
final class Speed {
    /** Of longs; a mebibyte, so that it does not fit into the nearest cache. */
    private static final int TABLE_BITS = 17;

    private static final int STEPS = 100_000;
    private static final int ROUNDS = 200;

    private Speed() {}

    /**
     * Measures it, which takes some tenths of a second. The fastest of many short rounds counts, so that the compiler has
     * done its work and other processes disturb only some of them.
     *
     * @return millions of steps a second, at least 1
     */
    static long measure() {
        long[] table = new long[1 << TABLE_BITS];
        long fastest = Long.MAX_VALUE;
        long at = 1;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            at = walk(table, at);
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        // Where the walk has come to is used, so that no compiler leaves it out.
        long measured = at == 0 ? 0 : STEPS * 1_000L / Math.max(1, fastest);
        return Math.max(1, measured);
    }

    private static long walk(long[] table, long from) {
        long at = from;
        for (int step = 0; step < STEPS; step++) {
            // The constants are Knuth's for a linear congruential generator of 64 bits (MMIX).
            at = at * 6364136223846793005L + 1442695040888963407L + table[(int) (at >>> (Long.SIZE - TABLE_BITS))];
        }
        return at;
    }
}
