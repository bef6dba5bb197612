/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import org.gridbatch.transport.RemoteException;
import org.osgi.framework.ServiceException;
import org.osgi.util.promise.Deferred;
import org.osgi.util.promise.PromiseFactory;

/** The object that an importing bundle calls: turns each call of an interface method into a remote one. */
final class RemoteProxy implements InvocationHandler {
    private static final Object[] NO_ARGUMENTS = {};

    private final ImportedEndpoint endpoint;
    private final Contract contract;

    RemoteProxy(ImportedEndpoint endpoint, Contract contract) {
        this.endpoint = endpoint;
        this.contract = contract;
    }

    @Override
    public Object invoke(Object proxy, Method called, Object[] arguments) throws Throwable {
        if (called.getDeclaringClass() == Object.class) {
            return local(proxy, called.getName(), arguments);
        }
        RemoteMethod method = contract.find(called);
        if (method == null) {
            throw new UnsupportedOperationException(called + " is no remote method");
        }
        Object[] values = arguments == null ? NO_ARGUMENTS : arguments;
        return switch (method.kind()) {
            case VALUE -> callAndWait(method, values);
            case STAGE -> call(method, values);
            case PROMISE -> {
                Deferred<Object> deferred = new PromiseFactory(endpoint.completions()).deferred();
                call(method, values).whenComplete((result, failure) -> {
                    if (failure == null) {
                        deferred.resolve(result);
                    } else {
                        deferred.fail(failure);
                    }
                });
                yield deferred.getPromise();
            }
        };
    }

    private Object local(Object proxy, String name, Object[] arguments) {
        return switch (name) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "remote service " + endpoint.id();
        };
    }

    private Object callAndWait(RemoteMethod method, Object[] arguments) throws Throwable {
        RemoteCall call = new RemoteCall(endpoint, contract, method);
        call.send(arguments, null);
        Messages.Answer answer = call.await();
        Throwable failure = answer.failure();
        if (failure == null) {
            return answer.result();
        }
        throw method.mayThrow(failure)
                ? failure
                : new RemoteException(failure.getClass().getName(), failure.getMessage());
    }

    private CompletableFuture<Object> call(RemoteMethod method, Object[] arguments) {
        Reply future = new Reply(endpoint.completions());
        RemoteCall call = new RemoteCall(endpoint, contract, method);
        try {
            call.send(arguments, future);
        } catch (ServiceException | IllegalArgumentException e) {
            future.completeExceptionally(e);
        }
        return future;
    }
}
