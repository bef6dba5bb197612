/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.aries.rsa.spi.Endpoint;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceListener;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** A framework with the transport in it, as far as the transport can tell. */
final class Node implements AutoCloseable {
    final List<ServiceListener> listeners = new ArrayList<>();
    final GrpcProvider provider;
    private boolean closed;

    private Node(Map<String, Object> config) {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                Node.class.getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "addServiceListener" -> listeners.add((ServiceListener) arguments[0]);
                        case "removeServiceListener" -> listeners.remove(arguments[0]);
                        default -> throw new UnsupportedOperationException(method.toString());
                    }
                    return null;
                });
        provider = new GrpcProvider(context, config(config));
    }

    /** A node with the defaults but for these keys, which are written as in a configuration file. */
    static Node with(Object... keysAndValues) {
        Map<String, Object> config = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Node(config);
    }

    static TransportConfig config(Map<String, Object> values) {
        return (TransportConfig) Proxy.newProxyInstance(
                Node.class.getClassLoader(),
                new Class<?>[] {TransportConfig.class},
                (proxy, method, arguments) ->
                        values.getOrDefault(method.getName().replace('_', '.'), method.getDefaultValue()));
    }

    <T> Endpoint export(Class<T> api, T service, Object... keysAndValues) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("objectClass", new String[] {api.getName()});
        properties.put("service.exported.interfaces", "*");
        properties.put("service.exported.configs", Wire.CONFIG_TYPE);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return provider.exportService(service, null, properties, new Class<?>[] {api});
    }

    <T> T use(Class<T> api, EndpointDescription endpoint) {
        return api.cast(provider.importEndpoint(api.getClassLoader(), null, new Class<?>[] {api}, endpoint));
    }

    /** The same endpoint with some properties other than published. */
    static EndpointDescription changed(EndpointDescription endpoint, Object... keysAndValues) {
        Map<String, Object> properties = new HashMap<>(endpoint.getProperties());
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new EndpointDescription(properties);
    }

    static int port(Endpoint endpoint) {
        return Address.parse((String) endpoint.description().getProperties().get(Wire.ADDRESS))
                .port();
    }

    static void closeQuietly(Endpoint endpoint) {
        try {
            endpoint.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** As often as one likes: a test that stops a node itself leaves the rest to its clean-up. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            provider.close();
        }
    }
}
