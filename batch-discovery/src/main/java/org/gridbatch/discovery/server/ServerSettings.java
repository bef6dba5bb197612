/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The checked configuration of an embedded server. */
record ServerSettings(String host, int port, Path dataDir, int tickMillis, int maxConnections) {

    static ServerSettings of(String host, int port, String dataDir, int tickMillis, int maxConnections) {
        if (host == null || host.isBlank()) throw new IllegalArgumentException("host is empty, want an address");
        return new ServerSettings(
                host.strip(),
                within("port", port, 0, 65_535),
                directory(dataDir),
                within("tick.millis", tickMillis, 50, 60_000),
                within("max.connections", maxConnections, 1, 100_000));
    }

    private static Path directory(String dataDir) {
        if (dataDir == null || dataDir.isBlank())
            throw new IllegalArgumentException("data.dir is empty, want a directory");
        try {
            return Path.of(dataDir.strip()).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("data.dir is \"" + dataDir + "\": " + e.getMessage(), e);
        }
    }

    private static int within(String key, int value, int least, int most) {
        if (value < least || value > most)
            throw new IllegalArgumentException(key + " is " + value + ", want " + least + " to " + most);
        return value;
    }
}
