/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.gridbatch.control.NodeFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/**
 * One node of a grid: an OSGi framework in this process, with the bundles of the distribution and the configuration of
 * its role. Its data directory belongs to it alone while it runs.
 */
final class Node implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    /**
     * Installed for its packages, never started: its activator would take the terminal and the interrupt signal of the
     * process; the control bundle offers its commands instead.
     */
    private static final String NOT_STARTED = "org.apache.felix.gogo.jline";

    private static final int LAST_LEVEL = 4;

    private final List<Role> roles;
    private final Role role;
    private final String name;
    private final Path directory;
    private final boolean temporary;
    private final List<Path> more;
    private final FileChannel lockFile;
    private final Supplier<String> configurations;
    private final Framework framework;
    private final List<String> startFailures = new CopyOnWriteArrayList<>();
    private boolean closed;

    /**
     * Prepares a node; nothing runs yet.
     *
     * @param roles what it is; the first is what it is called by
     * @param temporary whether the directory is deleted at the end
     * @param initial its configurations, for the Configurator
     * @param configurations what they would be if it were started now; throws {@link LaunchException}
     * @throws LaunchException if the directory cannot be written or belongs to another running node, or there is not
     *     what the setting {@code bundles} names
     */
    Node(
            Home home,
            List<Role> roles,
            String name,
            Path directory,
            boolean temporary,
            Settings settings,
            String initial,
            Supplier<String> configurations) {
        this.roles = roles;
        this.role = roles.get(0);
        this.name = name;
        this.directory = directory;
        this.temporary = temporary;
        this.configurations = configurations;
        more = settings.bundles();
        lockFile = lock(directory, name);
        Map<String, String> properties = settings.frameworkProperties();
        properties.put(Settings.PREFIX + "name", name);
        properties.put(Settings.PREFIX + "zookeeper", settings.zookeeper());
        properties.put(Settings.PREFIX + "role", role.word());
        properties.put(Settings.PREFIX + "data", directory.toString());
        properties.put(
                Constants.FRAMEWORK_STORAGE, directory.resolve("framework").toString());
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.*,com.sun.*,jdk.*");
        properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(LAST_LEVEL - 1));
        properties.put("configurator.initial", initial);
        properties.put(Settings.PREFIX + "up.filter", role.upFilter());
        // Discovery starts after the ZooKeeper server of its own node, and stops before it.
        if (roles.contains(Role.ZOOKEEPER)) properties.put("node.zookeeper.servers", "1");
        properties.put("felix.log.level", "1");
        framework = new FrameworkFactory().newFramework(properties);
        System.setProperty("logback.configurationFile", home.etc("logback.xml").toString());
        System.setProperty("gridbatch.log.dir", directory.resolve("log").toString());
    }

    String name() {
        return name;
    }

    /**
     * Logging starts first and stops last, so that nobody prints instead. The interpolation comes before whoever gets a
     * configuration, which would see placeholders otherwise, and the Configurator when all that it configures is there.
     */
    private static int startLevel(Bundle bundle) {
        return switch (bundle.getSymbolicName()) {
            case "org.apache.felix.log",
                    "org.apache.felix.logback",
                    "org.apache.felix.configadmin",
                    "org.apache.felix.configadmin.plugin.interpolation" -> 1;
            case "org.apache.felix.configurator" -> LAST_LEVEL;
            // Above what it talks through, so that it can still report while it stops.
            case "org.gridbatch.batch-worker" -> 3;
            default -> 2;
        };
    }

    /** Installs, starts and configures all bundles. */
    void start(List<Path> bundles) {
        startUnconfigured(bundles);
        configure();
    }

    /**
     * Installs and starts these bundles and those of the setting {@code bundles}; those that need a configuration wait for
     * it.
     */
    void startUnconfigured(List<Path> bundles) {
        try {
            framework.init();
            BundleContext context = framework.getBundleContext();
            // With start levels a bundle that cannot start is an event and not an exception.
            context.addFrameworkListener(event -> {
                if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() instanceof BundleException) {
                    startFailures.add(event.getBundle().getSymbolicName() + ": "
                            + event.getThrowable().getMessage());
                }
            });
            context.registerService(
                    Supplier.class, configurations, new Hashtable<>(Map.of("gridbatch.configurations", "now")));
            List<Bundle> installed = new ArrayList<>();
            for (Path bundle : bundles) installed.add(context.installBundle("reference:" + bundle.toUri()));
            for (Path bundle : more) installed.add(install(bundle, context));
            for (Bundle bundle : installed) {
                bundle.adapt(BundleStartLevel.class).setStartLevel(startLevel(bundle));
                boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
                if (!fragment && !NOT_STARTED.equals(bundle.getSymbolicName())) bundle.start();
            }
            framework.start();
        } catch (BundleException e) {
            throw new LaunchException(role.word() + " " + name + " cannot start: " + e.getMessage(), e);
        }
    }

    /** A copy, since nobody promises that the file stays as it is while the node runs. */
    private Bundle install(Path file, BundleContext context) throws BundleException {
        Bundle bundle;
        try {
            bundle = context.installBundle(file.toUri().toString());
        } catch (BundleException e) {
            throw new BundleException("the bundle " + file + " cannot be installed: " + e.getMessage(), e);
        }
        if (bundle.getSymbolicName() == null) {
            throw new BundleException(file + " is no bundle: its manifest has no Bundle-SymbolicName");
        }
        return bundle;
    }

    /** Lets the configurations of this node in, which is what makes it work. */
    void configure() {
        framework.adapt(FrameworkStartLevel.class).setStartLevel(LAST_LEVEL);
    }

    /**
     * Waits until the node is up, one of its components failed, or the time is over.
     *
     * @return whether it is up
     * @throws LaunchException if a component failed; the message has the reason
     */
    boolean awaitUp(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        for (Role each : roles) {
            if (!awaitService(each.upFilter(), Duration.ofNanos(deadline - System.nanoTime()))) return false;
        }
        return true;
    }

    /**
     * Waits until the commands of the grid's shell are there, as they are configured for this node: the control socket
     * may open before.
     *
     * @throws LaunchException if a component failed; the message has the reason
     */
    boolean awaitCommands(Duration atMost) throws InterruptedException {
        return awaitService("(gridbatch.shell=" + name + ")", atMost);
    }

    /**
     * Waits until this node's control socket is open.
     *
     * @throws LaunchException if it does not open in time
     */
    NodeFile awaitSocket(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            Optional<NodeFile> self = NodeFile.ofProcess(ProcessHandle.current().pid());
            if (self.isPresent()) return self.get();
            if (System.nanoTime() > deadline) {
                throw new LaunchException(role.word() + " " + name + " did not open its control socket within "
                        + atMost.toSeconds() + " s");
            }
            Thread.sleep(10);
        }
    }

    private boolean awaitService(String filter, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            List<String> failures = failures();
            if (!failures.isEmpty()) {
                throw new LaunchException(role.word() + " " + name + " cannot start: " + String.join("; ", failures));
            }
            if (offers(filter)) return true;
            if (System.nanoTime() > deadline || framework.getState() != Bundle.ACTIVE) return false;
            Thread.sleep(20);
        }
    }

    /** Returns when the framework has stopped. */
    void awaitStop() throws InterruptedException {
        framework.waitForStop(0);
    }

    /** Can be called again: whoever used it closes it, and so does the process when it ends. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        try {
            framework.stop();
            framework.waitForStop(STOP_LIMIT.toMillis());
        } catch (BundleException e) {
            System.err.println("batch: stopping " + name + " failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            lockFile.close();
            if (temporary) delete(directory);
        } catch (IOException e) {
            System.err.println("batch: cannot tidy up " + directory + ": " + e.getMessage());
        }
    }

    /** The service must be had, not only registered: a component that is to fail has registered it as well. */
    private boolean offers(String filter) {
        BundleContext context = framework.getBundleContext();
        if (context == null) return false;
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(null, filter);
            if (found == null) return false;
            for (ServiceReference<?> reference : found) {
                // An import is made for the classes of whoever gets it, and the framework has none of ours.
                if (reference.getProperty("service.imported") != null) return true;
                boolean had = context.getService(reference) != null;
                context.ungetService(reference);
                if (had) return true;
            }
            return false;
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** What a component that runs complains of; empty if none does. */
    String problem() {
        return String.join("; ", health("running"));
    }

    private List<String> failures() {
        List<String> failures = new ArrayList<>(startFailures);
        failures.addAll(health("components"));
        return failures;
    }

    private List<String> health(String kind) {
        BundleContext context = framework.getBundleContext();
        if (context == null) return List.of();
        List<String> all = new ArrayList<>();
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(null, "(gridbatch.health=" + kind + ")");
            if (found == null) return all;
            for (ServiceReference<?> reference : found) {
                if (context.getService(reference) instanceof Supplier<?> health
                        && health.get() instanceof List<?> lines) {
                    lines.forEach(line -> all.add(line.toString()));
                }
                context.ungetService(reference);
            }
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
        return all;
    }

    private static FileChannel lock(Path directory, String name) {
        Path file = directory.resolve("lock");
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new LaunchException(
                    "cannot write the data directory " + directory + " ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage() + "): say where with --data",
                    e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) return channel;
        } catch (IOException | OverlappingFileLockException e) {
            // Said below: for the user it is the same.
        }
        try {
            channel.close();
        } catch (IOException e) {
            // The lock was never ours; there is nothing to lose.
        }
        throw new LaunchException("the data directory " + directory + " is in use by another node named " + name
                + ": give this one another --name or --data");
    }

    private static void delete(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) Files.deleteIfExists(path);
    }
}
