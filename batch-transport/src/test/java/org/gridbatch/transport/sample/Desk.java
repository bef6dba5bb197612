/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.sample;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A service of some bundle that knows nothing of the transport. */
public interface Desk {
    record Ticket(String id, Instant openedAt, List<String> tags) {}

    final class NoSuchTicket extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String id;

        public NoSuchTicket(String message, String id) {
            super(message);
            this.id = id;
        }

        public String id() {
            return id;
        }
    }

    Ticket open(String id, List<String> tags);

    CompletionStage<List<Ticket>> find(String tag);

    void close(String id);
}
