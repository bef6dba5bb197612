/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Which configurations our bundles have, and their keys: read from the metatype descriptions inside the bundles. */
final class Metatype {
    private static final String FOLDER = "OSGI-INF/metatype/";

    private Metatype() {}

    /** The keys of each PID, sorted. */
    static Map<String, Set<String>> keysByPid(Home home) {
        Map<String, Set<String>> keysByPid = new TreeMap<>();
        for (Path bundle : home.bundles()) {
            if (!bundle.getFileName().toString().startsWith("batch-")) continue;
            try (JarFile jar = new JarFile(bundle.toFile())) {
                List<JarEntry> descriptions = jar.stream()
                        .filter(entry -> entry.getName().startsWith(FOLDER)
                                && entry.getName().endsWith(".xml"))
                        .toList();
                for (JarEntry description : descriptions) {
                    try (InputStream xml = jar.getInputStream(description)) {
                        read(xml, keysByPid);
                    }
                }
            } catch (IOException | XMLStreamException e) {
                throw new LaunchException("cannot read the metatype of " + bundle + ": " + e.getMessage(), e);
            }
        }
        return keysByPid;
    }

    private static void read(InputStream xml, Map<String, Set<String>> keysByPid) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        XMLStreamReader reader = factory.createXMLStreamReader(xml);
        Map<String, Set<String>> keysByClass = new HashMap<>();
        Set<String> keys = new TreeSet<>();
        String pid = "";
        while (reader.hasNext()) {
            if (reader.next() != XMLStreamConstants.START_ELEMENT) continue;
            switch (reader.getLocalName()) {
                case "OCD" -> keysByClass.put(reader.getAttributeValue(null, "id"), keys = new TreeSet<>());
                case "AD" -> keys.add(reader.getAttributeValue(null, "id"));
                case "Designate" -> pid = reader.getAttributeValue(null, "pid");
                case "Object" ->
                    keysByPid.put(pid, keysByClass.getOrDefault(reader.getAttributeValue(null, "ocdref"), Set.of()));
                default -> {
                    // The rest of a description is for people.
                }
            }
        }
    }
}
