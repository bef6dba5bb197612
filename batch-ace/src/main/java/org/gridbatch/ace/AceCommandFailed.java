/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

/**
 * Why a command failed, in words for its user that say what to do.
 *
 * <p>Shells print {@code toString()} of what a command throws, so that is the message alone.
 */
final class AceCommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    AceCommandFailed(String message) {
        super(message);
    }

    AceCommandFailed(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
