/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The state that a log keeps durable. */
public interface Replica {
    /** Replaces the state by that of a snapshot. Called before the first {@link #apply}. */
    void restore(InputStream snapshot) throws IOException;

    /**
     * Applies the next committed entry. It may return before the entry is applied, and it may block to slow down a
     * replay.
     *
     * @param applied run on the replica's own thread when the entry, and no later one, is applied
     */
    void apply(byte[] entry, Runnable applied);

    /** The state as it is now; call it within {@code applied} only. It costs a copy of references. */
    Snapshot snapshot();

    /** The log has broken: nothing more will be appended. */
    void broken(Throwable cause);

    /** A state that can be written at leisure. */
    interface Snapshot {
        void writeTo(OutputStream out) throws IOException;
    }
}
