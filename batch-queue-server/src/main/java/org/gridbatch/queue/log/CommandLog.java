/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.util.concurrent.CompletionStage;

/** The durable order of entries: what was appended and committed is given to the replica again after every start. */
public interface CommandLog {
    /**
     * So many entries may be appended and not committed yet. A log may rely on it: what stands further behind a damaged
     * entry proves that the entry was committed.
     */
    int MOST_IN_FLIGHT = 6;

    /**
     * Gives the replica the last snapshot and all entries since, and returns when the log takes new ones.
     *
     * @throws IOException if it cannot be opened; the message names the directory or file and says what to do
     */
    void open(Replica replica) throws IOException;

    /** The id of the grid, made with its data. */
    String grid();

    /** Grows with every open. */
    long term();

    /**
     * Appends an entry after those appended before. The replica applies it when it is committed, which means forced to
     * disk; that, not this stage, is the success. The stage fails with {@link NotAppendedException} if the entry
     * surely is not and will not be in the log, and with anything else if that is not known.
     */
    CompletionStage<Void> append(byte[] entry);

    /** Ends it; entries that were not applied by then may still be in the log. */
    void close();
}
