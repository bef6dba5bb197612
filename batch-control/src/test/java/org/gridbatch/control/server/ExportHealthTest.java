/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.Map;
import java.util.Optional;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.ExportReference;
import org.osgi.service.remoteserviceadmin.RemoteConstants;
import org.osgi.service.remoteserviceadmin.RemoteServiceAdminEvent;

public class ExportHealthTest {
    private Dictionary<?, ?> marker;

    private final ServiceRegistration<?> registration = fake(ServiceRegistration.class, (proxy, method, args) -> {
        if (method.getName().equals("setProperties")) marker = (Dictionary<?, ?>) args[0];
        return null;
    });
    private final ExportHealth health = new ExportHealth(fake(BundleContext.class, (proxy, method, args) -> {
        marker = (Dictionary<?, ?>) args[2];
        return registration;
    }));

    @Test
    public void nothingIsExportedAtFirst() {
        assertExports();
        assertEquals(Optional.empty(), health.failure());
    }

    @Test
    public void theInterfacesOfAnEndpointAreListedAsLongAsItIsThere() {
        health.remoteAdminEvent(event(RemoteServiceAdminEvent.EXPORT_REGISTRATION, null));
        assertExports("com.example.Queue");
        health.remoteAdminEvent(event(RemoteServiceAdminEvent.EXPORT_UNREGISTRATION, null));
        assertExports();
    }

    @Test
    public void aFailedExportIsAFailureWithItsReason() {
        health.remoteAdminEvent(event(RemoteServiceAdminEvent.EXPORT_ERROR, new IllegalStateException("port in use")));
        assertEquals(Optional.of("the export failed: port in use"), health.failure());
        assertExports();
    }

    @Test
    public void anExportThatSucceedsEndsTheFailure() {
        health.remoteAdminEvent(event(RemoteServiceAdminEvent.EXPORT_ERROR, new IllegalStateException("port in use")));
        health.remoteAdminEvent(event(RemoteServiceAdminEvent.EXPORT_REGISTRATION, null));
        assertEquals(Optional.empty(), health.failure());
    }

    private void assertExports(String... interfaces) {
        assertArrayEquals(interfaces, (String[]) marker.get(ExportHealth.EXPORTS));
    }

    private static RemoteServiceAdminEvent event(int type, Throwable exception) {
        EndpointDescription endpoint = new EndpointDescription(Map.of(
                RemoteConstants.ENDPOINT_ID,
                "one",
                RemoteConstants.SERVICE_IMPORTED_CONFIGS,
                "any",
                Constants.OBJECTCLASS,
                new String[] {"com.example.Queue"}));
        ExportReference reference = exception != null
                ? null
                : fake(
                        ExportReference.class,
                        (proxy, method, args) -> method.getName().equals("getExportedEndpoint") ? endpoint : null);
        return new RemoteServiceAdminEvent(
                type, fake(Bundle.class, (proxy, method, args) -> null), reference, exception);
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
