/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

/** Says why bytes are no endpoint description; the caller knows where they came from and names it. */
final class BadEndpointException extends Exception {

    private static final long serialVersionUID = 1L;

    BadEndpointException(String message) {
        super(message);
    }
}
