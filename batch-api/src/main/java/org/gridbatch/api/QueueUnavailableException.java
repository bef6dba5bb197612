/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** The server cannot do it now (starting, stopping, disk); nothing happened, repeat later. */
public final class QueueUnavailableException extends BatchException {
    private static final long serialVersionUID = 1;

    public QueueUnavailableException(String message) {
        super(message);
    }
}
