/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ConfigurationsTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Home home;
    private Settings settings;

    @Before
    public void setUp() throws Exception {
        home = TestHome.in(folder.getRoot().toPath());
        settings = new Settings(home);
    }

    @Test
    public void withoutAFileANodeGetsTheTemplatesOfItsRoles() {
        String both = Configurations.initial(home, List.of(Role.SERVER, Role.ZOOKEEPER), settings, null);
        assertEquals(uri("node.json") + "," + uri("server.json") + "," + uri("zookeeper.json"), both);
        assertEquals(uri("node.json"), Configurations.initial(home, List.of(Role.SHELL), settings, null));
    }

    @Test
    public void theFileIsStrongerThanTheTemplateKeyByKey() throws Exception {
        JsonNode worker = merged(Role.WORKER, "{\"org.gridbatch.worker\": {\"slots:Integer\": 8}}")
                .get("org.gridbatch.worker");
        assertEquals(8, worker.get("slots:Integer").asInt());
        assertFalse("one key is left", worker.has("slots"));
        assertTrue("the other keys stay", worker.get("queues").asText().startsWith("$[prop:gridbatch.worker.queues"));
    }

    @Test
    public void theCommandLineIsStrongerThanTheFile() throws Exception {
        settings.with("worker.slots", "2");
        JsonNode worker = merged(Role.WORKER, "{\"org.gridbatch.worker\": {\"slots\": 8}}")
                .get("org.gridbatch.worker");
        assertTrue(worker.get("slots").asText().startsWith("$[prop:gridbatch.worker.slots"));
    }

    @Test
    public void oneFileServesNodesOfAllRoles() throws Exception {
        JsonNode server = merged(Role.SERVER, "{\"org.gridbatch.worker\": {\"slots\": 8}}");
        assertFalse(server.has("org.gridbatch.worker"));
        assertTrue(server.has("org.gridbatch.queue"));
    }

    @Test
    public void configurationsOfOthersPassUnchecked() throws Exception {
        JsonNode worker = merged(Role.WORKER, "{ /* why */ \"com.example\": {\"anything\": true}}");
        assertTrue(worker.get("com.example").get("anything").asBoolean());
    }

    @Test
    public void anUnknownConfigurationOfOursIsRefused() {
        refused(
                "{\"org.gridbatch.wroker\": {}}",
                "there is no configuration 'org.gridbatch.wroker'",
                "org.gridbatch.worker");
    }

    @Test
    public void anUnknownKeyOfOursIsRefused() {
        refused(
                "{\"org.gridbatch.worker\": {\"slot:Integer\": 1}}",
                "'slot' is no key of org.gridbatch.worker",
                "queues, slots");
    }

    @Test
    public void aConfigurationIsAnObject() {
        refused("{\"org.gridbatch.worker\": 8}", "'org.gridbatch.worker' is no JSON object");
        refused("[]", "holds no JSON object");
    }

    @Test
    public void badJsonIsRefusedWithItsPlace() {
        refused("{\n  \"org.gridbatch.worker\": }", "is no JSON: line 2, column");
    }

    @Test
    public void aFileThatIsNotThereIsNamed() {
        Path file = home.directory().resolve("absent.json");
        String message = assertThrows(
                        LaunchException.class, () -> Configurations.initial(home, List.of(Role.WORKER), settings, file))
                .getMessage();
        assertEquals("there is no configuration file " + file, message);
    }

    @Test
    public void aNodeThatRunsIsToldWhatTheFileSaysNow() throws Exception {
        Path file =
                Files.writeString(home.directory().resolve("own.json"), "{\"org.gridbatch.worker\": {\"slots\": 8}}");
        assertEquals(8, slots(Configurations.again(home, List.of(Role.WORKER), settings, file)));
        Files.writeString(file, "{\"org.gridbatch.worker\": {\"slots\": 9}}");
        assertEquals(9, slots(Configurations.again(home, List.of(Role.WORKER), settings, file)));
        Files.writeString(file, "{\"org.gridbatch.worker\": {\"slots\": }");
        assertThrows(LaunchException.class, () -> Configurations.again(home, List.of(Role.WORKER), settings, file));
    }

    @Test
    public void aNodeThatRunsWithoutAFileHasNothingToReadAgain() {
        String message = assertThrows(
                        LaunchException.class, () -> Configurations.again(home, List.of(Role.WORKER), settings, null))
                .getMessage();
        assertThat(message, containsString("started without --config"));
    }

    private static int slots(String json) throws Exception {
        return new ObjectMapper()
                .readTree(json)
                .get("org.gridbatch.worker")
                .get("slots")
                .asInt();
    }

    private JsonNode merged(Role role, String json) throws Exception {
        Path file = Files.writeString(home.directory().resolve("own.json"), json);
        return new ObjectMapper().readTree(Configurations.initial(home, List.of(role), settings, file));
    }

    private void refused(String json, String... parts) {
        LaunchException refusal = assertThrows(LaunchException.class, () -> merged(Role.WORKER, json));
        for (String part : parts) assertThat(refusal.getMessage(), containsString(part));
    }

    private String uri(String template) {
        return home.etc(template).toUri().toString();
    }
}
