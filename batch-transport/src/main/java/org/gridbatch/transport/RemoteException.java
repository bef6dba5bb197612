/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport;

import java.util.Objects;

/**
 * A service failed with an exception whose type does not cross the wire: this carries its name and its message.
 *
 * <p>An exception arrives as its own type when it lives in the package of an exported interface, when the method
 * declares it, or when it is one of the common runtime exceptions of the JDK, and when it has the public constructor
 * that the transport looks for: the message first, then the values of its own fields in the order of declaration.
 */
public final class RemoteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remoteType;

    /**
     * @param remoteType the class name of the exception that the service threw
     * @param remoteMessage its message, or null
     */
    public RemoteException(String remoteType, String remoteMessage) {
        super(Objects.requireNonNull(remoteType, "remoteType") + (remoteMessage == null ? "" : ": " + remoteMessage));
        this.remoteType = remoteType;
    }

    /** The class name of the exception that the service threw. */
    public String remoteType() {
        return remoteType;
    }
}
