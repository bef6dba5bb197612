/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** Two grids are visible, and it is not clear which one is meant; nothing happened. */
public final class GridConflictException extends BatchException {
    private static final long serialVersionUID = 1;

    public GridConflictException(String message) {
        super(message);
    }
}
