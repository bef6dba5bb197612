/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.Test;

public class TableTest {
    @Test
    public void columnsAreAlignedAndEmptyOnesLeftOut() {
        Table table = new Table(List.of("A", "NONE", "B"), Set.of());
        table.add("one", "", "x");
        table.add("three", "", 2);

        assertEquals("A      B\none    x\nthree  2", table.format(Paper.PLAIN));
    }

    @Test
    public void onlyWhatMayBeCutGivesWayToTheWidth() {
        Table table = new Table(List.of("ID", "ERROR"), Set.of("ERROR"));
        table.add("0123456789", "it failed for a long reason");

        assertEquals("ID          ERROR\n0123456789  it failed fo…", table.format(new Paper(25, false)));
        assertEquals("ID          ERR…\n0123456789  it …", table.format(new Paper(16, false)));
        assertEquals("what has no room at all is left out", "ID\n0123456789", table.format(new Paper(5, false)));
    }

    @Test
    public void cellsAreOneLineAndCannotDriveTheTerminal() {
        Table table = new Table(List.of("A"), Set.of());
        table.add("red \u001b[31m\nand\tmore\u0007");

        assertEquals("A\nred [31m and more", table.format(Paper.PLAIN));
    }

    @Test
    public void onlyStatesHaveColoursAndTheyTakeNoRoom() {
        Table table = new Table(List.of("STATE", "NAME"), Set.of());
        table.add("completed", "completed");
        table.add("available", "x");
        table.add("executing, paused", "y");

        assertEquals("""
                STATE              NAME
                \u001b[32mcompleted\u001b[m          completed
                available          x
                \u001b[36mexecuting, paused\u001b[m  y""", table.format(new Paper(80, true)));
    }
}
