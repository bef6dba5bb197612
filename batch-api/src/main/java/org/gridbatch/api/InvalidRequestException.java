/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** The caller is wrong: nothing happened, and repeating does not help. */
public final class InvalidRequestException extends BatchException {
    private static final long serialVersionUID = 1;

    public InvalidRequestException(String message) {
        super(message);
    }
}
