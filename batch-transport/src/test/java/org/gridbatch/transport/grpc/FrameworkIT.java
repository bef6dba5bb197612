/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.aries.rsa.spi.DistributionProvider;
import org.apache.felix.framework.FrameworkFactory;
import org.gridbatch.transport.sample.Desk;
import org.gridbatch.transport.sample.Desk.NoSuchTicket;
import org.gridbatch.transport.sample.Desk.Ticket;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.util.function.Function;
import org.osgi.util.promise.Promise;
import org.osgi.util.tracker.ServiceTracker;

/** The bundle as it is delivered, in two frameworks with Aries' Remote Service Admin. */
public class FrameworkIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Rule
    public TemporaryFolder folder = new TemporaryFolder();

    private final CompletableFuture<List<Ticket>> found = new CompletableFuture<>();
    private Framework exporting;
    private Framework importing;

    @After
    public void stop() throws Exception {
        for (Framework framework : new Framework[] {importing, exporting}) {
            if (framework != null) {
                framework.stop();
                framework.waitForStop(10_000);
            }
        }
    }

    private final class DeskService implements Desk {
        @Override
        public Ticket open(String id, List<String> tags) {
            return new Ticket(id, Instant.EPOCH, tags);
        }

        @Override
        public CompletionStage<List<Ticket>> find(String tag) {
            return found;
        }

        @Override
        public void close(String id) {
            throw new NoSuchTicket("no ticket " + id, id);
        }
    }

    @Test
    public void aServiceOfOneFrameworkIsUsedInAnother() throws Exception {
        exporting = start("exporting");
        importing = start("importing");
        Rsa from = new Rsa(exporting);
        Rsa to = new Rsa(importing);
        assertEquals(List.of("gridbatch.grpc"), List.of(from.supported()));

        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("service.exported.interfaces", "*");
        properties.put("service.exported.configs", "gridbatch.grpc");
        properties.put("gridbatch.grpc.timeout.millis", 20_000);
        ServiceRegistration<Desk> registration =
                exporting.getBundleContext().registerService(Desk.class, new DeskService(), properties);
        Map<String, Object> endpoint = from.export(registration.getReference());
        assertEquals(20_000L, endpoint.get("gridbatch.grpc.timeout.millis"));
        assertNull(endpoint.get("service.exported.interfaces"));
        assertNotNull(endpoint.get("endpoint.framework.uuid"));

        Object imported = to.importEndpoint(endpoint);
        BundleContext consumer = consumer(importing).getBundleContext();
        ServiceReference<Desk> reference = consumer.getServiceReference(Desk.class);
        assertEquals(true, reference.getProperty("service.imported") != null);
        Desk desk = consumer.getService(reference);

        assertEquals(new Ticket("t", Instant.EPOCH, List.of("a")), desk.open("t", List.of("a")));
        assertEquals(
                "t", assertThrows(NoSuchTicket.class, () -> desk.close("t")).id());
        CompletableFuture<List<Ticket>> waiting = desk.find("a").toCompletableFuture();
        await().atMost(SOON).until(() -> found.getNumberOfDependents() == 1);

        Rsa.close(imported);
        ServiceException closed = assertThrows(ServiceException.class, () -> desk.open("t", null));
        assertTrue(closed.getMessage(), closed.getMessage().contains("not imported any more"));
        found.complete(List.of());
        assertEquals("calls in flight outlive the import", List.of(), waiting.get(10, TimeUnit.SECONDS));
    }

    @Test
    public void theStoppedBundleLeavesNoThread() throws Exception {
        exporting = start("exporting");
        Rsa from = new Rsa(exporting);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("service.exported.interfaces", "*");
        from.export(exporting
                .getBundleContext()
                .registerService(Desk.class, new DeskService(), properties)
                .getReference());
        assertTrue(threads().stream().anyMatch(name -> name.startsWith("gridbatch-transport-")));
        for (Bundle bundle : exporting.getBundleContext().getBundles()) {
            if (bundle.getSymbolicName().equals("org.gridbatch.batch-transport")) {
                bundle.stop();
            }
        }
        await().atMost(SOON)
                .until(() -> threads().stream()
                        .noneMatch(name -> name.startsWith("gridbatch-transport-") || name.startsWith("grpc-")));
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    private Framework start(String name) throws Exception {
        Path cache = folder.newFolder(name).toPath();
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        cache.toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        "org.slf4j;version=1.7.36,org.slf4j.spi;version=1.7.36,org.slf4j.helpers;version=1.7.36,"
                                + Desk.class.getPackageName()));
        framework.start();
        BundleContext context = framework.getBundleContext();
        List<Bundle> bundles = new ArrayList<>();
        for (Class<?> inside : List.of(
                Function.class,
                Promise.class,
                org.osgi.service.component.ComponentConstants.class,
                org.osgi.service.cm.ConfigurationAdmin.class,
                org.apache.felix.scr.info.ScrInfo.class,
                org.osgi.service.event.EventAdmin.class,
                DistributionProvider.class,
                org.apache.aries.rsa.core.Activator.class,
                JsonFormat.class,
                JsonFactory.class,
                ObjectMapper.class,
                CBORFactory.class,
                JavaTimeModule.class)) {
            bundles.add(install(context, jarOf(inside)));
        }
        bundles.add(install(context, new File(System.getProperty("transport.bundle"))));
        for (Bundle bundle : bundles) {
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                bundle.start();
            }
        }
        return framework;
    }

    private static File jarOf(Class<?> inside) throws Exception {
        URL place = inside.getProtectionDomain().getCodeSource().getLocation();
        return new File(place.toURI());
    }

    private static Bundle install(BundleContext context, File jar) throws BundleException {
        return context.installBundle(jar.toURI().toString());
    }

    /** A bundle of nothing but an import: the proxy is made with its class loader. */
    private static Bundle consumer(Framework framework) throws IOException, BundleException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "consumer");
        headers.putValue(Constants.IMPORT_PACKAGE, Desk.class.getPackageName());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        Bundle bundle =
                framework.getBundleContext().installBundle("consumer", new ByteArrayInputStream(bytes.toByteArray()));
        bundle.start();
        return bundle;
    }

    /** Remote Service Admin of a framework; its classes are the framework's own, so it is used by reflection. */
    private static final class Rsa {
        private final ServiceTracker<Object, Object> tracker;
        private final Object admin;

        Rsa(Framework framework) throws Exception {
            tracker = new ServiceTracker<>(
                    framework.getBundleContext(),
                    framework
                            .getBundleContext()
                            .createFilter("(objectClass=org.osgi.service.remoteserviceadmin.RemoteServiceAdmin)"),
                    null);
            tracker.open(true);
            admin = tracker.waitForService(SOON.toMillis());
            assertNotNull("the transport is seen by Remote Service Admin", admin);
        }

        Object[] supported() {
            Object value = tracker.getServiceReference().getProperty("remote.configs.supported");
            return value instanceof Object[] many ? many : new Object[] {value};
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> export(ServiceReference<?> reference) throws Exception {
            Collection<Object> registrations = (Collection<Object>)
                    call(admin, "exportService", new Class<?>[] {ServiceReference.class, Map.class}, reference, null);
            Object registration = registrations.iterator().next();
            assertNull(call(registration, "getException", new Class<?>[0]));
            Object description = call(
                    call(registration, "getExportReference", new Class<?>[0]), "getExportedEndpoint", new Class<?>[0]);
            return (Map<String, Object>) call(description, "getProperties", new Class<?>[0]);
        }

        Object importEndpoint(Map<String, Object> properties) throws Exception {
            Class<?> type = admin.getClass().getClassLoader().loadClass(EndpointDescription.class.getName());
            Object description = type.getConstructor(Map.class).newInstance(properties);
            Object registration = call(admin, "importService", new Class<?>[] {type}, description);
            assertNull(call(registration, "getException", new Class<?>[0]));
            return registration;
        }

        static void close(Object registration) throws Exception {
            call(registration, "close", new Class<?>[0]);
        }

        private static Object call(Object target, String name, Class<?>[] types, Object... arguments) throws Exception {
            Method method = target.getClass().getMethod(name, types);
            method.setAccessible(true);
            return method.invoke(target, arguments);
        }
    }
}
