/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.gridbatch.itests.ace.AceActivator;

/** Makes a bundle of the classes that behave like Apache ACE, as a file that nodes can be given. */
final class AceBundle {
    private static final List<String> CLASSES = List.of("AceActivator", "AceCommands", "AceServer", "Workspace");

    private AceBundle() {}

    static Path write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "org.gridbatch.itests.ace");
        headers.putValue("Bundle-Activator", AceActivator.class.getName());
        headers.putValue("Import-Package", "org.osgi.framework");
        try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (String name : CLASSES) {
                String file = AceActivator.class.getPackageName().replace('.', '/') + "/" + name + ".class";
                entries.putNextEntry(new JarEntry(file));
                try (InputStream bytes = AceActivator.class.getClassLoader().getResourceAsStream(file)) {
                    bytes.transferTo(entries);
                }
            }
        }
        return jar;
    }
}
