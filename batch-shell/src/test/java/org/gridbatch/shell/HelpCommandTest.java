/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import org.junit.Rule;
import org.junit.Test;

public class HelpCommandTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void itListsTheCommandsWithWhatTheyDo() throws Exception {
        assertThat(shell.shown("help"), containsString("jobs       List jobs"));
        assertThat(shell.shown("help"), containsString("'gogo:help' lists the commands of the whole node"));
    }

    @Test
    public void itTellsAboutOneCommandAsItsOwnHelpDoes() throws Exception {
        assertEquals(shell.shown("push --help"), shell.shown("help push"));
        assertEquals(shell.shown("push --help"), shell.shown("help batch:push"));
    }

    @Test
    public void forCommandsOfOthersItSaysWhereToLook() {
        assertEquals(
                "help: 'say' is no command of the grid: try 'say --help' or 'gogo:help say'",
                shell.refused("batch:help say"));
    }
}
