/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.lang.reflect.InvocationTargetException;
import org.apache.aries.rsa.spi.Endpoint;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** One exported service: its description for others, and the object that calls end at. */
final class ExportedEndpoint implements Endpoint {
    private final EndpointDescription description;
    private final Contract contract;
    private final Object service;
    private final RsaServer server;

    ExportedEndpoint(EndpointDescription description, Contract contract, Object service, RsaServer server) {
        this.description = description;
        this.contract = contract;
        this.service = service;
        this.server = server;
    }

    @Override
    public EndpointDescription description() {
        return description;
    }

    Contract contract() {
        return contract;
    }

    Object invoke(RemoteMethod method, Object[] arguments) throws Throwable {
        try {
            return method.method().invoke(service, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** New calls are refused from now on; those that run may end. */
    @Override
    public void close() {
        server.remove(this);
    }
}
