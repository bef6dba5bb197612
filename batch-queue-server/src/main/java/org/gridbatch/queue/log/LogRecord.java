/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.util.Arrays;

/**
 * A whole record of a log segment.
 *
 * @param segment the bytes of the segment, until the next one is read
 * @param dataAt where the bytes of an entry begin; 0 for a record of Ratis' own
 * @param offset where it begins
 * @param end the offset after it
 */
record LogRecord(long term, long index, byte[] segment, int dataAt, int dataLength, long offset, long end) {
    boolean isEntry() {
        return dataAt > 0;
    }

    /** The bytes of its entry; a copy. */
    byte[] data() {
        return Arrays.copyOfRange(segment, dataAt, dataAt + dataLength);
    }
}
