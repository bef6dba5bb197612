/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.databind.JavaType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.osgi.util.promise.Promise;

/** How a method gives its result: at once, or later through one of the three kinds of promise. */
enum ReturnKind {
    VALUE,
    STAGE,
    PROMISE;

    static ReturnKind of(Class<?> declared) {
        if (declared == CompletionStage.class || declared == CompletableFuture.class || declared == Future.class) {
            return STAGE;
        }
        return declared == Promise.class ? PROMISE : VALUE;
    }

    /** The type of what the promise is fulfilled with. */
    JavaType content(JavaType declared, Codec codec) {
        return this == VALUE
                ? declared
                : declared.getBindings().isEmpty() ? codec.type(Object.class) : declared.containedType(0);
    }
}
