/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import java.nio.file.Files;
import java.util.List;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ExecCommandTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void itRunsHereAndReturnsTheLastValue() throws Exception {
        assertEquals("two", shell.execute("exec 'say one ; give two'"));
        assertEquals("one\n", shell.printed());
    }

    @Test
    public void aFileSeesItsArgumentsEvenThoseThatLookLikeOptions() throws Exception {
        Files.writeString(folder.newFile("a.gogo").toPath(), "say \"$1 and $2 of $args\"\n");
        shell.session.currentDir(folder.getRoot().toPath());

        shell.execute("exec -f a.gogo --queue 'b c'");

        shell.execute("exec --file=a.gogo 1 2");

        assertEquals("--queue and b c of --queue b c\n1 and 2 of 1 2\n", shell.printed());
    }

    @Test
    public void whatItPrintsGoesDownThePipe() throws Exception {
        assertEquals("one\n", shell.execute("exec { say one } | slurp"));
    }

    @Test
    public void variablesDoNotLeakEitherWay() throws Exception {
        shell.execute("mine = 1");

        assertEquals("[]", shell.execute("exec 'theirs = 2 ; give \"[$mine]\"'"));
        assertNull(shell.session.get("theirs"));
    }

    @Test
    public void aFailureSaysWhereAndWhy() {
        assertEquals(
                "the script, line 2, column 1: IllegalStateException: no such shop",
                shell.refused("exec 'say one\nfail \"no such shop\"'"));
        assertEquals(
                "the script, line 1, column 1: there is no command 'nosuch' on this node",
                shell.refused("exec 'nosuch x'"));
        assertThat(shell.refused("exec 'say ('"), containsString("unexpected end of the script"));
        assertThat(shell.refused("exec"), containsString("there is no script"));
        assertThat(shell.refused("exec -f"), containsString("-f wants a file"));
        assertEquals("no job 'x'", shell.refused("exec 'job x'"));
    }

    @Test
    public void theScriptOfAJobHasToCallItsCommandsItself() {
        SessionRunner ofTheNode = new SessionRunner(new CommandProcessorImpl(null));
        CommandFailed refusal = assertThrows(
                CommandFailed.class, () -> ofTheNode.run(shell.session, "the script", "say one", List.of()));
        assertEquals("a job's script can open no other session: let it call the commands itself", refusal.getMessage());
    }
}
