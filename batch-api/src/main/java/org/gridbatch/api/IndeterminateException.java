/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** It is not known whether it happened: repeat the same call. */
public final class IndeterminateException extends BatchException {
    private static final long serialVersionUID = 1;

    public IndeterminateException(String message) {
        super(message);
    }
}
