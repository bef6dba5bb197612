/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Lease;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.ScheduleView;
import org.gridbatch.api.Schedules;
import org.gridbatch.api.WorkQueue;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** The bundle as it is shipped, in a framework with nothing but what it needs. */
public class QueueServerIT {
    private static final List<String> BUNDLES = List.of(
            "slf4j-api",
            "logback-core",
            "logback-classic",
            "org.osgi.util.function",
            "org.osgi.util.promise",
            "org.osgi.service.component-",
            "org.osgi.service.jdbc",
            "h2-",
            "org.apache.felix.configadmin",
            "org.apache.felix.scr");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Framework framework;
    private BundleContext context;
    private Bundle server;

    @Before
    public void startFramework() throws Exception {
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        "org.osgi.framework.storage",
                        folder.newFolder("felix").getPath(),
                        "org.osgi.framework.system.packages.extra",
                        "org.gridbatch.api;version=0.1.0",
                        "org.osgi.framework.bootdelegation",
                        ""));
        framework.start();
        context = framework.getBundleContext();
        List<Bundle> bundles = new ArrayList<>();
        for (String name : BUNDLES) bundles.add(context.installBundle("file:" + jar(name)));
        for (Bundle bundle : bundles) bundle.start();
        server = context.installBundle("file:" + System.getProperty("bundle.file"));
        server.start();
    }

    @After
    public void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(30_000);
    }

    @Test
    public void aConfiguredServerServesAndKeepsWhatItAcknowledged() throws Exception {
        configure(Map.of("data.dir", folder.getRoot().getPath() + "/data"));
        ServiceReference<JobQueue> reference = queue();
        assertEquals("*", reference.getProperty("service.exported.interfaces"));
        assertArrayEquals(
                new String[] {"gridbatch.grpc"}, (Object[]) reference.getProperty("service.exported.configs"));
        long term = (Long) reference.getProperty(JobQueue.TERM);
        assertEquals((int) term, reference.getProperty("service.ranking"));
        assertEquals(90_000L, reference.getProperty("gridbatch.grpc.timeout.millis"));
        String grid = (String) reference.getProperty(JobQueue.GRID);

        JobQueue jobs = context.getService(reference);
        WorkQueue work = (WorkQueue) jobs;
        JobSpec spec = JobSpec.script("echo hello").jobId("job-1").build();
        assertFalse(get(jobs.submit(List.of(spec))).get(0).repeated());
        var parked = work.claim(claim("other", List.of("empty-queue"), Duration.ofSeconds(60)));
        Lease lease =
                get(work.claim(claim("w1", List.of(), Duration.ofSeconds(5)))).get(0);
        assertEquals(spec, lease.spec());

        server.stop();
        try {
            parked.toCompletableFuture().get(5, TimeUnit.SECONDS);
            throw new AssertionError("a parked claim fails when the server stops");
        } catch (ExecutionException e) {
            assertTrue("bare: " + e.getCause(), e.getCause() instanceof QueueUnavailableException);
        }
        server.start();

        ServiceReference<JobQueue> again = queue();
        assertEquals(grid, again.getProperty(JobQueue.GRID));
        assertTrue((Long) again.getProperty(JobQueue.TERM) > term);
        JobQueue restarted = context.getService(again);
        assertEquals(JobState.EXECUTING, get(restarted.get("job-1")).view().state());
        assertTrue(get(restarted.submit(List.of(spec))).get(0).repeated());
    }

    @Test
    public void schedulesAreServedFromInsideOfTheBundleAndStay() throws Exception {
        configure(Map.of("data.dir", folder.getRoot().getPath() + "/data"));
        Schedules schedules = (Schedules) context.getService(queue());
        JobSpec template = JobSpec.script("echo hello").build();
        get(schedules.put(new ScheduleSpec("yearly", "@yearly", "Europe/Zurich", template, null, null), "ann"));
        try {
            get(schedules.preview("61 * * * *", "", 1));
            throw new AssertionError("there is no minute 61");
        } catch (ExecutionException e) {
            assertTrue(
                    e.getCause().toString(),
                    e.getCause() instanceof InvalidRequestException
                            && e.getCause().getMessage().contains("the minute"));
        }
        assertEquals(
                "by-hand", get(schedules.runNow("yearly", "by-hand", "ann")).jobId());

        server.stop();
        server.start();

        Schedules restarted = (Schedules) context.getService(queue());
        ScheduleView view = get(restarted.list("", 10, 1)).get(0);
        assertEquals("yearly", view.spec().name());
        assertEquals(List.of("by-hand"), view.lastJobIds());
        assertEquals(1, view.next().size());
    }

    @Test
    public void aWrongConfigurationIsRefusedAndARightOneIsTaken() throws Exception {
        configure(Map.of("data.dir", folder.getRoot().getPath() + "/data", "lease.seconds", 0));
        Thread.sleep(300);
        assertEquals(null, context.getServiceReference(JobQueue.class));
        configure(Map.of("data.dir", folder.getRoot().getPath() + "/data", "lease.seconds", 5));
        JobQueue jobs = context.getService(queue());
        try {
            get(jobs.submit(List.of()));
            throw new AssertionError("nothing to submit is a mistake");
        } catch (ExecutionException e) {
            assertTrue("bare: " + e.getCause(), e.getCause() instanceof InvalidRequestException);
        }
    }

    private static ClaimRequest claim(String worker, List<String> queues, Duration maxWait) {
        return new ClaimRequest(worker, "i1", 1, queues, "", "", 1, 1, 0, maxWait);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private ServiceReference<JobQueue> queue() {
        await("the queue is registered")
                .atMost(Duration.ofSeconds(30))
                .until(() -> context.getServiceReference(JobQueue.class) != null);
        ServiceReference<JobQueue> reference = context.getServiceReference(JobQueue.class);
        assertNotNull(reference);
        return reference;
    }

    /** By reflection: the classes of ConfigAdmin that this test sees are not those of the framework. */
    private void configure(Map<String, Object> properties) throws Exception {
        ServiceReference<?> reference =
                context.getAllServiceReferences("org.osgi.service.cm.ConfigurationAdmin", null)[0];
        Object admin = context.getService(reference);
        Object configuration = admin.getClass()
                .getMethod("getConfiguration", String.class, String.class)
                .invoke(admin, "org.gridbatch.queue", "?");
        configuration
                .getClass()
                .getMethod("update", Dictionary.class)
                .invoke(configuration, new Hashtable<>(properties));
    }

    private static Path jar(String name) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().startsWith(name))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no jar of " + name + " on the class path"));
    }
}
