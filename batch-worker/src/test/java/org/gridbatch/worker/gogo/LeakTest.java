/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/**
 * Attempts leave nothing behind. {@code -Dleak.attempts=100000} for more of them.
 *
 * <p>What is counted is compared with its count after a number of attempts, since the first ones load classes and start
 * what is shared.
 */
public class LeakTest {
    private static final int ATTEMPTS = Integer.getInteger("leak.attempts", 3_000);
    private static final int SLEEPING = 32;
    /** However many attempts: what is left of each would add up. It is some 20 KiB. */
    private static final int MOST_GROWN = 1 << 20;

    /** A script that succeeds, fails, prints, is piped, is refused, and runs something in the background. */
    private static final List<String> SCRIPTS = List.of(
            "test:two 1 1",
            "test:boom x",
            "each [1 2] { test:print $it }",
            "test:print a | cat",
            "test:boom early | cat",
            "test:print a )",
            "nosuch",
            "test:print a & test:print b",
            "f = { test:same $1 }; f x",
            "test:same $unset",
            "if { cat /no/such/file } { true }; cat /no/such/file || cat /no/such/file | cat");

    @ClassRule
    public static final Gogo gogo = new Gogo();

    @Before
    public void reset() {
        Gogo.Commands.reset();
    }

    @Test
    public void threadsGroupsAndSessionsStayFlat() throws Exception {
        runMany(ATTEMPTS / 10);
        int threads = liveThreads();
        int groups = threadGroups();
        long heap = usedHeap();
        int classes = classes();
        runMany(ATTEMPTS);
        await("threads of ended attempts are gone: " + threads + " before")
                .atMost(Duration.ofSeconds(10))
                .until(LeakTest::liveThreads, lessThanOrEqualTo(threads));
        assertEquals("groups of threads", groups, threadGroups());
        assertEquals("sessions, beside the one for looking up", 1, sessions());
        long grown = usedHeap() - heap;
        int moreClasses = classes() - classes;
        System.out.printf(
                "%d attempts: %d threads before and %d after, %d groups of threads, %d KiB more heap, %d more classes than %d%n",
                ATTEMPTS, threads, liveThreads(), groups, grown >> 10, moreClasses, classes);
        assertTrue(moreClasses + " more classes", moreClasses < 200);
        assertTrue("the heap has grown by " + (grown >> 10) + " KiB", grown < MOST_GROWN);
    }

    @Test
    public void theClassesOfACommandThatHasGoneAreCollected() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < 20; i++) loaders.add(runWithItsOwnLoader());
        runMany(SCRIPTS.size());
        await("class loaders are collected").atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return loaders.stream().filter(one -> one.get() != null).count() <= 1;
        });
    }

    /** As a bundle that brings a command and leaves again. */
    private static WeakReference<ClassLoader> runWithItsOwnLoader() throws Exception {
        URL classes = LeakTest.class.getProtectionDomain().getCodeSource().getLocation();
        ClassLoader loader = new URLClassLoader(new URL[] {classes}, LeakTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (!name.equals(Passing.class.getName())) return super.loadClass(name, resolve);
                Class<?> known = findLoadedClass(name);
                return known != null ? known : findClass(name);
            }
        };
        Object command = loader.loadClass(Passing.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        assertEquals(loader, command.getClass().getClassLoader());
        gogo.processor.addCommand("passing", command, "make");
        for (String script : List.of("passing:make", "x = (passing:make); $x toString", "passing:make | cat")) {
            assertEquals(ScriptOutcome.COMPLETED, gogo.run(Script.of(script)).outcome());
        }
        gogo.processor.removeCommand("passing", "make");
        return new WeakReference<>(loader);
    }

    @Test
    public void sleepingScriptsNeedFewThreads() throws Exception {
        runMany(SCRIPTS.size());
        int before = liveThreads();
        List<ScriptRun> runs = new ArrayList<>();
        for (int i = 0; i < SLEEPING; i++) runs.add(gogo.runner.start(Script.of("test:nap 60000")));
        await("all sleep").atMost(Duration.ofSeconds(20)).until(LeakTest::sleeping, count -> count == SLEEPING);
        int threads = liveThreads() - before;
        runs.forEach(ScriptRun::interrupt);
        for (ScriptRun run : runs) run.result().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertTrue(SLEEPING + " scripts that sleep need " + threads + " threads", threads <= 2 * SLEEPING);
    }

    /** Several at once, as the slots of a worker do. */
    private static void runMany(int attempts) throws Exception {
        for (int done = 0; done < attempts; ) {
            List<ScriptRun> runs = new ArrayList<>();
            for (int i = 0; i < 4 && done < attempts; i++, done++) {
                runs.add(gogo.runner.start(Script.of(SCRIPTS.get(done % SCRIPTS.size()))));
            }
            for (ScriptRun run : runs) run.result().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    /** Apart from those of the JVM and the one on which Awaitility asks. */
    private static int liveThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getThreadGroup() != null
                        && !thread.getThreadGroup().getName().equals("system")
                        && !thread.getName().startsWith("awaitility"))
                .count();
    }

    private static int threadGroups() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) root = root.getParent();
        return root.enumerate(new ThreadGroup[10_000], true);
    }

    private static long sleeping() {
        return Thread.getAllStackTraces().values().stream()
                .filter(frames -> List.of(frames).stream()
                        .anyMatch(frame -> frame.getClassName().equals(Gogo.Commands.class.getName())
                                && frame.getMethodName().equals("nap")))
                .count();
    }

    private static int sessions() throws ReflectiveOperationException {
        var field = CommandProcessorImpl.class.getDeclaredField("sessions");
        field.setAccessible(true);
        Object sessions = field.get(gogo.processor);
        return sessions instanceof Collection<?> all ? all.size() : ((java.util.Map<?, ?>) sessions).size();
    }

    private static int classes() {
        return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
    }

    private static long usedHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** A command whose class is to go with its loader. */
    public static final class Passing {
        public Object make() {
            return new Passing();
        }
    }
}
