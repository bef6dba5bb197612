/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class MetatypeTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Home home;
    private Path bundles;

    @Before
    public void setUp() throws Exception {
        home = TestHome.in(folder.getRoot().toPath());
        bundles = home.directory().resolve("bundles");
    }

    @Test
    public void eachConfigurationHasTheKeysOfItsDescription() {
        assertEquals(Map.of("org.gridbatch.worker", Set.of("slots", "queues")), Metatype.keysByPid(home));
    }

    @Test
    public void bundlesOfOthersAreNotRead() throws Exception {
        Files.writeString(bundles.resolve("other-1.0.0.jar"), "no jar");
        assertEquals(1, Metatype.keysByPid(home).size());
    }

    @Test
    public void aBrokenDescriptionIsNamedWithItsBundle() throws Exception {
        TestHome.bundle(bundles.resolve("batch-bad-1.0.0.jar"), "OSGI-INF/metatype/x.xml", "<OCD>");
        String message = assertThrows(LaunchException.class, () -> Metatype.keysByPid(home))
                .getMessage();
        assertThat(message, containsString("batch-bad-1.0.0.jar"));
    }
}
