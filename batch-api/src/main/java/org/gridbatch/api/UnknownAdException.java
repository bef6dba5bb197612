/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

/** The server does not know the ad that a claim refers to: send it with {@link WorkQueue#advertise}, and claim again. */
public final class UnknownAdException extends BatchException {
    private static final long serialVersionUID = 1L;

    public UnknownAdException(String message) {
        super(message);
    }
}
