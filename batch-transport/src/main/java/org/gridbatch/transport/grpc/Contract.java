/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All that can be called at one endpoint: the methods of its interfaces, and nothing else of the object behind. */
final class Contract {
    private final Codec codec;
    private final Failures failures;
    private final Map<String, RemoteMethod> methods = new HashMap<>();
    private final Map<Method, RemoteMethod> byMethod = new ConcurrentHashMap<>();

    Contract(List<Class<?>> interfaces, Codec codec) {
        this.codec = codec;
        this.failures = new Failures(interfaces, codec);
        for (Class<?> exported : interfaces) {
            if (!exported.isInterface()) {
                throw new IllegalArgumentException(exported.getName() + " is not an interface, only those are remote");
            }
            for (Method method : exported.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers()) && !method.isBridge()) {
                    add(method, exported);
                }
            }
        }
    }

    /** Where two interfaces declare the same method, the narrower result is what both sides code. */
    private void add(Method method, Class<?> exported) {
        String signature = RemoteMethod.signature(method);
        RemoteMethod known = methods.get(signature);
        if (known == null
                || known.method().getReturnType() != method.getReturnType()
                        && known.method().getReturnType().isAssignableFrom(method.getReturnType())) {
            methods.put(signature, new RemoteMethod(method, exported, codec));
        }
    }

    /** The method of that signature, or null. */
    RemoteMethod find(String signature) {
        return methods.get(signature);
    }

    /** The method that a proxy was called with, or null when it belongs to none of the interfaces. */
    RemoteMethod find(Method called) {
        RemoteMethod known = byMethod.get(called);
        if (known == null) {
            known = methods.get(RemoteMethod.signature(called));
            if (known != null) {
                byMethod.put(called, known);
            }
        }
        return known;
    }

    Collection<RemoteMethod> methods() {
        return methods.values();
    }

    Codec codec() {
        return codec;
    }

    Failures failures() {
        return failures;
    }
}
