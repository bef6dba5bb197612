/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.lang.reflect.InvocationTargetException;
import java.util.Set;
import org.apache.aries.rsa.spi.Endpoint;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** One exported service: its description for others, and the object that calls end at. */
final class ExportedEndpoint implements Endpoint {
    private final EndpointDescription description;
    private final Contract contract;
    private final Object service;
    private final RsaServer server;
    private final Set<String> direct;

    /** @param direct names of the methods that never wait, see {@link Wire#DIRECT} */
    ExportedEndpoint(
            EndpointDescription description, Contract contract, Object service, RsaServer server, Set<String> direct) {
        this.description = description;
        this.contract = contract;
        this.service = service;
        this.server = server;
        this.direct = direct;
    }

    @Override
    public EndpointDescription description() {
        return description;
    }

    Contract contract() {
        return contract;
    }

    /** Whether a method may run on a thread that moves bytes; one that gives its result at once never does. */
    boolean isDirect(RemoteMethod method) {
        return method.kind() == ReturnKind.STAGE
                && direct.contains(method.method().getName());
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
