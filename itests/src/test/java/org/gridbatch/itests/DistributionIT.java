/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.osgi.framework.Bundle;

/** Every node of the distribution has all that it should have, on each Java that is here. */
@RunWith(Parameterized.class)
public class DistributionIT {
    private static final String SHELL = "shell";

    /** Prints a line for each bundle and then Declarative Services' own list of components. */
    private static final String LOOK =
            "each ($.context bundles) { echo bundle ($it symbolicName) ($it state) }; scr:list";

    private static final Pattern BUNDLE = Pattern.compile("bundle (\\S+) (\\d+)");
    private static final Pattern COMPONENT =
            Pattern.compile("(\\S+) in bundle \\d+ \\(\\S+\\) (\\w+), (\\d+) instances?\\.");
    private static final Pattern INSTANCE = Pattern.compile(" +Id: \\d+, State: ?([^,]+)(, .*)?");

    /** They have no instance where they have no configuration: it is the role that brings it. */
    private static final Map<String, String> OF_ONE_ROLE = Map.of(
            "org.gridbatch.discovery.server.ZooKeeperServerComponent", "zookeeper",
            "org.gridbatch.queue.remote.QueueServer", "server",
            "org.gridbatch.worker.WorkerComponent", "worker");

    /** Its activator would take the terminal of the process. */
    private static final Set<String> NOT_STARTED = Set.of("org.apache.felix.gogo.jline");

    private static Grid grid;
    private static List<Look> looks;

    @Rule
    public final Timeout limit = Timeout.seconds(120);

    private final Jdk jdk;

    public DistributionIT(Jdk jdk) {
        this.jdk = jdk;
    }

    @Parameterized.Parameters(name = "{0}")
    public static Collection<Jdk> jdks() {
        return Jdk.here();
    }

    @Parameterized.BeforeParam
    public static void start(Jdk jdk) throws Throwable {
        grid = new Grid();
        grid.before();
        grid.commands().asUsersDo(jdk.home());
        grid.startAll("worker");
        looks = looks(jdk);
    }

    @Parameterized.AfterParam
    public static void stop() {
        grid.after();
    }

    @Test
    public void theGridRunsAJob() {
        grid.awaitCompleted(List.of(grid.push("echo done")));
    }

    @Test
    public void theNodesRunOnThisJava() throws IOException {
        for (String name : List.of("zookeeper", "server", "worker")) {
            String version = grid.line(name, "$.context getProperty java.specification.version")
                    .ok();
            assertEquals(name, Integer.toString(jdk.feature()), version.strip());
        }
    }

    @Test
    public void everyBundleOfEveryNodeIsActiveOrResolvedAsIntended() throws IOException {
        Map<String, Integer> wanted = new TreeMap<>();
        for (Map.Entry<String, Boolean> bundle : installed().entrySet()) {
            boolean started = !bundle.getValue() && !NOT_STARTED.contains(bundle.getKey());
            wanted.put(bundle.getKey(), started ? Bundle.ACTIVE : Bundle.RESOLVED);
        }
        wanted.put("org.apache.felix.framework", Bundle.ACTIVE);
        for (Look look : looks) assertEquals(look.role(), wanted, look.bundles());
    }

    @Test
    public void everyComponentIsSatisfiedButThoseOfOtherRoles() {
        for (Look look : looks) {
            Set<String> absent = new TreeSet<>();
            look.components().forEach((component, states) -> {
                if (states.isEmpty()) absent.add(component);
                for (String state : states) {
                    boolean satisfied = state.equals("ACTIVE") || state.equals("SATISFIED");
                    assertTrue(look.role() + ": " + component + " is " + state, satisfied);
                }
            });
            Set<String> ofOtherRoles = new TreeSet<>(OF_ONE_ROLE.keySet());
            ofOtherRoles.removeIf(component -> OF_ONE_ROLE.get(component).equals(look.role()));
            assertEquals("off in a node of the role " + look.role(), ofOtherRoles, absent);
        }
    }

    /** What a node says of itself: the states of its bundles, and of the instances of its components. */
    private record Look(String role, Map<String, Integer> bundles, Map<String, List<String>> components) {
        static Look at(String role, String text) {
            Map<String, Integer> bundles = new TreeMap<>();
            Map<String, List<String>> components = new TreeMap<>();
            List<String> states = null;
            for (String line : text.lines().toList()) {
                Matcher bundle = BUNDLE.matcher(line);
                Matcher component = COMPONENT.matcher(line);
                Matcher instance = INSTANCE.matcher(line);
                if (bundle.matches()) {
                    bundles.put(bundle.group(1), Integer.valueOf(bundle.group(2)));
                } else if (component.matches()) {
                    assertEquals(line, "enabled", component.group(2));
                    states = new ArrayList<>();
                    components.put(component.group(1), states);
                } else {
                    assertTrue("not understood: " + line, instance.matches() && states != null);
                    states.add(instance.group(1).strip());
                }
            }
            assertFalse("components in:\n" + text, components.isEmpty());
            return new Look(role, bundles, components);
        }
    }

    private static List<Look> looks(Jdk jdk) throws IOException {
        List<Look> looks = new ArrayList<>();
        for (String role : List.of("zookeeper", "server", "worker")) {
            looks.add(Look.at(role, grid.line(role, LOOK).ok()));
        }
        // It sees no running node, and so is one itself.
        Path home = Files.createDirectories(grid.home().resolve("elsewhere"));
        Batch alone =
                new Batch(home).with("GRIDBATCH_ZOOKEEPER", grid.zookeeper()).asUsersDo(jdk.home());
        String text = alone.run("shell", "-c", LOOK).ok();
        // Its event admin may warn on standard output that it was interrupted, when the node stops soon after its
        // start.
        looks.add(Look.at(SHELL, text.replaceAll("(?m)^WARNING: EventAdmin: .*\\R", "")));
        return looks;
    }

    /** The symbolic names of the bundles of the distribution, and whether they are fragments. */
    private static Map<String, Boolean> installed() throws IOException {
        Map<String, Boolean> names = new TreeMap<>();
        try (Stream<Path> files = Files.list(Batch.distribution().resolve("bundles"))) {
            for (Path file : files.toList()) {
                try (JarFile jar = new JarFile(file.toFile())) {
                    Attributes headers = jar.getManifest().getMainAttributes();
                    String name = headers.getValue("Bundle-SymbolicName");
                    assertNotNull(file + " is a bundle", name);
                    boolean fragment = headers.getValue("Fragment-Host") != null;
                    Boolean other = names.put(name.replaceAll(";.*", ""), fragment);
                    assertEquals("other bundles of the name of " + file, null, other);
                }
            }
        }
        return names;
    }
}
