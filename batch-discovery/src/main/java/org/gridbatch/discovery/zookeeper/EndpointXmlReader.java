/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLEventReader;
import javax.xml.stream.XMLEventWriter;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.events.Attribute;
import javax.xml.stream.events.StartElement;
import javax.xml.stream.events.XMLEvent;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** Reads one endpoint from endpoint-description XML that anybody may have written: no DTD, no entities, no recursion. */
final class EndpointXmlReader {

    private final XMLEventReader in;

    private EndpointXmlReader(XMLEventReader in) {
        this.in = in;
    }

    static EndpointDescription decode(byte[] xml) throws BadEndpointException {
        // The JDK's own parser by name: a look-up would depend on the thread's class loader and on other bundles.
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            EndpointXmlReader reader =
                    new EndpointXmlReader(factory.createXMLEventReader(new ByteArrayInputStream(xml)));
            return new EndpointDescription(reader.document());
        } catch (XMLStreamException e) {
            throw new BadEndpointException("not well-formed XML: " + oneLine(e.getMessage()));
        } catch (RuntimeException e) {
            // Missing or mistyped properties, and whatever else a parser makes of what nobody foresaw.
            throw new BadEndpointException("not an endpoint: " + oneLine(e.toString()));
        }
    }

    private Map<String, Object> document() throws XMLStreamException, BadEndpointException {
        open(nextTag(), "endpoint-descriptions");
        open(nextTag(), "endpoint-description");
        Map<String, Object> properties = new LinkedHashMap<>();
        for (XMLEvent tag = nextTag(); tag.isStartElement(); tag = nextTag()) {
            StartElement property = open(tag, "property");
            String name = attribute(property, "name");
            if (name == null) throw new BadEndpointException("a property has no name");
            if (properties.put(name, value(property, name)) != null)
                throw new BadEndpointException("property \"" + name + "\" is there twice");
        }
        XMLEvent tag = nextTag();
        if (tag.isStartElement()) throw new BadEndpointException("more than one endpoint");
        return properties;
    }

    private Object value(StartElement property, String name) throws XMLStreamException, BadEndpointException {
        String typeName = attribute(property, "value-type");
        if (typeName == null) typeName = ValueType.STRING.name;
        ValueType type = ValueType.named(typeName);
        String text = attribute(property, "value");
        XMLEvent tag = nextTag();
        if (text != null) {
            if (tag.isStartElement())
                throw new BadEndpointException("property \"" + name + "\" has a value and an element");
            return type.parse(text);
        }
        if (!tag.isStartElement()) throw new BadEndpointException("property \"" + name + "\" has no value");
        String kind = tag.asStartElement().getName().getLocalPart();
        Object value = switch (kind) {
            case "array" -> array(type.component(typeName), values(type, new ArrayList<>()));
            case "list" -> values(type, new ArrayList<>());
            case "set" -> values(type, new LinkedHashSet<>());
            case "xml" -> xml();
            default ->
                throw new BadEndpointException(
                        "property \"" + name + "\" has an element \"" + kind + "\", want array, list, set or xml");
        };
        if (nextTag().isStartElement())
            throw new BadEndpointException("property \"" + name + "\" has more than one element");
        return value;
    }

    private <C extends Collection<Object>> C values(ValueType type, C into)
            throws XMLStreamException, BadEndpointException {
        for (XMLEvent tag = nextTag(); tag.isStartElement(); tag = nextTag()) {
            open(tag, "value");
            StringBuilder text = new StringBuilder();
            for (XMLEvent event = in.nextEvent(); !event.isEndElement(); event = in.nextEvent()) {
                if (event.isCharacters()) text.append(event.asCharacters().getData());
                else if (event.getEventType() != XMLStreamConstants.COMMENT)
                    throw new BadEndpointException("a value holds something that is not text");
            }
            into.add(type.parse(text.toString()));
        }
        return into;
    }

    private static Object array(Class<?> component, List<Object> values) {
        Object array = Array.newInstance(component, values.size());
        for (int i = 0; i < values.size(); i++) Array.set(array, i, values.get(i));
        return array;
    }

    /** What stands inside an xml element, as text with the namespaces it needs. */
    private String xml() throws XMLStreamException, BadEndpointException {
        XMLOutputFactory factory = XMLOutputFactory.newDefaultFactory();
        factory.setProperty(XMLOutputFactory.IS_REPAIRING_NAMESPACES, true);
        StringWriter text = new StringWriter();
        XMLEventWriter out = factory.createXMLEventWriter(text);
        for (int depth = 0; ; ) {
            XMLEvent event = in.nextEvent();
            refuseEntities(event);
            if (event.isStartElement()) depth++;
            if (event.isEndElement() && depth-- == 0) break;
            out.add(event);
        }
        out.flush();
        return text.toString().strip();
    }

    private XMLEvent nextTag() throws XMLStreamException, BadEndpointException {
        while (in.hasNext()) {
            XMLEvent event = in.nextEvent();
            refuseEntities(event);
            if (event.isStartElement() || event.isEndElement()) return event;
            if (event.isCharacters() && !event.asCharacters().getData().isBlank())
                throw new BadEndpointException(
                        "stray text: " + oneLine(event.asCharacters().getData()));
        }
        throw new BadEndpointException("the document ends too early");
    }

    private static void refuseEntities(XMLEvent event) throws BadEndpointException {
        if (event.getEventType() == XMLStreamConstants.DTD) throw new BadEndpointException("it has a DTD");
        if (event.isEntityReference()) throw new BadEndpointException("it has an entity reference");
    }

    private static StartElement open(XMLEvent tag, String name) throws BadEndpointException {
        QName wanted = new QName(EndpointXml.NAMESPACE, name);
        if (!tag.isStartElement() || !tag.asStartElement().getName().equals(wanted))
            throw new BadEndpointException("found " + oneLine(tag.toString()) + ", want an element " + wanted);
        return tag.asStartElement();
    }

    private static String attribute(StartElement element, String name) {
        Attribute attribute = element.getAttributeByName(new QName(name));
        return attribute == null ? null : attribute.getValue();
    }

    private static String oneLine(String text) {
        String line = String.valueOf(text).replaceAll("\\s+", " ").strip();
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }
}
