/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import org.junit.Test;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

public class NodeConfigurationsTest {
    /** As the templates of the distribution begin. */
    private static final String HEAD = "{\":configurator:resource-version\": 1, \":configurator:symbolic-name\":"
            + " \"org.gridbatch.node\", \":configurator:version\": \"1.0.0\", ";

    private static final String WORKER = "org.gridbatch.worker";

    private final Map<String, Dictionary<String, ?>> held = new HashMap<>();
    private String json = "";
    private final NodeConfigurations node = new NodeConfigurations(
            (ConfigurationAdmin) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {ConfigurationAdmin.class}, (proxy, method, args) -> {
                        assertEquals("getConfiguration", method.getName());
                        assertEquals("?", args[1]);
                        return configuration((String) args[0]);
                    }),
            () -> json);

    @Test
    public void whatIsOtherInTheFileIsChanged() throws IOException {
        json = HEAD
                + "\"org.gridbatch.worker\": {\"slots\": 8, \"queues\": [\"mail\"], \"name\": \"$[prop:gridbatch.name]\"},"
                + " \"com.example\": {\"flag:Boolean\": \"true\"}}";
        assertEquals("changed: com.example, org.gridbatch.worker", node.reload());
        assertEquals(8L, ((Number) held.get(WORKER).get("slots")).longValue());
        assertEquals(
                "it is replaced on its way",
                "$[prop:gridbatch.name]",
                held.get(WORKER).get("name"));
        assertEquals(true, held.get("com.example").get("flag"));

        assertEquals("nothing has changed", node.reload());
        json = json.replace("\"slots\": 8", "\"slots\": 9");
        assertEquals("changed: org.gridbatch.worker", node.reload());
    }

    @Test
    public void whatIsMeantForTheConfiguratorIsNotConfigured() throws IOException {
        json = HEAD + "\"org.gridbatch.worker\": {\":configurator:ranking\": 5, \"slots\": 8}}";
        assertEquals("changed: org.gridbatch.worker", node.reload());
        assertEquals(1, held.get(WORKER).size());
    }

    @Test
    public void whatTheLauncherHasAgainstTheFileIsSaidAndNothingChanges() {
        NodeConfigurations refused = new NodeConfigurations(null, () -> {
            throw new IllegalArgumentException("'slot' is no key");
        });
        assertEquals(
                "'slot' is no key",
                assertThrows(IllegalArgumentException.class, refused::reload).getMessage());
    }

    private Configuration configuration(String pid) {
        return (Configuration) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Configuration.class}, (proxy, method, args) -> {
                    assertEquals("updateIfDifferent", method.getName());
                    Dictionary<String, ?> properties = cast(args[0]);
                    boolean other = !toString(properties).equals(toString(held.get(pid)));
                    held.put(pid, properties);
                    return other;
                });
    }

    @SuppressWarnings("unchecked")
    private static Dictionary<String, ?> cast(Object value) {
        return (Dictionary<String, ?>) value;
    }

    private static String toString(Dictionary<String, ?> properties) {
        if (properties == null) return "";
        Map<String, String> texts = new java.util.TreeMap<>();
        properties.keys().asIterator().forEachRemaining(key -> {
            Object value = properties.get(key);
            texts.put(
                    key,
                    value instanceof Object[] many ? java.util.List.of(many).toString() : value.toString());
        });
        return texts.toString();
    }
}
