/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.junit.Assert.assertEquals;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.service.remoteserviceadmin.EndpointEvent;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;

public class OwnEndpointsTest {

    private final AtomicInteger looks = new AtomicInteger();
    private final OwnEndpoints own = new OwnEndpoints(looks::incrementAndGet);

    @Test
    public void aBundleThatLetsGoTakesItsEndpointsWithIt() {
        EndpointEventListener first = own.getService(bundle(1), null);
        EndpointEventListener second = own.getService(bundle(2), null);
        first.endpointChanged(added("x"), "(a=b)");
        first.endpointChanged(added("both"), "(a=b)");
        second.endpointChanged(added("both"), "(a=b)");

        own.ungetService(bundle(1), null, first);

        assertEquals(Set.of("both"), own.snapshot().keySet());
        assertEquals("every change is worth a look", 4, looks.get());

        own.ungetService(bundle(2), null, second);

        assertEquals(Map.of(), own.snapshot());
    }

    @Test
    public void aRemovalOfWhatWasNeverToldIsHarmless() {
        own.told(1, new EndpointEvent(EndpointEvent.REMOVED, Node.endpoint("u", "x", Map.of())));

        assertEquals(Map.of(), own.snapshot());
    }

    private static EndpointEvent added(String id) {
        return new EndpointEvent(EndpointEvent.ADDED, Node.endpoint("u", id, Map.of()));
    }

    /** A bundle that knows its id and nothing else. */
    private static Bundle bundle(long id) {
        return (Bundle) Proxy.newProxyInstance(
                Bundle.class.getClassLoader(), new Class<?>[] {Bundle.class}, (proxy, method, arguments) -> id);
    }
}
