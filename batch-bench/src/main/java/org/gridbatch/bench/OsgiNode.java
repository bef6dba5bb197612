/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.WorkQueue;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * The driver's own framework with the bundles of the distribution, as any node has them. The packages of batch-api come
 * from the driver's class path instead of from the bundle, so that the driver and the bundles mean the same classes.
 */
final class OsgiNode implements AutoCloseable {
    private static final Pattern PACKAGE =
            Pattern.compile("(org\\.gridbatch\\.api[a-z.]*);(?:[^,]*;)?version=\"([^\"]+)\"");
    private static final int LAST_LEVEL = 4;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final Framework framework;

    /** One export of the queue, in this process or elsewhere. */
    record Service(JobQueue jobs, WorkQueue work, long term) {}

    /**
     * @param home the unpacked distribution
     * @param directory for the framework's cache and the log
     * @param configurations as Configurator JSON
     */
    OsgiNode(Path home, Path directory, String configurations) throws IOException, BundleException {
        List<Path> bundles = new ArrayList<>();
        Path api = null;
        try (Stream<Path> files = Files.list(home.resolve("bundles"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                if (file.getFileName().toString().startsWith("batch-api-")) {
                    api = file;
                } else {
                    bundles.add(file);
                }
            }
        }
        if (api == null) throw new IOException("there is no batch-api in " + home.resolve("bundles"));
        System.setProperty(
                "logback.configurationFile",
                home.resolve("etc").resolve("logback.xml").toString());
        System.setProperty("gridbatch.log.dir", directory.resolve("log").toString());
        System.setProperty("gridbatch.log.console", "OFF");
        Map<String, String> properties = new TreeMap<>();
        properties.put(
                Constants.FRAMEWORK_STORAGE, directory.resolve("framework").toString());
        properties.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.*,com.sun.*,jdk.*");
        properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(LAST_LEVEL));
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, packagesOf(api));
        properties.put("configurator.initial", configurations);
        properties.put("felix.log.level", "1");
        framework = new FrameworkFactory().newFramework(properties);
        framework.init();
        List<Bundle> installed = new ArrayList<>();
        for (Path bundle : bundles) {
            installed.add(framework.getBundleContext().installBundle("reference:" + bundle.toUri()));
        }
        for (Bundle bundle : installed) {
            bundle.adapt(BundleStartLevel.class).setStartLevel(startLevel(bundle));
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            // Its activator would take the terminal.
            boolean terminal = "org.apache.felix.gogo.jline".equals(bundle.getSymbolicName());
            if (!fragment && !terminal) bundle.start();
        }
        framework.start();
    }

    /** Logging and configuration first, as in every node; the Configurator when all that it configures is there. */
    private static int startLevel(Bundle bundle) {
        return switch (bundle.getSymbolicName()) {
            case "org.apache.felix.log",
                    "org.apache.felix.logback",
                    "org.apache.felix.configadmin",
                    "org.apache.felix.configadmin.plugin.interpolation" -> 1;
            case "org.apache.felix.configurator" -> LAST_LEVEL;
            default -> 2;
        };
    }

    private static String packagesOf(Path api) throws IOException {
        try (JarFile jar = new JarFile(api.toFile())) {
            String exports = jar.getManifest().getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
            List<String> packages = new ArrayList<>();
            // The uses directives are left out: their commas would be in the way.
            Matcher each = PACKAGE.matcher(exports.replaceAll("uses:=\"[^\"]*\";?", ""));
            while (each.find()) packages.add(each.group(1) + ";version=\"" + each.group(2) + "\"");
            if (packages.isEmpty()) throw new IOException(api + " exports no package: " + exports);
            return String.join(",", packages);
        }
    }

    /** The queue with the highest term that is in sight now; null if there is none. */
    Service queue() {
        BundleContext context = framework.getBundleContext();
        if (context == null) return null;
        try {
            Service best = null;
            for (ServiceReference<JobQueue> reference :
                    context.getServiceReferences(JobQueue.class, "(" + JobQueue.TERM + "=*)")) {
                long term = ((Number) reference.getProperty(JobQueue.TERM)).longValue();
                if (best != null && best.term() >= term) continue;
                JobQueue jobs = context.getService(reference);
                if (jobs instanceof WorkQueue work) best = new Service(jobs, work, term);
            }
            return best;
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** @throws IllegalStateException if there is none in time */
    Service awaitQueue(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            Service found = queue();
            if (found != null) return found;
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no queue came in sight within " + atMost.toSeconds() + " s");
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() throws BundleException {
        framework.stop();
        try {
            framework.waitForStop(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
