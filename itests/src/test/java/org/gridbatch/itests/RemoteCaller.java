/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.gridbatch.api.History;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobView;
import org.gridbatch.api.client.GridClient;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/**
 * A framework inside of the test's JVM with the distribution's discovery and transport, through which a test calls the
 * queue of another process as any code on the grid does. It shares the API's classes with the test.
 */
final class RemoteCaller implements AutoCloseable {
    /** No role, no shell and no database; the API and the logging come from the test's class path. */
    private static final List<String> LEFT_OUT = List.of(
            "batch-ace",
            "batch-api",
            "batch-control",
            "batch-queue-server",
            "batch-shell",
            "batch-worker",
            "h2",
            "jline",
            "logback",
            "org.apache.felix.gogo",
            "org.apache.felix.logback",
            "picocli",
            "postgresql",
            "slf4j");

    private static final String SHARED = "org.gridbatch.api;version=0.1.0,org.gridbatch.api.client;version=0.1.0,"
            + "org.slf4j;version=1.7.36,org.slf4j.event;version=1.7.36,org.slf4j.helpers;version=1.7.36,"
            + "org.slf4j.spi;version=1.7.36";

    private final Framework framework;
    private final GridClient client;
    private final Duration atMost;

    /**
     * @param directory a fresh one
     * @param atMost how long one call is repeated while the server is away
     */
    RemoteCaller(String zookeeper, Path directory, Duration atMost) throws BundleException, IOException {
        this.atMost = atMost;
        Path dist = Batch.distribution();
        Map<String, String> properties = new HashMap<>();
        properties.put(
                Constants.FRAMEWORK_STORAGE, directory.resolve("framework").toString());
        properties.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.*,com.sun.*,jdk.*");
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SHARED);
        properties.put(
                "configurator.initial",
                dist.resolve("etc").resolve("node.json").toUri().toString());
        properties.put("gridbatch.name", "caller");
        properties.put("gridbatch.role", "shell");
        properties.put("gridbatch.data", directory.toString());
        properties.put("gridbatch.zookeeper", zookeeper);
        properties.put("gridbatch.discovery.session.timeout.millis", "3000");
        framework = new FrameworkFactory().newFramework(properties);
        framework.init();
        List<Bundle> installed = new ArrayList<>();
        try (Stream<Path> files = Files.list(dist.resolve("bundles"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (LEFT_OUT.stream().noneMatch(name::startsWith)) {
                    installed.add(framework.getBundleContext().installBundle("reference:" + file.toUri()));
                }
            }
        }
        framework.start();
        // What configures comes last, as in a node.
        List<Bundle> last = new ArrayList<>();
        for (Bundle bundle : installed) {
            if (bundle.getSymbolicName().equals("org.apache.felix.configurator")) last.add(bundle);
            else if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) bundle.start();
        }
        for (Bundle bundle : last) bundle.start();
        client = new GridClient(framework.getBundleContext());
    }

    <T> T call(Function<JobQueue, CompletionStage<T>> call) throws Exception {
        return get(client.jobs(call, atMost));
    }

    <T> T history(Function<History, CompletionStage<T>> call) throws Exception {
        return get(client.history(call, atMost));
    }

    /** All that the history has, by pages as they come, so that what it has twice is here twice. */
    List<JobView> wholeHistory() throws Exception {
        List<JobView> all = new ArrayList<>();
        HistoryQuery query = HistoryQuery.ALL.withItems(true).withLimit(1_000);
        while (true) {
            HistoryQuery page = query;
            HistoryPage answer = history(history -> history.find(page));
            all.addAll(answer.jobs());
            if (answer.next().isEmpty()) return all;
            query = query.withAfter(answer.next());
        }
    }

    private <T> T get(CompletionStage<T> stage) throws Exception {
        try {
            // The client gives up calling again before that; what is left is a call that was never answered.
            return stage.toCompletableFuture().get(atMost.toMillis() + 60_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) throw cause;
            throw e;
        }
    }

    @Override
    public void close() throws BundleException {
        client.close();
        framework.stop();
        try {
            framework.waitForStop(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
