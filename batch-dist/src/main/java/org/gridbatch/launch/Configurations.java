/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import jakarta.json.JsonException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.felix.cm.json.io.ConfigurationReader;
import org.apache.felix.cm.json.io.ConfigurationResource;

/**
 * Gathers the configurations of a node for the Configurator: the templates of the distribution, and over them, key by
 * key, those of the user's file. What the command line or the environment set explicitly is stronger than the file.
 */
final class Configurations {
    private static final String OURS = "org.gridbatch.";
    private static final Pattern SETTING = Pattern.compile("\\$\\[prop:gridbatch\\.([a-z.]+)");

    private Configurations() {}

    /**
     * The value of {@code configurator.initial}.
     *
     * @throws LaunchException if the file cannot be read, is no Configurator JSON, or names a configuration or a key of
     *     ours that there is not
     */
    static String initial(Home home, Role role, Settings settings, Path config) {
        List<Path> templates = new ArrayList<>(List.of(home.etc("node.json")));
        if (role != Role.SHELL) templates.add(home.etc(role.word() + ".json"));
        // The usual case needs no JSON here, which would cost every start a tenth of a second.
        if (config == null) {
            return templates.stream().map(file -> file.toUri().toString()).collect(Collectors.joining(","));
        }
        ConfigurationResource merged = new ConfigurationResource();
        for (Path template : templates) {
            merged.getConfigurations().putAll(read(template).getConfigurations());
        }
        Map<String, Set<String>> known = Metatype.keysByPid(home);
        read(config).getConfigurations().forEach((pid, properties) -> {
            check(config, pid, properties, known);
            Hashtable<String, Object> target = merged.getConfigurations().get(pid);
            if (target == null) {
                // One file serves nodes of all roles: what is for another role is left out.
                if (!pid.startsWith(OURS)) merged.getConfigurations().put(pid, properties);
                return;
            }
            properties.forEach((key, value) -> {
                if (!isSet(target.get(key), settings)) target.put(key, value);
            });
        });
        merged.getProperties().put(":configurator:resource-version", 1);
        merged.getProperties().put(":configurator:symbolic-name", "org.gridbatch.node");
        merged.getProperties().put(":configurator:version", "1.0.0");
        return write(merged);
    }

    private static void check(
            Path file, String pid, Hashtable<String, Object> properties, Map<String, Set<String>> known) {
        if (!pid.startsWith(OURS)) return;
        Set<String> keys = known.get(pid);
        if (keys == null) {
            throw new LaunchException(file + ": there is no configuration '" + pid + "': want one of "
                    + String.join(", ", known.keySet()));
        }
        for (String key : properties.keySet()) {
            if (!key.startsWith(":") && !keys.contains(key)) {
                throw new LaunchException(
                        file + ": '" + key + "' is no key of " + pid + ": want one of " + String.join(", ", keys));
            }
        }
    }

    private static boolean isSet(Object template, Settings settings) {
        if (!(template instanceof String text)) return false;
        Matcher setting = SETTING.matcher(text);
        return setting.find() && settings.has(setting.group(1));
    }

    private static ConfigurationResource read(Path file) {
        try (Reader json = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            ConfigurationReader reader = org.apache.felix.cm.json.io.Configurations.buildReader()
                    .withIdentifier(file.toString())
                    .build(json);
            ConfigurationResource resource = reader.readConfigurationResource();
            if (!reader.getIgnoredErrors().isEmpty()) {
                throw new LaunchException("the configuration file " + file + " is wrong: "
                        + String.join("; ", reader.getIgnoredErrors()));
            }
            return resource;
        } catch (java.nio.file.NoSuchFileException e) {
            throw new LaunchException("there is no configuration file " + file.toAbsolutePath(), e);
        } catch (IOException | JsonException e) {
            throw new LaunchException("cannot read the configuration file " + file + ": " + e.getMessage(), e);
        }
    }

    private static String write(ConfigurationResource resource) {
        StringWriter json = new StringWriter();
        try {
            org.apache.felix.cm.json.io.Configurations.buildWriter().build(json).writeConfigurationResource(resource);
        } catch (IOException e) {
            throw new AssertionError("a StringWriter does not fail", e);
        }
        return json.toString();
    }
}
