/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A distribution with the real templates, and with one bundle that has nothing but a metatype description. */
final class TestHome {
    private static final String WORKER =
            "<metatype:MetaData xmlns:metatype='http://www.osgi.org/xmlns/metatype/v1.4.0'>"
                    + "<OCD id='the.Config' name='Worker'>"
                    + "<AD id='slots' type='Integer' default='4'><Option label='a' value='1'/></AD>"
                    + "<AD id='queues' type='String' cardinality='100'/></OCD>"
                    + "<Designate pid='org.gridbatch.worker'><Object ocdref='the.Config'/></Designate></metatype:MetaData>";

    private TestHome() {}

    static Home in(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("etc"));
        Files.createDirectories(directory.resolve("bundles"));
        try (Stream<Path> templates = Files.list(Path.of("src/main/dist/etc"))) {
            for (Path template : templates.toList()) {
                Files.copy(template, directory.resolve("etc").resolve(template.getFileName()));
            }
        }
        bundle(directory.resolve("bundles/batch-worker-1.0.0.jar"), "OSGI-INF/metatype/the.Config.xml", WORKER);
        return new Home(directory);
    }

    static void bundle(Path jar, String entry, String text) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            entries.putNextEntry(new ZipEntry(entry));
            entries.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
