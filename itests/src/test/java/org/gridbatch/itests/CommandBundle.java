/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A bundle with some of {@link SiteCommands}, which a node installs, starts and stops as an operator has it done. */
final class CommandBundle {
    private static final Pattern ID = Pattern.compile("(\\d+)");

    private final Grid grid;
    private final String node;
    private final String id;

    private CommandBundle(Grid grid, String node, String id) {
        this.grid = grid;
        this.node = node;
        this.id = id;
    }

    /** Installs one in a node and starts it: the commands are there when this returns. */
    static CommandBundle start(Grid grid, String node, String scope, int millis, String... functions)
            throws IOException {
        Path jar = make(grid.home().resolve(node + "-" + scope + ".jar"), scope, millis, functions);
        String said = grid.line(node, "felix:install " + jar.toUri()).ok();
        Matcher number = ID.matcher(said);
        if (!number.find()) throw new AssertionError("no id of a bundle in: " + said);
        CommandBundle bundle = new CommandBundle(grid, node, number.group(1));
        bundle.start();
        return bundle;
    }

    void start() throws IOException {
        grid.line(node, "felix:start " + id).ok();
    }

    void stop() throws IOException {
        grid.line(node, "felix:stop " + id).ok();
    }

    private static Path make(Path jar, String scope, int millis, String... functions) throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "org.gridbatch.itests." + scope);
        headers.putValue("Bundle-Activator", SiteCommands.class.getName());
        headers.putValue("Import-Package", "org.osgi.framework");
        headers.putValue(SiteCommands.SCOPE, scope);
        headers.putValue(SiteCommands.FUNCTIONS, String.join(",", functions));
        headers.putValue(SiteCommands.MILLIS, Integer.toString(millis));
        String name = SiteCommands.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream bytes = SiteCommands.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new JarEntry(name));
            bytes.transferTo(out);
        }
        return jar;
    }
}
