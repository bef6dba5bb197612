/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

/** A script called a command that this node does not allow scripts to call. */
public final class DeniedCommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String command;

    public DeniedCommandException(String message, String command) {
        super(message);
        this.command = command;
    }

    public String command() {
        return command;
    }
}
