/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Gathers the configuration files of a node for the Configurator: those of the distribution, then the user's. */
final class Configurations {
    private Configurations() {}

    /** The value of {@code configurator.initial}. */
    static String initial(Home home, Role role, Settings settings, Path config) {
        List<Path> files = new ArrayList<>(List.of(home.etc("node.json")));
        if (role != Role.SHELL) files.add(home.etc(role.word() + ".json"));
        if (config != null) {
            if (!Files.isReadable(config)) {
                throw new LaunchException("cannot read the configuration file " + config.toAbsolutePath());
            }
            files.add(config.toAbsolutePath());
        }
        return files.stream().map(file -> file.toUri().toString()).collect(Collectors.joining(","));
    }
}
