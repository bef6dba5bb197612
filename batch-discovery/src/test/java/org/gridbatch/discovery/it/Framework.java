/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.it;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.FrameworkFactory;

/** A Felix framework in this JVM with nothing but the bundles that discovery needs, and Aries to use it. */
final class Framework implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(20);
    private static final List<String> BUNDLES = List.of(
            "slf4j-api",
            "logback-core",
            "logback-classic",
            "org.osgi.util.function",
            "org.osgi.util.promise",
            "org.osgi.service.component",
            "org.apache.felix.configadmin",
            "org.apache.felix.eventadmin",
            "org.apache.felix.scr",
            "hawtbuf",
            "hawtdispatch",
            "org.apache.aries.rsa.spi",
            "org.apache.aries.rsa.core",
            "org.apache.aries.rsa.provider.fastbin",
            "org.apache.aries.rsa.topology-manager");

    private final org.osgi.framework.launch.Framework felix;

    Framework(Path storage, Map<String, String> properties) throws BundleException, IOException {
        Map<String, String> configuration = new HashMap<>(properties);
        configuration.put(
                Constants.FRAMEWORK_STORAGE, Files.createDirectories(storage).toString());
        configuration.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        felix = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(configuration);
        felix.init();
        for (String each : BUNDLES) install(jar(each));
        install(new File(System.getProperty("bundle.under.test")));
        felix.start();
        for (Bundle each : context().getBundles()) each.start();
    }

    BundleContext context() {
        return felix.getBundleContext();
    }

    String uuid() {
        return context().getProperty(Constants.FRAMEWORK_UUID);
    }

    void configure(String pid, Map<String, Object> values) throws Exception {
        configuration(pid, "update", new Class<?>[] {Dictionary.class}, new Hashtable<>(values));
    }

    void unconfigure(String pid) throws Exception {
        configuration(pid, "delete", new Class<?>[0]);
    }

    /** By reflection: the test's own copy of the API is not the framework's. */
    private void configuration(String pid, String method, Class<?>[] types, Object... arguments) throws Exception {
        Object admin = service("org.osgi.service.cm.ConfigurationAdmin");
        Object configuration = admin.getClass()
                .getMethod("getConfiguration", String.class, String.class)
                .invoke(admin, pid, null);
        configuration.getClass().getMethod(method, types).invoke(configuration, arguments);
    }

    Object service(String type) {
        await(type).atMost(SOON).until(() -> reference(type) != null);
        return context().getService(reference(type));
    }

    /** Null when there is none; also for types of which the test's class path has a copy of its own. */
    ServiceReference<?> reference(String type) {
        try {
            ServiceReference<?>[] all = context().getAllServiceReferences(type, null);
            return all == null ? null : all[0];
        } catch (InvalidSyntaxException e) {
            throw new AssertionError("there is no filter", e);
        }
    }

    /** What a method without arguments of a service, or of a value from one, returns. */
    static Object get(Object target, String interfaceName, String method) throws Exception {
        Class<?> type = target.getClass().getClassLoader().loadClass(interfaceName);
        return type.getMethod(method).invoke(target);
    }

    @Override
    public void close() throws BundleException {
        felix.stop();
        try {
            felix.waitForStop(SOON.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void install(File jar) throws BundleException {
        context().installBundle(jar.toURI().toString());
    }

    private static File jar(String artifact) {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            File file = new File(entry);
            if (file.getName().matches(java.util.regex.Pattern.quote(artifact) + "-[0-9].*\\.jar")) return file;
        }
        throw new IllegalStateException(artifact + " is not on the class path");
    }
}
