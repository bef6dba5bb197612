/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

/** An entry was not appended, and will not be. */
public final class NotAppendedException extends Exception {
    private static final long serialVersionUID = 1;

    public NotAppendedException(String message, Throwable cause) {
        super(message, cause);
    }
}
