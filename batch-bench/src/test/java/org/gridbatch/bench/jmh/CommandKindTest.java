/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench.jmh;

import static org.junit.Assert.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.junit.Test;

public class CommandKindTest {
    @Test
    public void everyCommandIsMeasured() {
        Set<Class<?>> measured =
                Arrays.stream(CommandKind.values()).map(CommandKind::type).collect(Collectors.toSet());
        assertEquals(Set.of(Command.class.getPermittedSubclasses()), measured);
        assertEquals("each once", CommandKind.values().length, measured.size());
    }

    @Test
    public void eachMeasuredCommandSucceedsAndLeavesNothingBehind() {
        for (CommandKind kind : CommandKind.values()) {
            Prepared prepared = new Prepared();
            prepared.command = kind;
            prepared.waiting = 3;
            prepared.fill();
            prepared.prepare();
            for (Command command : prepared.commands) {
                assertEquals(kind.type(), command.getClass());
                Result result = prepared.apply(command);
                if (kind == CommandKind.FIRE || kind == CommandKind.PROMOTE) {
                    assertEquals(kind.name(), new Result.Done(1), result);
                }
            }
            prepared.clear();
        }
    }
}
