/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

/**
 * A whole record of a log segment.
 *
 * @param data the bytes of an entry; null for a record of Ratis' own
 * @param end the offset after it in its file
 */
record LogRecord(long term, long index, byte[] data, long offset, long end) {}
