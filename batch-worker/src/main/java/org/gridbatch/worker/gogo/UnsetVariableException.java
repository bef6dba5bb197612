/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

/** A statement was given a variable that nothing has set. */
final class UnsetVariableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnsetVariableException(String name) {
        super("variable $" + name + " is not set", null, false, false);
    }
}
