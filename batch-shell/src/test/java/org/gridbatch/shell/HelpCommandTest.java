/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.util.List;
import org.apache.felix.service.command.Function;
import org.junit.Rule;
import org.junit.Test;

public class HelpCommandTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Test
    public void itListsTheCommandsWithWhatTheyDo() throws Exception {
        assertThat(shell.shown("help"), containsString("jobs     List jobs"));
        assertThat(shell.shown("help"), containsString("'gogo:help' lists the commands of the whole node"));
    }

    @Test
    public void itTellsAboutOneCommandAsItsOwnHelpDoes() throws Exception {
        assertEquals(shell.shown("push --help"), shell.shown("help push"));
        assertEquals(shell.shown("push --help"), shell.shown("help batch:push"));
    }

    @Test
    public void forCommandsOfOthersItAsksGogo() throws Exception {
        Function gogo = (session, words) -> "asked for " + words;
        shell.processor.addCommand("gogo", gogo, "help");

        assertEquals("asked for " + List.of("say"), shell.shown("batch:help say"));
        assertThat(shell.refused("batch:help nosuch"), containsString("there is no command 'nosuch'"));
    }
}
