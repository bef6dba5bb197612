/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.osgi.util.promise.Deferred;
import org.osgi.util.promise.Promise;
import org.osgi.util.promise.PromiseFactory;

/** The service behind the sample: echoes, fails as told, or keeps what it promised open for the test. */
final class SampleService implements Sample {
    volatile Callable<Item> onFind = () -> null;
    volatile CompletableFuture<List<Item>> stage = new CompletableFuture<>();
    volatile CompletableFuture<Integer> number = new CompletableFuture<>();
    volatile FutureTask<String> plainFuture = new FutureTask<>(() -> "done");
    volatile Deferred<Item> deferred = new PromiseFactory(null).deferred();
    volatile String lastThread;

    /** Public, but in no exported interface. */
    public String secret() {
        return "secret";
    }

    @Override
    public String echo(String text) {
        lastThread = Thread.currentThread().getName();
        return text;
    }

    @Override
    public String echo(int number) {
        return "number " + number;
    }

    @Override
    public String echo(String text, int number) {
        return text + " and " + number;
    }

    @Override
    public Item item(Item item) {
        return item;
    }

    @Override
    public List<Item> both(Item first, Item second) {
        return List.of(first, second);
    }

    @Override
    public Everything everything(Everything value) {
        return value;
    }

    @Override
    public Map<String, Set<Integer>> nested(Map<String, Set<Integer>> value) {
        return value;
    }

    @Override
    public byte[] bytes(byte[] value) {
        return value;
    }

    @Override
    public long add(int a, long b) {
        return a + b;
    }

    @Override
    public Duration duration(Duration value) {
        return value;
    }

    @Override
    public Instant instant(Instant value) {
        return value;
    }

    @Override
    public Object anything(Object value) {
        return value;
    }

    @Override
    public void nothing() {
        lastThread = Thread.currentThread().getName();
    }

    @Override
    public Item find(String name) throws NoSuchItem, IOException {
        try {
            return onFind.call();
        } catch (NoSuchItem | IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public CompletionStage<List<Item>> later(String name) {
        return stage;
    }

    @Override
    public CompletableFuture<Integer> laterNumber(int ignored) {
        return number;
    }

    @Override
    public CompletableFuture<Void> laterNothing() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Future<String> someday(String text) {
        return plainFuture;
    }

    @Override
    public Promise<Item> promised(String name) {
        return deferred.getPromise();
    }
}
