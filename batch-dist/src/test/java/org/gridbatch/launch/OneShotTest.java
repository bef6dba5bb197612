/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Map;
import org.junit.Test;

public class OneShotTest {
    @Test
    public void coloursAreWantedUnlessTheEnvironmentSaysOtherwise() {
        assertTrue(OneShot.wantsColours(Map.of("TERM", "xterm")));
        assertTrue("set to nothing is not set", OneShot.wantsColours(Map.of("NO_COLOR", "")));
        assertFalse(OneShot.wantsColours(Map.of("NO_COLOR", "1", "TERM", "xterm")));
        assertFalse(OneShot.wantsColours(Map.of("TERM", "dumb")));
    }
}
