/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.hasItem;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SettingsTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Settings settings;

    @Before
    public void setUp() throws Exception {
        settings = new Settings(TestHome.in(folder.getRoot().toPath()));
    }

    @Test
    public void aVariableIsTheSettingInCapitalsWithUnderscores() {
        settings.withEnvironment(Map.of("GRIDBATCH_WORKER_STOP_WAIT_SECONDS", "7", "PATH", "/bin"));
        assertEquals("7", settings.get("worker.stop.wait.seconds", "absent"));
    }

    @Test
    public void whatComesLaterIsStronger() {
        settings.withEnvironment(Map.of("GRIDBATCH_WORKER_SLOTS", "2")).with("worker.slots", "3");
        assertEquals("3", settings.get("worker.slots", "absent"));
    }

    @Test
    public void anEmptyVariableSetsNothing() {
        settings.withEnvironment(Map.of("GRIDBATCH_WORKER_SLOTS", ""));
        assertFalse(settings.has("worker.slots"));
    }

    @Test
    public void variablesOfTheCommandItselfAreNoSettings() {
        settings.withEnvironment(
                Map.of("GRIDBATCH_RUN", "/r", "GRIDBATCH_JAVA_OPTS", "-Xmx1g", "GRIDBATCH_CONFIG", "c"));
        assertEquals(Map.of(), settings.frameworkProperties());
    }

    @Test
    public void anUnknownVariableIsRefusedWithAllThatThereAre() {
        Map<String, String> environment = Map.of("GRIDBATCH_WORKER_SLOT", "2");
        String message = assertThrows(LaunchException.class, () -> settings.withEnvironment(environment))
                .getMessage();
        assertThat(message, containsString("GRIDBATCH_WORKER_SLOT is no setting"));
        assertThat(message, containsString("GRIDBATCH_WORKER_SLOTS,"));
    }

    @Test
    public void anUnknownKeyIsRefusedWithAllThatThereAre() {
        String message = assertThrows(LaunchException.class, () -> settings.with("slots", "2"))
                .getMessage();
        assertThat(message, containsString("'slots' is no setting"));
        assertThat(message, containsString("worker.slots"));
    }

    @Test
    public void everySettingOfTheGuidesIsThere() throws Exception {
        Pattern name = Pattern.compile("`((?:queue|worker|transport|ace)\\.[a-z.]+[a-z])`");
        Set<String> named = new TreeSet<>();
        for (String guide : List.of("operations.md", "user-guide.md", "ace.md")) {
            Matcher matcher = name.matcher(Files.readString(Path.of("..", "docs", guide)));
            while (matcher.find()) named.add(matcher.group(1));
        }
        assertThat(named, hasItem("queue.max.jobs.mb"));
        Set<String> switches = Set.of("ace.commands", "ace.workers", "worker.restart.when.stuck");
        named.forEach(one -> settings.with(one, switches.contains(one) ? "true" : "1"));
    }

    @Test
    public void theRoleIsNoSetting() {
        String message = assertThrows(LaunchException.class, () -> settings.with("role", "server"))
                .getMessage();
        assertFalse(message, message.contains(" role,"));
    }

    @Test
    public void whatMustBeANumberIsCheckedWhereverItComesFrom() {
        String message = assertThrows(LaunchException.class, () -> settings.with("worker.slots", "many"))
                .getMessage();
        assertEquals("the setting worker.slots is 'many', want a whole number", message);
        Map<String, String> environment = Map.of("GRIDBATCH_TRANSPORT_PORT", "high");
        assertThrows(LaunchException.class, () -> settings.withEnvironment(environment));
    }

    @Test
    public void whatMustBeTrueOrFalseIsChecked() {
        settings.with("ace.commands", "TRUE").with("worker.restart.when.stuck", "false");
        String message = assertThrows(LaunchException.class, () -> settings.with("ace.commands", "on"))
                .getMessage();
        assertEquals("the setting ace.commands is 'on', want true or false", message);
    }

    @Test
    public void whatIsNotGivenChangesNothing() {
        settings.with("name", "a").withIfGiven("name", null);
        assertEquals("a", settings.get("name", "absent"));
    }

    @Test
    public void theDataDirectoryIsAbsoluteAndPlain() {
        settings.with("data", "x/../y");
        assertEquals(Path.of("y").toAbsolutePath(), settings.data());
    }

    @Test
    public void theFrameworkGetsSettingsWithAPrefix() {
        settings.with("worker.slots", "3");
        assertEquals(Map.of("gridbatch.worker.slots", "3"), settings.frameworkProperties());
    }

    @Test
    public void bundlesAreFilesAndTheJarsOfDirectories() throws Exception {
        Path directory = folder.newFolder("more").toPath();
        for (String name : List.of("b.jar", "a.jar", "README.txt")) Files.createFile(directory.resolve(name));
        Path single = folder.newFile("single.jar").toPath();

        settings.withEnvironment(Map.of("GRIDBATCH_BUNDLES", single + ", " + directory));

        assertEquals(List.of(single, directory.resolve("a.jar"), directory.resolve("b.jar")), settings.bundles());
        assertEquals(List.of(), new Settings(new Home(folder.getRoot().toPath())).bundles());
    }

    @Test
    public void bundlesThatAreNotThereAreNamed() throws Exception {
        Path empty = folder.newFolder("empty").toPath();
        settings.with("bundles", empty.toString());
        assertThat(
                assertThrows(LaunchException.class, settings::bundles).getMessage(),
                containsString("there is no .jar file in " + empty));
        settings.with("bundles", empty.resolve("absent.jar").toString());
        assertThat(
                assertThrows(LaunchException.class, settings::bundles).getMessage(),
                containsString("there is no file or directory " + empty.resolve("absent.jar")));
    }
}
