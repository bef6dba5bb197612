/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;

/** In a real framework, whose only bundle has the listener; the tracker says that it belongs to another. */
public class ListenerTrackerTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Interests interests = new Interests();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private Framework framework;
    private ListenerTracker tracker;

    @Before
    public void start() throws Exception {
        interests.start();
        interests.put(Node.endpoint("node", "x", Map.of("version", 1)), new byte[] {1});
        framework = new FrameworkFactory()
                .newFramework(
                        Map.of(Constants.FRAMEWORK_STORAGE, folder.getRoot().toString()));
        framework.start();
        tracker = new ListenerTracker(ofAnotherBundle(framework.getBundleContext()), interests);
    }

    @After
    public void stop() throws Exception {
        tracker.close();
        interests.close();
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    public void aScopeThatIsExtendedWhileItsListenerIsAddedIsNotMissed() throws Exception {
        ServiceRegistration<EndpointEventListener> registration = framework
                .getBundleContext()
                .registerService(EndpointEventListener.class, Node.recorder(told), scope("(version=0)"));
        Thread adding = new Thread(() -> tracker.open(), "adding");
        Thread extending = new Thread(() -> registration.setProperties(scope("(version=*)")), "extending");
        // It has read the scope and cannot go on.
        synchronized (interests) {
            adding.start();
            await().atMost(SOON).until(() -> adding.getState() == Thread.State.BLOCKED);
            extending.start();
            await().atMost(SOON)
                    .until(() -> Set.of(Thread.State.BLOCKED, Thread.State.TERMINATED)
                            .contains(extending.getState()));
        }
        adding.join();
        extending.join();
        sees("ADDED x@1");
    }

    @Test
    public void aListenerIsToldWhatAChangedScopeBringsAndAllIsTakenBackWhenItGoes() {
        ServiceRegistration<EndpointEventListener> registration = framework
                .getBundleContext()
                .registerService(EndpointEventListener.class, Node.recorder(told), scope("(version=0)"));
        tracker.open();
        registration.setProperties(scope("(version=1)"));
        sees("ADDED x@1");
        registration.setProperties(scope("(version=2)"));
        sees("ADDED x@1", "REMOVED x@1");
        registration.unregister();
        interests.put(Node.endpoint("node", "y", Map.of("version", 2)), new byte[] {2});
        sees("ADDED x@1", "REMOVED x@1");
    }

    private void sees(String... events) {
        await().atMost(SOON).until(() -> told.equals(List.of(events)));
    }

    private static Dictionary<String, Object> scope(String filter) {
        return new Hashtable<>(Map.of(EndpointEventListener.ENDPOINT_LISTENER_SCOPE, filter));
    }

    private static BundleContext ofAnotherBundle(BundleContext context) {
        Bundle other =
                proxy(Bundle.class, (proxy, method, args) -> method.getName().equals("equals") ? false : 0);
        return proxy(BundleContext.class, (proxy, method, args) -> {
            if (method.getName().equals("getBundle") && args == null) return other;
            try {
                return method.invoke(context, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
