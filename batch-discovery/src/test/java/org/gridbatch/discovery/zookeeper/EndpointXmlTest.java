/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.Test;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

public class EndpointXmlTest {

    private static final String HEAD =
            "<endpoint-descriptions xmlns='http://www.osgi.org/xmlns/rsa/v1.0.0'><endpoint-description>"
                    + "<property name='endpoint.id' value='x'/>"
                    + "<property name='service.imported.configs' value='c'/>"
                    + "<property name='objectClass'><array><value>org.example.A</value></array></property>";
    private static final String TAIL = "</endpoint-description></endpoint-descriptions>";

    @Test
    public void everyScalarArrayListAndSetComesBackAsItWas() throws Exception {
        Map<String, Object> all = new TreeMap<>();
        List<Object> scalars = List.of("s", 1L, 2.5d, 1.5f, 3, (byte) 4, 'c', true, (short) 5);
        for (Object each : scalars) {
            String type = each.getClass().getSimpleName();
            all.put("scalar." + type, each);
            all.put("list." + type, List.of(each, each));
            all.put("set." + type, Set.of(each));
            Object array = java.lang.reflect.Array.newInstance(each.getClass(), 2);
            Arrays.fill((Object[]) array, each);
            all.put("array." + type, array);
        }
        all.put("longs", new long[] {1, 2});
        all.put("doubles", new double[] {1.5});
        all.put("floats", new float[] {2.5f});
        all.put("ints", new int[] {3, -4});
        all.put("bytes", new byte[] {5});
        all.put("chars", new char[] {'a', '<'});
        all.put("booleans", new boolean[] {true, false});
        all.put("shorts", new short[] {6});
        all.put("empty.list", new ArrayList<>());
        all.put("empty.set", new LinkedHashSet<>());
        all.put("empty.array", new String[0]);

        EndpointXml.Encoded encoded = EndpointXml.encode(Node.endpoint("u", "x", all));
        Map<String, Object> back = EndpointXmlReader.decode(encoded.xml()).getProperties();

        assertEquals(List.of(), encoded.dropped());
        all.forEach((name, value) -> assertSame(name, value, back.get(name)));
    }

    @Test
    public void textComesBackCharacterByCharacter() throws Exception {
        String text = " <a b=\"c\" d='e'>&amp; \t\r\n \u00e4\u20ac\ud83d\ude00 ]]> ";
        EndpointDescription endpoint = Node.endpoint("u", "x", Map.of("text", text, "texts", new String[] {text}));

        Map<String, Object> back =
                EndpointXmlReader.decode(EndpointXml.encode(endpoint).xml()).getProperties();

        assertEquals(text, back.get("text"));
        assertArrayEquals(new String[] {text}, (String[]) back.get("texts"));
    }

    @Test
    public void whatTheFormatCannotSayIsLeftOutAndNamed() {
        Map<String, Object> odd = new TreeMap<>();
        odd.put("date", new java.util.Date(0));
        odd.put("mixed", List.of(1, "a"));
        odd.put("nested", List.of(List.of(1)));
        odd.put("nulls", Arrays.asList("a", null));
        odd.put("control", "\u0000");
        odd.put("half", "\ud83d");

        EndpointXml.Encoded encoded = EndpointXml.encode(Node.endpoint("u", "x", odd));

        assertEquals(List.copyOf(odd.keySet()), encoded.dropped());
    }

    @Test
    public void equalEndpointsGiveEqualBytes() {
        assertArrayEquals(
                EndpointXml.encode(Node.endpoint("u", "x", Map.of("a", 1, "b", 2, "c", 3)))
                        .xml(),
                EndpointXml.encode(Node.endpoint("u", "x", Map.of("c", 3, "b", 2, "a", 1)))
                        .xml());
    }

    @Test
    public void xmlInsideAPropertyBecomesTextThatKeepsItsNamespaces() throws Exception {
        String text = (String)
                read("<property name='doc'><xml><a:r xmlns:a='urn:a' k='v'>t<!-- c --><b/></a:r></xml>" + "</property>")
                        .get("doc");

        assertTrue(text, text.contains("xmlns:a=\"urn:a\""));
        assertTrue(text, text.contains(">t<"));
        assertTrue(text, text.endsWith("</a:r>"));
    }

    @Test
    public void primitiveNamesAreUnderstood() throws Exception {
        Map<String, Object> read = read("<property name='i' value-type='int' value=' 7 '/>"
                + "<property name='l' value-type='long'><array><value>1</value></array></property>"
                + "<property name='ll' value-type='long'><list><value>1</value></list></property>");

        assertEquals(7, read.get("i"));
        assertArrayEquals(new long[] {1}, (long[]) read.get("l"));
        assertEquals(List.of(1L), read.get("ll"));
    }

    @Test
    public void whatIsNoEndpointIsRefusedWithAReason() {
        refused("well-formed", "");
        refused("well-formed", "\u0000\u0001");
        refused("well-formed", HEAD);
        refused("want an element", "<a/>");
        refused("want an element", HEAD + "<foreign/>" + TAIL);
        refused("has no name", HEAD + "<property value='a'/>" + TAIL);
        refused("has no value", HEAD + "<property name='a'/>" + TAIL);
        refused("there twice", HEAD + "<property name='a' value='1'/><property name='a' value='1'/>" + TAIL);
        refused("\"abc\" is no Integer", HEAD + "<property name='a' value-type='int' value='abc'/>" + TAIL);
        refused("is no Boolean", HEAD + "<property name='a' value-type='Boolean' value='maybe'/>" + TAIL);
        refused("is no Character", HEAD + "<property name='a' value-type='char' value='ab'/>" + TAIL);
        refused("\"Date\" is unknown", HEAD + "<property name='a' value-type='Date' value='1'/>" + TAIL);
        refused("want array, list, set or xml", HEAD + "<property name='a'><map/></property>" + TAIL);
        refused("more than one element", HEAD + "<property name='a'><list/><list/></property>" + TAIL);
        refused("a value and an element", HEAD + "<property name='a' value='1'><list/></property>" + TAIL);
        refused("stray text", HEAD + "stray" + TAIL);
        refused("not text", HEAD + "<property name='a'><list><value><b/></value></list></property>" + TAIL);
        refused(
                "more than one endpoint",
                HEAD + "</endpoint-description><endpoint-description></endpoint-description></endpoint-descriptions>");
        refused("endpoint.id", HEAD.replace("endpoint.id", "other") + TAIL);
        refused("not an endpoint", HEAD.replace("'objectClass'", "'other'") + TAIL);
    }

    @Test
    public void documentTypesAndEntitiesAreRefused() {
        refused("DTD", "<!DOCTYPE a>" + HEAD + TAIL);
        refused("DTD", "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + HEAD + TAIL);
        refused("", HEAD + "<property name='a'><list><value>&e;</value></list></property>" + TAIL);
        refused("", HEAD + "<property name='a' value='&e;'/>" + TAIL);
        refused("", HEAD + "<property name='a'><xml>&e;</xml></property>" + TAIL);
    }

    private static Map<String, Object> read(String properties) throws BadEndpointException {
        return EndpointXmlReader.decode((HEAD + properties + TAIL).getBytes(UTF_8))
                .getProperties();
    }

    private static void refused(String reason, String xml) {
        BadEndpointException e =
                assertThrows(xml, BadEndpointException.class, () -> EndpointXmlReader.decode(xml.getBytes(UTF_8)));
        assertTrue(e.getMessage(), e.getMessage().contains(reason));
    }

    private static void assertSame(String name, Object wanted, Object found) {
        if (wanted.getClass().isArray()) {
            assertEquals(name, wanted.getClass(), found.getClass());
            assertTrue(name, Arrays.deepEquals(new Object[] {wanted}, new Object[] {found}));
        } else {
            assertEquals(name, wanted, found);
        }
    }
}
