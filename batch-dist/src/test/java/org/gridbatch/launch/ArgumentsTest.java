/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;

public class ArgumentsTest {
    @Test
    public void theFirstWordIsTheCommand() {
        assertEquals("push", Arguments.of("push", "server").command());
    }

    @Test
    public void theValueOfAnOptionIsNoCommand() {
        Arguments given = Arguments.of("--name", "server", "--set", "worker.slots=1", "push", "x");
        assertEquals("push", given.command());
        assertEquals(List.of("--name", "server", "--set", "worker.slots=1"), given.launcher());
        assertEquals(List.of("push", "x"), given.shell());
    }

    @Test
    public void anOptionThatCarriesItsValueTakesNoWord() {
        assertEquals("push", Arguments.of("--name=n", "push").command());
    }

    @Test
    public void optionsAloneAreNoCommand() {
        assertNull(Arguments.of("--name", "server").command());
        assertNull(Arguments.of().command());
    }

    @Test
    public void optionsAfterAShellCommandAreItsOwn() {
        Arguments given = Arguments.of("push", "--name", "n", "-q", "mail", "--help");
        assertEquals(List.of(), given.launcher());
        assertEquals(List.of("push", "--name", "n", "-q", "mail", "--help"), given.shell());
    }

    @Test
    public void theGridMayBeNamedAfterAShellCommand() {
        Arguments spaced = Arguments.of("jobs", "--zookeeper", "a:1", "-n", "3");
        assertEquals(List.of("--zookeeper", "a:1"), spaced.launcher());
        assertEquals(List.of("jobs", "-n", "3"), spaced.shell());
        assertEquals(
                List.of("--zookeeper=a:1"),
                Arguments.of("jobs", "--zookeeper=a:1").launcher());
    }

    @Test
    public void nothingAfterTwoDashesIsTheLaunchers() {
        Arguments given = Arguments.of("push", "--", "--zookeeper", "a:1");
        assertEquals(List.of(), given.launcher());
        assertEquals(List.of("push", "--", "--zookeeper", "a:1"), given.shell());
    }

    @Test
    public void onlyHelpBeforeTheCommandIsTheLaunchers() {
        assertTrue(Arguments.of("--help", "server").asksForHelp());
        assertFalse(Arguments.of("server", "--help").asksForHelp());
    }
}
