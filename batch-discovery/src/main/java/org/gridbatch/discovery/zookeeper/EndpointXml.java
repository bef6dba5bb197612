/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** Writes an endpoint as endpoint-description XML (Remote Service Admin 1.1, 122.8); equal endpoints give equal bytes. */
final class EndpointXml {

    static final String NAMESPACE = "http://www.osgi.org/xmlns/rsa/v1.0.0";

    /** The document, and the names of the properties that the format cannot carry. */
    record Encoded(byte[] xml, List<String> dropped) {}

    private EndpointXml() {}

    static Encoded encode(EndpointDescription endpoint) {
        StringBuilder out = new StringBuilder(2_048);
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<endpoint-descriptions xmlns=\"")
                .append(NAMESPACE)
                .append("\">\n  <endpoint-description>\n");
        List<String> dropped = new ArrayList<>();
        for (Map.Entry<String, Object> property : new TreeMap<>(endpoint.getProperties()).entrySet()) {
            String xml = property(property.getKey(), property.getValue());
            if (xml == null) dropped.add(property.getKey());
            else out.append(xml);
        }
        out.append("  </endpoint-description>\n</endpoint-descriptions>\n");
        return new Encoded(out.toString().getBytes(StandardCharsets.UTF_8), dropped);
    }

    /** Null when the name or the value cannot be told in XML. */
    private static String property(String name, Object value) {
        if (!XmlText.sayable(name)) return null;
        String start = "    <property name=\"" + XmlText.escape(name) + "\"";
        ValueType scalar = ValueType.of(value.getClass());
        if (scalar != null) {
            String text = value.toString();
            return XmlText.sayable(text)
                    ? start + type(scalar.name) + " value=\"" + XmlText.escape(text) + "\"/>\n"
                    : null;
        }
        String kind = value.getClass().isArray() ? "array" : value instanceof Set ? "set" : "list";
        List<?> elements = elements(value);
        String type = elements == null ? null : elementType(value, elements);
        if (type == null) return null;
        StringBuilder out = new StringBuilder(start).append(type(type));
        out.append("><").append(kind).append('>');
        for (Object element : elements) {
            if (!XmlText.sayable(element.toString())) return null;
            out.append("<value>").append(XmlText.escape(element.toString())).append("</value>");
        }
        return out.append("</").append(kind).append("></property>\n").toString();
    }

    private static List<?> elements(Object value) {
        if (value instanceof Iterable<?> iterable) {
            List<Object> list = new ArrayList<>();
            iterable.forEach(list::add);
            return list;
        }
        if (!value.getClass().isArray()) return null;
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < java.lang.reflect.Array.getLength(value); i++) {
            list.add(java.lang.reflect.Array.get(value, i));
        }
        return list;
    }

    /** The one type of all elements, or null when there is none. */
    private static String elementType(Object container, List<?> elements) {
        if (elements.stream().anyMatch(Objects::isNull)) return null;
        if (container.getClass().isArray()) {
            Class<?> component = container.getClass().getComponentType();
            if (component.isPrimitive()) return component.getName();
            ValueType type = ValueType.of(component);
            return type == null ? null : type.name;
        }
        if (elements.isEmpty()) return ValueType.STRING.name;
        Class<?> first = elements.get(0).getClass();
        ValueType type = ValueType.of(first);
        return type == null || elements.stream().anyMatch(e -> e.getClass() != first) ? null : type.name;
    }

    private static String type(String name) {
        return name.equals(ValueType.STRING.name) ? "" : " value-type=\"" + name + "\"";
    }
}
