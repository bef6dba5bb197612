/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class SettingsTest {

    @Test
    public void hostsAndChrootAreTakenApart() {
        Settings settings = Settings.of("a:1, [::1]:65535/shared/grid", "/batch/", 6_000, 65_536);

        assertEquals("a:1,[::1]:65535", settings.hosts());
        assertEquals("/shared/grid/batch/endpoints", settings.endpoints());
        assertEquals("a:1, [::1]:65535/shared/grid", settings.address());
    }

    @Test
    public void theTopIsAValidRoot() {
        assertEquals("/endpoints", Settings.of("a:1/", "/", 6_000, 65_536).endpoints());
    }

    @Test
    public void aMalformedConnectStringIsNamed() {
        for (String each :
                new String[] {"", "host", "host:", "host:0", "host:65536", "a:1,,b:2", ":1", "a b:1", "::1:2"})
            refused("zookeeper is \"" + each + "\", want HOST:PORT[,HOST:PORT...][/chroot]", each, "/gridbatch");
        refused("zookeeper is \"\"", null, "/gridbatch");
    }

    @Test
    public void anUnusablePathIsNamed() {
        refused("zookeeper is \"a:1//b\"", "a:1//b", "/gridbatch");
        refused("zookeeper is \"a:1/zookeeper\"", "a:1/zookeeper", "/gridbatch");
        refused("root is \"gridbatch\"", "a:1", "gridbatch");
        refused("root is \"/a/../b\"", "a:1", "/a/../b");
    }

    @Test
    public void numbersOutOfBoundsAreNamed() {
        assertMessage("session.timeout.millis is 1, want 100 to 600000", () -> Settings.of("a:1", "/g", 1, 65_536));
        assertMessage("max.endpoint.bytes is 1, want 1024 to 524288", () -> Settings.of("a:1", "/g", 6_000, 1));
    }

    private static void refused(String message, String zookeeper, String root) {
        assertMessage(message, () -> Settings.of(zookeeper, root, 6_000, 65_536));
    }

    private static void assertMessage(String message, Runnable call) {
        IllegalArgumentException e = assertThrows(message, IllegalArgumentException.class, call::run);
        assertTrue(e.getMessage(), e.getMessage().startsWith(message));
    }
}
