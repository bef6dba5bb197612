/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
    static String initial(Home home, List<Role> roles, Settings settings, Path config) {
        List<Path> templates = new ArrayList<>(List.of(home.etc("node.json")));
        for (Role role : roles) if (role != Role.SHELL) templates.add(home.etc(role.word() + ".json"));
        // The usual case needs no JSON here, which would cost every start a tenth of a second.
        if (config == null) {
            return templates.stream().map(file -> file.toUri().toString()).collect(Collectors.joining(","));
        }
        ObjectNode merged = read(templates.get(0));
        for (Path template : templates)
            read(template).properties().forEach(entry -> merged.set(entry.getKey(), entry.getValue()));
        Map<String, Set<String>> known = Metatype.keysByPid(home);
        for (Map.Entry<String, JsonNode> entry : read(config).properties()) {
            String pid = entry.getKey();
            if (pid.startsWith(":")) continue;
            if (!(entry.getValue() instanceof ObjectNode properties)) {
                throw new LaunchException(config + ": the configuration '" + pid + "' is no JSON object");
            }
            if (pid.startsWith(OURS)) check(config, pid, properties, known);
            if (merged.get(pid) instanceof ObjectNode target) {
                overlay(target, properties, settings);
            } else if (!pid.startsWith(OURS)) {
                // Of ours, one file serves nodes of all roles: what is for another role is left out.
                merged.set(pid, properties);
            }
        }
        return merged.toString();
    }

    /**
     * As {@link #initial}, for a node that runs.
     *
     * @throws LaunchException also if it was started without a file
     */
    static String again(Home home, List<Role> roles, Settings settings, Path config) {
        if (config == null) {
            throw new LaunchException("this node was started without --config, so there is no file to read again");
        }
        return initial(home, roles, settings, config);
    }

    private static void check(Path file, String pid, ObjectNode properties, Map<String, Set<String>> known) {
        Set<String> keys = known.get(pid);
        if (keys == null) {
            throw new LaunchException(file + ": there is no configuration '" + pid + "': want one of "
                    + String.join(", ", known.keySet()));
        }
        properties.fieldNames().forEachRemaining(name -> {
            if (!name.startsWith(":") && !keys.contains(key(name))) {
                throw new LaunchException(file + ": '" + key(name) + "' is no key of " + pid + ": want one of "
                        + String.join(", ", keys));
            }
        });
    }

    private static void overlay(ObjectNode target, ObjectNode properties, Settings settings) {
        properties.properties().forEach(property -> {
            String key = key(property.getKey());
            List<String> replaced = new ArrayList<>();
            target.fieldNames().forEachRemaining(name -> {
                if (key(name).equals(key)) replaced.add(name);
            });
            for (String name : replaced) {
                if (isSet(target.get(name), settings)) return;
                target.remove(name);
            }
            target.set(property.getKey(), property.getValue());
        });
    }

    /** A name in Configurator JSON may carry its type: {@code slots:Integer}. */
    private static String key(String name) {
        int colon = name.indexOf(':');
        return colon > 0 ? name.substring(0, colon) : name;
    }

    private static boolean isSet(JsonNode template, Settings settings) {
        Matcher setting = SETTING.matcher(template.asText());
        return setting.find() && settings.has(setting.group(1));
    }

    private static ObjectNode read(Path file) {
        JsonMapper mapper =
                JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
        try {
            if (mapper.readTree(Files.readString(file)) instanceof ObjectNode object) return object;
            throw new LaunchException("the configuration file " + file + " holds no JSON object");
        } catch (java.nio.file.NoSuchFileException e) {
            throw new LaunchException("there is no configuration file " + file.toAbsolutePath(), e);
        } catch (JacksonException e) {
            throw new LaunchException(
                    "the configuration file " + file + " is no JSON: line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new LaunchException("cannot read the configuration file " + file + ": " + e.getMessage(), e);
        }
    }
}
