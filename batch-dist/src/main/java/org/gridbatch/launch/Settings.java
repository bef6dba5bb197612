/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of a node: from the environment ({@code GRIDBATCH_WORKER_SLOTS=8}) and, stronger, the command line
 * ({@code --set worker.slots=8}). The templates under {@code etc} are where they go, as framework properties with the
 * prefix {@code gridbatch.}, and so also the list of what there is.
 */
final class Settings {
    static final String PREFIX = "gridbatch.";
    static final String DEFAULT_ZOOKEEPER = "127.0.0.1:2181";

    private static final Pattern USE = Pattern.compile("\\$\\[prop:gridbatch\\.([a-z.]+)(?:;type=(Integer|Boolean))?");
    private static final String ENVIRONMENT = "GRIDBATCH_";

    /** The launcher's own, so no template has it. */
    private static final String BUNDLES = "bundles";

    /** Not settings of nodes: the run directory and the options of bin/batch. */
    private static final Set<String> OTHER_VARIABLES =
            Set.of("GRIDBATCH_RUN", "GRIDBATCH_JAVA_OPTS", "GRIDBATCH_CONFIG", "GRIDBATCH_LOG_LEVEL");

    private final Set<String> known = new TreeSet<>(Set.of(BUNDLES));
    private final Set<String> integers = new HashSet<>();
    private final Set<String> booleans = new HashSet<>();
    private final Map<String, String> values = new TreeMap<>();

    Settings(Home home) {
        for (String file : new String[] {"node.json", "zookeeper.json", "server.json", "worker.json"}) {
            try {
                Matcher use = USE.matcher(Files.readString(home.etc(file)));
                while (use.find()) {
                    known.add(use.group(1));
                    if ("Integer".equals(use.group(2))) integers.add(use.group(1));
                    if ("Boolean".equals(use.group(2))) booleans.add(use.group(1));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the configuration template " + home.etc(file), e);
            }
        }
    }

    /** @throws LaunchException for a {@code GRIDBATCH_} variable that is no setting */
    Settings withEnvironment(Map<String, String> environment) {
        environment.forEach((variable, value) -> {
            if (!variable.startsWith(ENVIRONMENT) || OTHER_VARIABLES.contains(variable)) return;
            String key = known.stream()
                    .filter(candidate -> variableOf(candidate).equals(variable))
                    .findFirst()
                    .orElseThrow(() -> new LaunchException("the environment variable " + variable
                            + " is no setting: want one of " + String.join(", ", variables())));
            if (!value.isEmpty()) values.put(key, checked(key, value));
        });
        return this;
    }

    /** @throws LaunchException for a key that is no setting */
    Settings with(String key, String value) {
        if (!known.contains(key) || key.equals("role")) {
            throw new LaunchException("'" + key + "' is no setting: want one of " + String.join(", ", settable()));
        }
        values.put(key, checked(key, value));
        return this;
    }

    /** What is no number here would be a placeholder to the component that gets it, and what is no truth value false. */
    private String checked(String key, String value) {
        if (booleans.contains(key) && !value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            throw new LaunchException("the setting " + key + " is '" + value + "', want true or false");
        }
        if (!integers.contains(key)) return value;
        try {
            Integer.parseInt(value);
            return value;
        } catch (NumberFormatException e) {
            throw new LaunchException("the setting " + key + " is '" + value + "', want a whole number");
        }
    }

    /** As {@link #with}, if there is a value. */
    Settings withIfGiven(String key, String value) {
        return value == null ? this : with(key, value);
    }

    String get(String key, String absent) {
        return values.getOrDefault(key, absent);
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    String zookeeper() {
        return get("zookeeper", DEFAULT_ZOOKEEPER);
    }

    /** Where nodes of this user keep what lasts: {@code --data}, else {@code ~/.gridbatch/data}. */
    Path data() {
        return Path.of(get(
                        "data",
                        Path.of(System.getProperty("user.home"), ".gridbatch", "data")
                                .toString()))
                .toAbsolutePath()
                .normalize();
    }

    /**
     * What a node gets besides the bundles of the distribution: the files that are named, and of directories their jars,
     * sorted.
     *
     * @throws LaunchException if there is no such file or directory, or a directory without jars
     */
    List<Path> bundles() {
        List<Path> bundles = new ArrayList<>();
        for (String place : get(BUNDLES, "").split(",")) {
            if (place.isBlank()) continue;
            Path path = Path.of(place.strip()).toAbsolutePath().normalize();
            if (Files.isDirectory(path)) {
                List<Path> jars = Home.jars(path);
                if (jars.isEmpty()) throw new LaunchException("the setting bundles: there is no .jar file in " + path);
                bundles.addAll(jars);
            } else if (Files.isRegularFile(path)) {
                bundles.add(path);
            } else {
                throw new LaunchException("the setting bundles: there is no file or directory " + path);
            }
        }
        return bundles;
    }

    /** As properties of the framework, for the interpolation in the templates. */
    Map<String, String> frameworkProperties() {
        Map<String, String> properties = new TreeMap<>();
        values.forEach((key, value) -> properties.put(PREFIX + key, value));
        return properties;
    }

    private Set<String> settable() {
        Set<String> keys = new TreeSet<>(known);
        keys.remove("role");
        return keys;
    }

    private Set<String> variables() {
        Set<String> variables = new TreeSet<>(OTHER_VARIABLES);
        settable().forEach(key -> variables.add(variableOf(key)));
        return variables;
    }

    private static String variableOf(String key) {
        return ENVIRONMENT + key.toUpperCase(Locale.ROOT).replace('.', '_');
    }
}
