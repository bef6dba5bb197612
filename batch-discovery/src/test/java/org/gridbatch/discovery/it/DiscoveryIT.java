/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.it;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gridbatch.discovery.server.TestServer;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.osgi.framework.Bundle;

public class DiscoveryIT {

    private static final String STATUS = "org.gridbatch.discovery.DiscoveryStatus";
    private static final String SERVER = "org.gridbatch.discovery.ZooKeeperServerStatus";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void aServiceExportedInOneFrameworkIsImportedInTheOther() throws Exception {
        try (Framework a = framework("a");
                Framework b = framework("b")) {
            a.configure(
                    "org.gridbatch.zookeeper",
                    Map.of("port", 0, "data.dir", folder.newFolder("zk").toString(), "tick.millis", 100));
            String address = (String) Framework.get(a.service(SERVER), SERVER, "address");
            assertTrue(address, address.matches("127\\.0\\.0\\.1:\\d+"));
            configureDiscovery(a, address);
            configureDiscovery(b, address);
            b.context().addServiceListener(event -> {}, "(objectClass=java.util.concurrent.Callable)");

            Dictionary<String, Object> exported = new Hashtable<>();
            exported.put("service.exported.interfaces", "*");
            exported.put("service.exported.configs", "aries.fastbin");
            var registration = a.context().registerService(Callable.class.getName(), new Greeting(), exported);

            Callable<?> imported = (Callable<?>) b.service(Callable.class.getName());
            assertEquals("hello", imported.call());
            assertEquals(1, state(a, "published"));
            assertEquals(0, state(a, "known"));
            assertEquals(1, state(b, "known"));
            assertEquals(true, state(b, "connected"));

            registration.unregister();
            await().atMost(Framework.SOON).until(() -> b.reference(Callable.class.getName()) == null);
        }
    }

    @Test
    public void aFrameworkThatStopsTakesItsServicesWithIt() throws Exception {
        try (Framework b = framework("b")) {
            b.configure(
                    "org.gridbatch.zookeeper",
                    Map.of("port", 0, "data.dir", folder.newFolder("zk").toString()));
            String address = (String) Framework.get(b.service(SERVER), SERVER, "address");
            configureDiscovery(b, address);
            b.context().addServiceListener(event -> {}, "(objectClass=java.util.concurrent.Callable)");
            try (Framework a = framework("a")) {
                configureDiscovery(a, address);
                Dictionary<String, Object> exported = new Hashtable<>();
                exported.put("service.exported.interfaces", "*");
                exported.put("service.exported.configs", "aries.fastbin");
                a.context().registerService(Callable.class.getName(), new Greeting(), exported);
                b.service(Callable.class.getName());
            }

            // Well below the four seconds that the session would take to expire.
            await().atMost(Duration.ofSeconds(2)).until(() -> b.reference(Callable.class.getName()) == null);
            b.unconfigure("org.gridbatch.zookeeper");
            await().atMost(Framework.SOON).until(() -> b.reference(SERVER) == null);
        }
    }

    @Test
    public void everyBundleIsActiveAndNothingRunsWithoutConfiguration() throws Exception {
        try (Framework a = framework("a")) {
            for (Bundle each : a.context().getBundles()) {
                boolean fragment = each.getHeaders().get("Fragment-Host") != null;
                assertTrue(each.getSymbolicName(), fragment || each.getState() == Bundle.ACTIVE);
            }
            assertEquals(null, a.reference(STATUS));
            assertEquals(null, a.reference(SERVER));
        }
    }

    private Framework framework(String name) throws Exception {
        String port = String.valueOf(TestServer.freePort());
        return new Framework(
                folder.getRoot().toPath().resolve(name), Map.of("felix.log.level", "1", "fastbin.test.port", port));
    }

    private static void configureDiscovery(Framework framework, String address) throws Exception {
        framework.configure(
                "org.apache.aries.rsa.provider.fastbin",
                Map.of(
                        "uri",
                        "tcp://127.0.0.1:" + framework.context().getProperty("fastbin.test.port"),
                        "exportedAddress",
                        "127.0.0.1"));
        framework.configure("org.gridbatch.discovery", Map.of("zookeeper", address, "session.timeout.millis", 1_000));
    }

    private static Object state(Framework framework, String field) throws Exception {
        Object state = Framework.get(framework.service(STATUS), STATUS, "state");
        return Framework.get(state, STATUS + "$State", field);
    }

    /** Public, because the distribution provider calls it by reflection. */
    public static final class Greeting implements Callable<String> {
        @Override
        public String call() {
            return "hello";
        }
    }
}
