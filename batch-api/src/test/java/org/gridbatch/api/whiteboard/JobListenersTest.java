/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.whiteboard;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.framework.FrameworkFactory;
import org.awaitility.Awaitility;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobListener;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.QueueUnavailableException;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

public class JobListenersTest {
    @Rule
    public TemporaryFolder folder = new TemporaryFolder();

    @Rule
    public Timeout timeout = Timeout.seconds(60);

    private final FakeFinalJobs jobs = new FakeFinalJobs();
    private final Heard heard = new Heard();
    private final Activator activator = new Activator();
    private Framework framework;
    private BundleContext context;

    /** Keeps the ids of the jobs that it hears of. */
    private static class Heard implements JobListener {
        final List<String> ids = new CopyOnWriteArrayList<>();
        final List<String> positions = new CopyOnWriteArrayList<>();
        final AtomicInteger missed = new AtomicInteger();

        @Override
        public void jobIsFinal(FinalJob job) {
            ids.add(job.view().jobId());
            positions.add(job.position());
        }

        @Override
        public void missed() {
            missed.incrementAndGet();
        }
    }

    @Before
    public void start() throws Exception {
        framework = new FrameworkFactory()
                .newFramework(
                        Map.of("org.osgi.framework.storage", folder.getRoot().getPath()));
        framework.start();
        context = framework.getBundleContext();
        activator.start(context);
    }

    @After
    public void stop() throws Exception {
        activator.stop(context);
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    public void aListenerHearsOfWhatBecomesFinalFromNowOn() {
        jobs.add("before");
        queue("grid", 1);
        listen(heard, Map.of());
        awaitWaiting(1);
        jobs.add("a", "b");
        awaitHeard(heard, "a", "b");
        awaitWaiting(1);
        jobs.add("c");
        awaitHeard(heard, "a", "b", "c");
    }

    @Test
    public void aListenerGoesOnAtThePositionInItsProperties() {
        jobs.add("a", "b", "c");
        queue("grid", 1);
        listen(heard, Map.of(JobListener.AFTER, "0-1"));
        awaitHeard(heard, "b", "c");
        assertEquals(List.of("0-2", "0-3"), heard.positions);
    }

    @Test
    public void theQueueIsAskedForWhatAListenerWantsOnly() {
        queue("grid", 1);
        Heard mail = new Heard();
        listen(heard, Map.of());
        listen(mail, Map.of(JobListener.FILTER, "mail"));
        awaitWaiting(2);
        jobs.add("mail-1", "other-1", "mail-2");
        awaitHeard(heard, "mail-1", "other-1", "mail-2");
        awaitHeard(mail, "mail-1", "mail-2");
    }

    @Test
    public void aChangedFilterCountsAtOnce() {
        queue("grid", 1);
        ServiceRegistration<JobListener> registration = listen(heard, Map.of(JobListener.FILTER, "mail"));
        awaitWaiting(1);
        registration.setProperties(new Hashtable<>(Map.of(JobListener.FILTER, "other")));
        awaitWaiting(2);
        jobs.add("mail-1", "other-1");
        awaitHeard(heard, "other-1");
    }

    @Test
    public void nothingIsLostWhileTheQueueIsAwayAndAnotherOneComes() {
        ServiceRegistration<?> first = queue("grid", 1);
        listen(heard, Map.of());
        awaitWaiting(1);
        jobs.add("a");
        awaitHeard(heard, "a");
        awaitWaiting(1);
        first.unregister();
        jobs.hangUp(new QueueUnavailableException("the server stops"));
        jobs.add("b");
        queue("grid", 2);
        awaitHeard(heard, "a", "b");
    }

    @Test
    public void aListenerThatIsThereBeforeTheQueueHearsOfItsJobs() {
        listen(heard, Map.of());
        queue("grid", 1);
        awaitWaiting(1);
        jobs.add("a");
        awaitHeard(heard, "a");
    }

    @Test
    public void aListenerThatThrowsStopsNeitherItselfNorOthers() {
        queue("grid", 1);
        Heard throwing = new Heard() {
            @Override
            public void jobIsFinal(FinalJob job) {
                super.jobIsFinal(job);
                throw new IllegalStateException("on purpose");
            }
        };
        listen(throwing, Map.of());
        listen(heard, Map.of());
        awaitWaiting(2);
        jobs.add("a", "b");
        awaitHeard(throwing, "a", "b");
        awaitHeard(heard, "a", "b");
    }

    @Test
    public void aSlowListenerDelaysItselfOnlyAndIsNeverCalledTwiceAtATime() {
        queue("grid", 1);
        CountDownLatch open = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Heard slow = new Heard() {
            @Override
            public void jobIsFinal(FinalJob job) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                super.jobIsFinal(job);
                try {
                    open.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                inside.decrementAndGet();
            }
        };
        ServiceRegistration<JobListener> registration = listen(slow, Map.of());
        listen(heard, Map.of());
        awaitWaiting(2);
        jobs.add("a");
        awaitHeard(slow, "a");
        // A new filter must not let it be called beside the call that is under way.
        registration.setProperties(new Hashtable<>(Map.of("other", "property")));
        registration.setProperties(new Hashtable<>(Map.of(JobListener.FILTER, "b")));
        jobs.add("b");
        awaitHeard(heard, "a", "b");
        open.countDown();
        awaitHeard(slow, "a", "b");
        assertEquals(1, most.get());
    }

    @Test
    public void aListenerHearsThatItHasMissedSome() {
        jobs.forget();
        queue("grid", 1);
        listen(heard, Map.of(JobListener.AFTER, FinalJobs.BEGINNING));
        Awaitility.await("it is told").atMost(Duration.ofSeconds(20)).until(() -> heard.missed.get() == 1);
        jobs.add("a");
        awaitHeard(heard, "a");
        assertEquals(1, heard.missed.get());
    }

    @Test
    public void oneWithWrongPropertiesHearsAgainWhenTheyAreChanged() {
        queue("grid", 1);
        jobs.failWith(new InvalidRequestException("filter is 'x', want an LDAP filter"));
        ServiceRegistration<JobListener> registration = listen(heard, Map.of(JobListener.FILTER, "x"));
        Awaitility.await("it was asked once")
                .during(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(20))
                .until(() -> jobs.calls().size() == 1);
        jobs.failWith(null);
        registration.setProperties(new Hashtable<>());
        awaitWaiting(1);
        jobs.add("a");
        awaitHeard(heard, "a");
    }

    @Test
    public void eachListenerHearsOfTheGridThatItNames() {
        FakeFinalJobs south = new FakeFinalJobs();
        queue("north", 1);
        register(south, "south", 1);
        Heard ofSouth = new Heard();
        listen(heard, Map.of(JobQueue.GRID, "north"));
        listen(ofSouth, Map.of(JobQueue.GRID, "south"));
        awaitWaiting(1);
        Awaitility.await("it waits").atMost(Duration.ofSeconds(20)).until(() -> south.waiting() == 1);
        jobs.add("n");
        south.add("s");
        awaitHeard(heard, "n");
        awaitHeard(ofSouth, "s");
    }

    @Test
    public void afterItsEndAListenerHearsNothing() {
        queue("grid", 1);
        ServiceRegistration<JobListener> registration = listen(heard, Map.of());
        Heard other = new Heard();
        listen(other, Map.of());
        awaitWaiting(2);
        registration.unregister();
        jobs.add("a");
        awaitHeard(other, "a");
        assertEquals(List.of(), heard.ids);
    }

    @Test
    public void withoutListenersThereAreNoThreads() {
        queue("grid", 1);
        ServiceRegistration<JobListener> registration = listen(heard, Map.of());
        awaitWaiting(1);
        jobs.add("a");
        awaitHeard(heard, "a");
        assertTrue(threads() > 0);
        registration.unregister();
        Awaitility.await("the threads end").atMost(Duration.ofSeconds(20)).until(() -> threads() == 0);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("gridbatch-"))
                .count();
    }

    private ServiceRegistration<JobListener> listen(JobListener listener, Map<String, Object> properties) {
        return context.registerService(JobListener.class, listener, new Hashtable<>(properties));
    }

    private ServiceRegistration<?> queue(String grid, long term) {
        return register(jobs, grid, term);
    }

    private ServiceRegistration<?> register(FakeFinalJobs served, String grid, long term) {
        Object queue = Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {JobQueue.class, FinalJobs.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == args[0];
                    case "toString" -> "queue of " + grid;
                    default -> method.invoke(served, args);
                });
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(JobQueue.GRID, grid);
        properties.put(JobQueue.TERM, term);
        return context.registerService(
                new String[] {JobQueue.class.getName(), FinalJobs.class.getName()}, queue, properties);
    }

    private void awaitWaiting(int calls) {
        Awaitility.await(calls + " calls wait")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> jobs.waiting() == calls);
    }

    private static void awaitHeard(Heard listener, String... ids) {
        Awaitility.await("it hears of " + List.of(ids))
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertEquals(List.of(ids), listener.ids));
    }
}
